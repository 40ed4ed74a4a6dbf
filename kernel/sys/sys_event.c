/*
 * sys_event.c -- the border of events: kqueue (spec 2.26), select and poll.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/file/file.h"
#include "kernel/ipc/poll.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"
#include "kernel/sys/syscalls.h"

static MALLOC_DEFINE(M_EVENT, "sysevent");

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

SYSCALL(poll)
{
	struct pollfd *ufds = (void *)args[0], *fds = NULL;
	int n = (int)args[1], ms = (int)args[2], error = 0, count;
	size_t bytes = (size_t)n * sizeof(*fds);
	uint64_t until = KQ_FOREVER;

	if (n < 0 || n > FD_MAX)
		return EINVAL;
	if (n > 0) {
		fds = kmalloc(bytes, &M_EVENT, 0);
		if (fds == NULL)
			return ENOMEM;
		error = copyin(ufds, fds, bytes); /* sleeps */
	}
	if (ms >= 0)
		until =
		    ms == 0 ? 0 : cpu_uptime_ns() + (uint64_t)ms * NS_PER_MS;
	if (error == 0)
		error = kern_poll(lp, fds, n, until, &count); /* sleeps */
	if (error == 0 && n > 0)
		error = copyout(fds, ufds, bytes); /* sleeps */
	if (error == 0)
		*rv = count;
	if (fds != NULL)
		kfree(fds, &M_EVENT);
	return error;
}

/* The user's sets in, in one piece of memory (NULL: they are empty). */
static int
sets_in(
    const uint64_t *args, int nd, uint64_t *sets[SELECT_SETS], uint64_t **memp)
{
	size_t words = SELECT_WORDS(nd);
	uint64_t *mem = NULL;
	int error = 0;

	memset(sets, 0, SELECT_SETS * sizeof(sets[0]));
	if (nd < 0 || nd > FD_MAX)
		return EINVAL;
	if (words > 0) {
		mem = kmalloc(SELECT_SETS * words * 8, &M_EVENT, 0);
		if (mem == NULL)
			return ENOMEM;
	}
	for (size_t s = 0; s < SELECT_SETS && error == 0; s++) {
		if (args[s] == 0 || words == 0)
			continue;
		sets[s] = mem + s * words;
		error = copyin((void *)args[s], sets[s], /* sleeps */
		    words * 8);
	}
	*memp = mem;
	if (error != 0 && mem != NULL)
		kfree(mem, &M_EVENT);
	return error;
}

/* select from its first four arguments on. */
static int
select_until(struct lwp *lp, const uint64_t *args, uint64_t until,
    const struct sigset *mask, int64_t *rv)
{
	int nd = (int)args[0], count, error;
	uint64_t *sets[SELECT_SETS], *mem;

	error = sets_in(args + 1, nd, sets, &mem); /* sleeps */
	if (error != 0)
		return error;
	if (mask != NULL)
		sig_wait_mask(lp, mask);                  /* sleeps */
	error = kern_select(lp, nd, sets, until, &count); /* sleeps */
	/* What has interrupted is acted on under the mask of the call. */
	if (mask != NULL && error != EINTR)
		sig_wait_unmask(lp); /* sleeps */
	for (size_t s = 0; s < SELECT_SETS && error == 0; s++)
		if (sets[s] != NULL)
			error = copyout(sets[s], /* sleeps */
			    (void *)args[1 + s], SELECT_WORDS(nd) * 8);
	if (error == 0)
		*rv = count;
	if (mem != NULL)
		kfree(mem, &M_EVENT);
	return error;
}

SYSCALL(select)
{
	uint64_t until = KQ_FOREVER;
	struct timeval tv;
	int error = 0;

	if (args[4] != 0) {
		error = copyin((void *)args[4], &tv, sizeof(tv)); /* sleeps */
		if (error == 0 && (tv.tv_usec < 0 || tv.tv_usec >= 1000000))
			error = EINVAL;
		if (error == 0) {
			struct timespec ts = {tv.tv_sec, tv.tv_usec * 1000};

			error = until_in(&ts, &until);
		}
	}
	if (error == 0)
		error = select_until(lp, args, until, NULL, rv); /* sleeps */
	return error;
}

SYSCALL(pselect)
{
	struct sigset mask;
	uint64_t until;
	int error = until_timespec((void *)args[4], &until); /* sleeps */

	if (error == 0 && args[5] != 0)
		error = copyin((void *)args[5], &mask, /* sleeps */
		    sizeof(mask));
	if (error == 0)
		error = select_until(lp, args, until, /* sleeps */
		    args[5] != 0 ? &mask : NULL, rv);
	return error;
}
