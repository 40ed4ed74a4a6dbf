/*
 * ctty.c -- /dev/tty: the terminal that controls the process which opens it.
 *
 * The file is one of that terminal, but it is good only as long as the process
 * that uses it has the terminal (tty_alive).
 */
#include "kernel/abi/errno.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/tty/tty.h"

static int
ctty_open(struct inode *ip, int flags, struct file **fpp)
{
	struct tty *tp = ctty_get(); /* sleeps */
	int error;

	if (tp == NULL)
		return ENXIO;
	error = tty_open(tp, ip, flags, true, fpp); /* sleeps */
	tty_rele(tp);                               /* sleeps */
	return error;
}

static struct device ctty_device = {.dv_name = "tty",
    .dv_number = DEV_NUMBER(5, 0),
    .dv_mode = 0666,
    .dv_open = ctty_open};

static void
ctty_init(void)
{
	dev_register(&ctty_device);
}
SYSINIT(ctty, SI_SUB_CONFIGURE, SI_ORDER_MIDDLE, ctty_init);
