/*
 * console_dev.c -- /dev/console: the screen and the serial line as a file.
 *
 * Bytes that arrive are put into a ring by the console's interrupt thread;
 * readers take them out raw, without echo or editing (that is the tty's).
 * What is written goes out in pieces, each in one call of console_write, with
 * room for others to run in between: a serial line is slow.
 *
 * con_token guards the ring.  It is lost in the page fault of a copy, so one
 * reader at a time copies (con_busy), and bytes leave the ring only when they
 * have arrived at the reader's.  Who sleeps: readers, on con_ring, with PCATCH;
 * woken by the byte that arrives and by the reader that has done copying.
 *
 * Entry points: console_input, the fileops.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/md.h"

#define CON_SIZE 1024u /* bytes typed ahead; a power of two */
#define CON_CHUNK 256u /* bytes written in one piece */

static struct lwkt_token con_token = TOKEN_INITIALIZER("console");
static char con_ring[CON_SIZE];	      /* guarded by con_token */
static uint32_t con_rpos, con_wpos;   /* guarded by con_token */
static bool con_busy, con_wait;	      /* guarded by con_token */

static void
con_wake(void)
{
	if (con_wait) {
		con_wait = false;
		wakeup(con_ring); /* WAKES: con_wait_input */
	}
}

/* On an interrupt thread.  A terminal's return key sends CR; who types ahead
 * of a full ring loses what he types. */
static void
console_input(int c)
{
	lwkt_gettoken(&con_token);
	if (con_wpos - con_rpos < CON_SIZE) {
		con_ring[con_wpos % CON_SIZE] = (char)(c == '\r' ? '\n' : c);
		con_wpos++;
		con_wake();
	}
	lwkt_reltoken(&con_token);
}

static int
con_wait_input(bool nonblock)
{
	while (con_busy || con_rpos == con_wpos) {
		int error;

		if (nonblock && !con_busy)
			return EAGAIN;
		con_wait = true;
		atomic_add(&watchdog_outside, 1);
		error = tsleep(con_ring, PCATCH, "consin", 0); /* sleeps */
		atomic_sub(&watchdog_outside, 1);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
console_read(struct file *fp, struct uio *uio)
{
	int error;

	if (uio->uio_resid == 0)
		return 0;
	lwkt_gettoken(&con_token);
	error = con_wait_input( /* sleeps */
	    atomic_load(&fp->f_flag) & O_NONBLOCK);
	if (error == 0) {
		uint32_t at = con_rpos % CON_SIZE;
		uint32_t n = min(con_wpos - con_rpos, CON_SIZE - at);
		size_t before = uio->uio_resid;

		con_busy = true;
		error = uiomove_out(uio, con_ring + at, n); /* sleeps */
		con_busy = false;
		con_rpos += (uint32_t)(before - uio->uio_resid);
		con_wake();
	}
	lwkt_reltoken(&con_token);
	return error;
}

static int
console_dev_write(struct file *fp, struct uio *uio)
{
	char buf[CON_CHUNK];
	int error = 0;

	(void)fp;
	while (error == 0 && uio->uio_resid > 0) {
		size_t n = min(uio->uio_resid, sizeof(buf));
		struct uio before = *uio;

		error = uiomove_in(uio, buf, n); /* sleeps */
		if (error != 0) {
			*uio = before;
			break;
		}
		console_write(buf, n);
		if (uio->uio_resid > 0)
			lwkt_yield(); /* sleeps */
	}
	return error;
}

static const struct fileops console_fileops = {
	.fo_read = console_read,
	.fo_write = console_dev_write,
	.fo_stat = inode_fo_stat,
	.fo_close = inode_fo_close,
};

static struct device console_device = { "console", DEV_NUMBER(5, 1), 0620,
	&console_fileops, NULL };

static void
console_dev_init(void)
{
	dev_register(&console_device);
	console_set_input(console_input);
}
SYSINIT(console_dev, SI_SUB_CONFIGURE, SI_ORDER_MIDDLE, console_dev_init);
