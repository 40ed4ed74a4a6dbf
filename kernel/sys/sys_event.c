/*
 * sys_event.c -- the border of events: kqueue (spec 2.26).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/ipc/kqueue.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/proc/proc.h"
#include "kernel/sys/syscalls.h"

/* The uptime at which a wait of that length ends.  EINVAL. */
static int
until_in(const struct timespec *ts, uint64_t *until)
{
	int64_t sec = min(ts->tv_sec, (int64_t)(INT64_MAX / NS_PER_SEC / 2));

	if (ts->tv_sec < 0 || ts->tv_nsec < 0 ||
	    ts->tv_nsec >= (int64_t)NS_PER_SEC)
		return EINVAL;
	*until = sec == 0 && ts->tv_nsec == 0
		     ? 0
		     : cpu_uptime_ns() + (uint64_t)sec * NS_PER_SEC +
			   (uint64_t)ts->tv_nsec;
	return 0;
}

/* The same of a user's timespec; NULL: for ever. */
static int
until_timespec(const void *uts, uint64_t *until)
{
	struct timespec ts;
	int error;

	*until = KQ_FOREVER;
	if (uts == NULL)
		return 0;
	error = copyin(uts, &ts, sizeof(ts)); /* sleeps */
	return error != 0 ? error : until_in(&ts, until);
}

SYSCALL(kqueue)
{
	int error, fd;

	error = kern_kqueue(&fd); /* sleeps */
	if (error == 0)
		*rv = fd;
	return error;
}

SYSCALL(kevent)
{
	uint64_t until;
	int error = until_timespec((void *)args[5], &until); /* sleeps */

	if (error != 0)
		return error;
	return kern_kevent((int)args[0], (void *)args[1], (int)args[2],
	    (void *)args[3], (int)args[4], until, rv); /* sleeps */
}
