/*
 * termios.h -- terminals: modes, special characters and the ioctls, shared by
 * the kernel and user programs.
 *
 * Spec 2.14; the numbers and layouts of the BSDs.
 */
#pragma once

#include <stdint.h>

#define NCCS 20

/* Places in c_cc. */
#define VEOF 0
#define VEOL 1
#define VEOL2 2
#define VERASE 3
#define VWERASE 4
#define VKILL 5
#define VREPRINT 6
#define VINTR 8
#define VQUIT 9
#define VSUSP 10
#define VSTART 12
#define VSTOP 13
#define VLNEXT 14
#define VMIN 16
#define VTIME 17
#define _POSIX_VDISABLE 0xff /* no character is this one */

/* c_iflag */
#define IGNBRK 0x1
#define BRKINT 0x2
#define IGNPAR 0x4
#define PARMRK 0x8
#define INPCK 0x10
#define ISTRIP 0x20
#define INLCR 0x40
#define IGNCR 0x80
#define ICRNL 0x100
#define IXON 0x200
#define IXOFF 0x400
#define IXANY 0x800
#define IMAXBEL 0x2000

/* c_oflag */
#define OPOST 0x1
#define ONLCR 0x2
#define OXTABS 0x4
#define OCRNL 0x10
#define ONOCR 0x20
#define ONLRET 0x40

/* c_cflag */
#define CSIZE 0x300
#define CS5 0x0
#define CS6 0x100
#define CS7 0x200
#define CS8 0x300
#define CSTOPB 0x400
#define CREAD 0x800
#define PARENB 0x1000
#define PARODD 0x2000
#define HUPCL 0x4000
#define CLOCAL 0x8000

/* c_lflag */
#define ECHOKE 0x1
#define ECHOE 0x2
#define ECHOK 0x4
#define ECHO 0x8
#define ECHONL 0x10
#define ECHOCTL 0x40
#define ISIG 0x80
#define ICANON 0x100
#define IEXTEN 0x400
#define TOSTOP 0x400000
#define NOFLSH 0x80000000

#define B0 0
#define B9600 9600
#define B38400 38400
#define B115200 115200

struct termios {
	uint32_t c_iflag, c_oflag, c_cflag, c_lflag;
	uint8_t c_cc[NCCS];
	uint32_t c_ispeed, c_ospeed;
};
_Static_assert(sizeof(struct termios) == 44, "termios");

struct winsize {
	uint16_t ws_row, ws_col; /* characters */
	uint16_t ws_xpixel, ws_ypixel;
};
_Static_assert(sizeof(struct winsize) == 8, "winsize");

#define TIOCFLUSH 0x80047410U	/* int *: FREAD, FWRITE or 0 (both) */
#define TIOCGETA 0x402c7413U	/* struct termios * */
#define TIOCSETA 0x802c7414U	/* at once, */
#define TIOCSETAW 0x802c7415U	/* when the output is out, */
#define TIOCSETAF 0x802c7416U	/* and the input is thrown away */
#define TIOCSCTTY 0x20007461U	/* becomes the session's */
#define TIOCGSID 0x40047463U	/* int * */
#define TIOCGWINSZ 0x40087468U	/* struct winsize * */
#define TIOCSWINSZ 0x80087467U	/* struct winsize * */
#define TIOCSTART 0x2000746eU	/* output goes on */
#define TIOCSTOP 0x2000746fU	/* output stops */
#define TIOCNOTTY 0x20007471U	/* of /dev/tty: gives it up */
#define TIOCOUTQ 0x40047473U	/* int *: bytes of output */
#define TIOCSPGRP 0x80047476U	/* int *: the foreground group */
#define TIOCGPGRP 0x40047477U	/* int * */
#define TIOCDRAIN 0x2000745eU	/* waits until the output is out */
#define TIOCPTYN 0x4004740fU	/* int *: a pty's number, of its master */
#define FIONREAD 0x4004667fU	/* int *: bytes to read */

#define FREAD 1
#define FWRITE 2
