/*
 * termios.c -- terminals, over ioctls.
 */
#include <errno.h>
#include <termios.h>
#include <unistd.h>
#include <sys/ioctl.h>

int
tcgetattr(int fd, struct termios *tio)
{
	return ioctl(fd, TIOCGETA, tio);
}

int
tcsetattr(int fd, int when, const struct termios *tio)
{
	switch (when) {
	case TCSANOW:
		return ioctl(fd, TIOCSETA, tio);
	case TCSADRAIN:
		return ioctl(fd, TIOCSETAW, tio);
	case TCSAFLUSH:
		return ioctl(fd, TIOCSETAF, tio);
	default:
		errno = EINVAL;
		return -1;
	}
}

int
tcdrain(int fd)
{
	return ioctl(fd, TIOCDRAIN);
}

int
tcflush(int fd, int which)
{
	if (which < TCIFLUSH || which > TCIOFLUSH) {
		errno = EINVAL;
		return -1;
	}
	return ioctl(fd, TIOCFLUSH, &which);
}

int
tcflow(int fd, int action)
{
	switch (action) {
	case TCOOFF:
		return ioctl(fd, TIOCSTOP);
	case TCOON:
		return ioctl(fd, TIOCSTART);
	default:
		errno = EINVAL;
		return -1;
	}
}

pid_t
tcgetsid(int fd)
{
	int sid;

	return ioctl(fd, TIOCGSID, &sid) == -1 ? -1 : sid;
}

pid_t
tcgetpgrp(int fd)
{
	int pgid;

	return ioctl(fd, TIOCGPGRP, &pgid) == -1 ? -1 : pgid;
}

int
tcsetpgrp(int fd, pid_t pgid)
{
	return ioctl(fd, TIOCSPGRP, &pgid);
}

void
cfmakeraw(struct termios *tio)
{
	tio->c_iflag &= ~(unsigned)(IMAXBEL | IXOFF | INPCK | BRKINT | PARMRK |
	    ISTRIP | INLCR | IGNCR | ICRNL | IXON | IGNPAR);
	tio->c_iflag |= IGNBRK;
	tio->c_oflag &= ~(unsigned)OPOST;
	tio->c_lflag &= ~(unsigned)(ECHO | ECHOE | ECHOK | ECHONL | ICANON |
	    ISIG | IEXTEN | NOFLSH | TOSTOP);
	tio->c_cflag &= ~(unsigned)(CSIZE | PARENB);
	tio->c_cflag |= CS8 | CREAD;
	tio->c_cc[VMIN] = 1;
	tio->c_cc[VTIME] = 0;
}

speed_t
cfgetispeed(const struct termios *tio)
{
	return tio->c_ispeed;
}

speed_t
cfgetospeed(const struct termios *tio)
{
	return tio->c_ospeed;
}

int
cfsetispeed(struct termios *tio, speed_t speed)
{
	tio->c_ispeed = speed;
	return 0;
}

int
cfsetospeed(struct termios *tio, speed_t speed)
{
	tio->c_ospeed = speed;
	return 0;
}
