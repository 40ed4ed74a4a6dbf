/*
 * poll.c -- select and poll.
 *
 * Each thread has a kqueue for them, made at its first call and freed by a
 * stage of its exit (X57).  A call puts a knote in for each thing that is
 * wanted, under the number of the entry, takes what is active, and removes
 * them all: between calls the kqueue is empty.  select is a poll of the
 * descriptors that are in its sets.
 *
 * A descriptor that is closed meanwhile by another thread ends the sleep: its
 * knote becomes an event that says EBADF (knote.c).
 *
 * Entry points: kern_poll, kern_select, exit_select.
 */
#include "kernel/ipc/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/sched/usched.h"

#define YIELD_BATCH 256 /* descriptors before others run */
#define READS (POLLIN | POLLRDNORM)
#define WRITES (POLLOUT | POLLWRNORM)

static MALLOC_DEFINE(M_SELECT, "select");

static struct kqueue *
poll_kqueue(struct lwp *lp)
{
	struct kqueue *kq = lp->lwp_kqueue;

	if (kq == NULL) {
		kq = kmalloc(sizeof(*kq), &M_SELECT, 0);
		if (kq == NULL)
			return NULL;
		lp->lwp_kqueue = kq;
		kqueue_init(kq, NULL);
		kq->kq_poll = true;
	}
	/* The process may have got another table since. */
	kq->kq_fd = lp->lwp_proc->p_fd;
	return kq;
}

void
exit_select(struct lwp *lp)
{
	if (unlikely(lp->lwp_kqueue != NULL)) {
		kfree(lp->lwp_kqueue, &M_SELECT);
		lp->lwp_kqueue = NULL;
	}
}

/*
 * In.
 */

static int
watch(struct kqueue *kq, int fd, int i, int16_t filter, int status)
{
	struct kevent kev = {
	    .ident = (uintptr_t)i, .filter = filter, .flags = EV_ADD};

	return kqueue_change(kq, &kev, fd, status); /* sleeps */
}

/* EINVAL of a filter: that will never happen to this file.  When nothing else
 * is watched of it, its end is. */
static int
watch_entry(struct kqueue *kq, const struct pollfd *pfd, int i)
{
	int error = EINVAL, werror = EINVAL;

	if (pfd->events & READS)
		error = watch(kq, pfd->fd, i, EVFILT_READ, 0); /* sleeps */
	if ((error == 0 || error == EINVAL) && (pfd->events & WRITES))
		werror = watch(kq, pfd->fd, i, EVFILT_WRITE, 0); /* sleeps */
	if (werror != EINVAL)
		return werror;
	if (error == EINVAL)
		error = watch(kq, pfd->fd, i, EVFILT_READ, /* sleeps */
		    KN_EOFONLY);
	if (error == EINVAL)
		error = watch(kq, pfd->fd, i, EVFILT_WRITE, /* sleeps */
		    KN_EOFONLY);
	return error == EINVAL ? 0 : error;
}

/* *bad: how many descriptors are none. */
static int
watch_all(struct kqueue *kq, struct pollfd *fds, int n, int *bad)
{
	*bad = 0;
	for (int i = 0; i < n; i++) {
		int error = 0;

		fds[i].revents = 0;
		if (fds[i].fd >= 0)
			error = watch_entry(kq, &fds[i], i); /* sleeps */
		if (i % YIELD_BATCH == YIELD_BATCH - 1)
			usched_user_yield(); /* sleeps */
		if (error == EBADF) {
			fds[i].revents = POLLNVAL;
			++*bad;
		} else if (error != 0) {
			return error;
		}
	}
	return 0;
}

/*
 * Out.
 */

static short
revents_of(const struct kevent *kev, short events)
{
	short end = kev->flags & EV_EOF ? POLLHUP : 0;

	if (kev->flags & EV_ERROR)
		return POLLNVAL;
	if (kev->filter == EVFILT_READ)
		return (short)(end | (events & READS));
	return (short)(end != 0 ? end : events & WRITES);
}

