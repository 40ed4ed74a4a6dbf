/*
 * pty.c -- pseudo-terminals: see <pty.h>.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>

int
posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}

/* The slave belongs to who has opened the master, and is never locked. */
int
grantpt(int fd)
{
	int n;

	return ioctl(fd, TIOCPTYN, &n);
}

int
unlockpt(int fd)
{
	return grantpt(fd);
}

char *
ptsname(int fd)
{
	static char name[24];
	int n;

	if (ioctl(fd, TIOCPTYN, &n) == -1)
		return NULL;
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	return name;
}

static int
open_slave(int master, char *name, const struct termios *tio,
    const struct winsize *ws)
{
	const char *path = ptsname(master);
	int fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_RDWR | O_NOCTTY);
	if (fd == -1)
		return -1;
	if (name != NULL)
		strcpy(name, path);
	if (tio != NULL)
		tcsetattr(fd, TCSAFLUSH, tio);
	if (ws != NULL)
		ioctl(fd, TIOCSWINSZ, ws);
	return fd;
}

int
openpty(int *master, int *slave, char *name, const struct termios *tio,
    const struct winsize *ws)
{
	int error;

	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master == -1)
		return -1;
	*slave = open_slave(*master, name, tio, ws);
	if (*slave != -1)
		return 0;
	error = errno;
	close(*master);
	errno = error;
	return -1;
}

int
login_tty(int fd)
{
	if (setsid() == -1 || ioctl(fd, TIOCSCTTY) == -1)
		return -1;
	for (int to = 0; to <= 2; to++) {
		if (fd != to && dup2(fd, to) == -1)
			return -1;
	}
	if (fd > 2)
		close(fd);
	return 0;
}
