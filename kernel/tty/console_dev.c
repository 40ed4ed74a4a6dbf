/*
 * console_dev.c -- /dev/console: the screen and the serial line as a terminal.
 *
 * Bytes that arrive are given to the line discipline by the console's
 * interrupt thread.  What is written goes out in pieces, each in one call of
 * console_write_bytes().
 *
 * Where the console is a person's it begins as any terminal does.  Where it is
 * the standard input and output of a program on the host (console=raw) it lets
 * bytes through, but for the end of a line.
 */
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/tty/tty.h"

static struct tty console_tty;
static struct termios console_modes;

/* On an interrupt thread. */
static void
console_input(int c)
{
	tty_lock(&console_tty);               /* sleeps */
	disc_input(&console_tty, (uint8_t)c); /* sleeps */
	tty_unlock(&console_tty);
}

static void NEEDS(tty_token)
console_start(struct tty *tp)
{
	while (!tp->t_held && tty_outq(tp) > 0) {
		uint32_t at = tp->t_opos % TTY_OUT;
		uint32_t n = min(tty_outq(tp), TTY_OUT - at);

		n = min(n, TTY_CHUNK);
		console_write_bytes(tp->t_out + at, n);
		tp->t_opos += n;
		tty_output_taken(tp);
	}
}

static void
console_free(struct tty *tp)
{
	panic("the console's last reference is gone (%p)", tp);
}

static const struct tty_driver console_driver = {
    .dr_start = console_start,
    .dr_opened = console_start,
    .dr_free = console_free,
};

static int
console_open(struct inode *ip, int flags, struct file **fpp)
{
	return tty_open(&console_tty, ip, flags, false, fpp); /* sleeps */
}

static int
console_revoke(struct inode *ip)
{
	(void)ip;
	tty_lock(&console_tty); /* sleeps */
	tty_revoke(&console_tty);
	tty_unlock(&console_tty);
	return 0;
}

static struct device console_device = {.dv_name = "console",
    .dv_number = DEV_NUMBER(5, 1),
    .dv_mode = 0620,
    .dv_open = console_open,
    .dv_revoke = console_revoke};

static void
console_dev_init(void)
{
	console_modes = tty_sane;
	if (console_is_raw()) {
		console_modes.c_iflag = ICRNL;
		console_modes.c_oflag = 0;
		console_modes.c_lflag = 0;
	}
	if (tty_init(&console_tty, &console_driver, &console_modes) != 0)
		panic("no memory for the console");
	console_tty.t_outside = true;
	dev_register(&console_device);
	console_set_input(console_input);
}
SYSINIT(console_dev, SI_SUB_CONFIGURE, SI_ORDER_MIDDLE, console_dev_init);