struct poll_out {
	struct pollfd *po_fds; /* OWNER */
	int po_count;          /* OWNER events so far */
};

static int
put_revents(void *arg, const struct kevent *kev) NEEDS(knote_spin)
{
	struct poll_out *po = arg;
	struct pollfd *pfd = &po->po_fds[kev->ident];

	pfd->revents |= revents_of(kev, pfd->events);
	po->po_count++;
	return 0;
}

/* How many events there are now. */
static int
collect(struct kqueue *kq, struct pollfd *fds)
{
	struct poll_out po = {fds, 0};

	kqueue_scan(kq, kqueue_now(kq), put_revents, &po); /* sleeps */
	return po.po_count;
}

int
kern_poll(struct lwp *lp, struct pollfd *fds, int n, uint64_t until, int *count)
{
	struct kqueue *kq = poll_kqueue(lp);
	int bad, error;

	*count = 0;
	if (kq == NULL)
		return ENOMEM;
	error = watch_all(kq, fds, n, &bad); /* sleeps */
	if (bad > 0)
		until = 0;
	while (error == 0) {
		error = kqueue_wait(kq, until);         /* sleeps */
		if (error == 0 && collect(kq, fds) > 0) /* sleeps */
			break;
	}
	kqueue_clear(kq); /* sleeps */
	for (int i = 0; i < n; i++)
		if (fds[i].revents != 0)
			++*count;
	return error == EWOULDBLOCK ? 0 : error;
}

/*
 * select.
 */

static const short wants[SELECT_SETS] = {POLLIN, POLLOUT, POLLPRI};
static const short counts[SELECT_SETS] = {
    POLLIN | POLLHUP | POLLERR, POLLOUT | POLLHUP | POLLERR, POLLPRI};

static bool
has_bit(const uint64_t *set, int fd)
{
	return set != NULL && (set[fd / 64] >> (fd % 64) & 1);
}

/* The entry of each descriptor that is in a set; how many.  fds NULL: only
 * counts them. */
static int
entries_of(int nd, uint64_t *sets[SELECT_SETS], struct pollfd *fds)
{
	int n = 0;

	for (int fd = 0; fd < nd; fd++) {
		short events = 0;

		for (int s = 0; s < SELECT_SETS; s++)
			if (has_bit(sets[s], fd))
				events |= wants[s];
		if (events == 0)
			continue;
		if (fds != NULL)
			fds[n] = (struct pollfd){.fd = fd, .events = events};
		n++;
	}
	return n;
}

/* Leaves the bits of what has happened; how many. */
static int
bits_of(const struct pollfd *fds, int n, uint64_t *sets[SELECT_SETS])
{
	int count = 0;

	for (int i = 0; i < n; i++) {
		int fd = fds[i].fd;

		for (int s = 0; s < SELECT_SETS; s++) {
			if (!has_bit(sets[s], fd))
				continue;
			if (fds[i].revents & counts[s])
				count++;
			else
				sets[s][fd / 64] &= ~(1UL << (fd % 64));
		}
	}
	return count;
}

int
kern_select(struct lwp *lp, int nd, uint64_t *sets[SELECT_SETS], uint64_t until,
    int *count)
{
	int n = entries_of(nd, sets, NULL), error, some;
	struct pollfd *fds = NULL;

	if (n > 0) {
		fds = kmalloc((size_t)n * sizeof(*fds), &M_SELECT, 0);
		if (fds == NULL)
			return ENOMEM;
		entries_of(nd, sets, fds);
	}
	error = kern_poll(lp, fds, n, until, &some); /* sleeps */
	for (int i = 0; i < n && error == 0; i++)
		if (fds[i].revents & POLLNVAL)
			error = EBADF;
	if (error == 0)
		*count = bits_of(fds, n, sets);
	if (fds != NULL)
		kfree(fds, &M_SELECT);
	return error;
}
