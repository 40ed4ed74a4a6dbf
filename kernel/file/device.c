/*
 * device.c -- the table of character devices, and the two that need no
 * machine: /dev/null and /dev/zero.
 *
 * A driver registers a static object at boot, before ramfs.c makes the nodes
 * below /dev; namei.c finds a device by its number when one is opened.  The
 * numbers are those of Linux, so that a node in an archive made on the host
 * means the same device.  The list is written by one CPU at boot and constant
 * afterwards.
 *
 * Entry points: dev_register, dev_find.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/param.h"
#include "kernel/sched/usched.h"

#define ZERO_YIELD 64 /* pages of zeroes before others run */

struct device *devices;

void
dev_register(struct device *dv)
{
	dv->dv_next = devices;
	devices = dv;
}

const struct device *
dev_find(uint32_t number)
{
	for (struct device *dv = devices; dv != NULL; dv = dv->dv_next) {
		if (number - dv->dv_number < max(dv->dv_minors, 1U))
			return dv;
	}
	return NULL;
}

static int
null_read(struct file *fp, struct uio *uio)
{
	(void)fp;
	(void)uio;
	return 0;
}

static int
null_write(struct file *fp, struct uio *uio)
{
	(void)fp;
	uio->uio_resid = 0;
	return 0;
}

static int
zero_read(struct file *fp, struct uio *uio)
{
	int error = 0;

	(void)fp;
	for (unsigned n = 1; error == 0 && uio->uio_resid > 0; n++) {
		error = uiomove_out(uio, zero_page, PAGE_SIZE); /* sleeps */
		if (n % ZERO_YIELD == 0)
			usched_user_yield(); /* sleeps */
	}
	return error;
}

static const struct fileops null_fileops = {
	.fo_read = null_read,
	.fo_write = null_write,
	.fo_stat = inode_fo_stat,
	.fo_close = inode_fo_close,
};
static const struct fileops zero_fileops = {
	.fo_read = zero_read,
	.fo_write = null_write,
	.fo_stat = inode_fo_stat,
	.fo_close = inode_fo_close,
};

static struct device null_device = { .dv_name = "null",
	.dv_number = DEV_NUMBER(1, 3), .dv_mode = 0666,
	.dv_ops = &null_fileops };
static struct device zero_device = { .dv_name = "zero",
	.dv_number = DEV_NUMBER(1, 5), .dv_mode = 0666,
	.dv_ops = &zero_fileops };

static void
device_init(void)
{
	dev_register(&null_device);
	dev_register(&zero_device);
}
SYSINIT(device, SI_SUB_DRIVERS, SI_ORDER_ANY, device_init);
