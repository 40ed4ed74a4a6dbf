/*
 * kqueue.c -- kqueues: changes in, events out.
 *
 * A kqueue is an open file that only knows the descriptors of the table that
 * it was made in: a copy of the table (fork) goes without it.  A call holds a
 * reference to the file, therefore the kqueue outlives every call on it; it
 * ends with its last descriptor.  select and poll have one for each thread
 * (select.c), which is no file.
 *
 * Events are taken from the front of kq_active.  What is still true (a level)
 * goes to the back again with a new number, behind what was there when the call
 * began: so a call tells nothing twice and every knote gets its turn.  Many
 * calls may scan at once.  An event is copied out under the lock, before
 * anything about it changes: it is told, or it is as it was.
 *
 * Entry points: kern_kqueue, kern_kevent; what select.c needs of kqueue.h.
 */
#include "kernel/ipc/kqueue.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/file/file.h"
#include "kernel/file/file_kern.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"

#define BATCH 8 /* changes that are copied at a time */
#define CHANGES_YIELD 64 /* changes before others run */
#define EV_KNOWN                                                               \
	(EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE | EV_ONESHOT | EV_CLEAR | \
	    EV_SYSFLAGS)

static MALLOC_DEFINE(M_KQUEUE, "kqueue");

/* UNCHECKED: nobody else can see it. */
UNCHECKED void
kqueue_init(struct kqueue *kq, struct filedesc *fd)
{
	memset(kq, 0, sizeof(*kq));
	RB_INIT(&kq->kq_tree);
	TAILQ_INIT(&kq->kq_active);
	LIST_INIT(&kq->kq_knotes);
	LIST_INIT(&kq->kq_untold);
	kq->kq_fd = fd;
}

void
kqueue_clear(struct kqueue *kq)
{
	bool more = true;

	while (more) {
		struct knote_dead dead = SLIST_HEAD_INITIALIZER(dead);
		struct knote *kn;

		knote_lock();
		for (int i = 0; i < SPIN_BATCH; i++) {
			kn = RB_ROOT(&kq->kq_tree);
			more = kn != NULL;
			if (!more)
				break;
			knote_remove(kn, &dead);
		}
		knote_unlock();
		knote_bury(&dead); /* sleeps */
		if (more)
			lwkt_yield(); /* sleeps */
	}
}

/*
 * Changes.
 */

static int
apply(struct knote *kn, const struct kevent *kev) NEEDS(knote_spin)
{
	int error = 0;

	if (kn->kn_ops->f_change != NULL) {
		error = kn->kn_ops->f_change(kn, kev);
	} else if (kev->flags & EV_ADD) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = kev->data;
	}
	if (error != 0)
		return error;
	if (kev->flags & EV_ADD)
		kn->kn_kev.udata = kev->udata;
	if (kn->kn_look != NULL)
		kn->kn_look(kn, KL_NEWS);
	else if (kn->kn_ops->f_isfd)
		knote_state(kn, kn->kn_kev.data, kn->kn_level | KL_NEWS);
	if (kev->flags & EV_DISABLE)
		knote_able(kn, false);
	else if (kev->flags & EV_ENABLE)
		knote_able(kn, true);
	return 0;
}

/* Is it of something that is gone, and shall make room?  Of a process, whose
 * end it still tells, it is not. */
static bool
is_stale(const struct knote *kn, const struct file *fp) NEEDS(knote_spin)
{
	return kn->kn_fp != fp || (kn->kn_kev.filter == EVFILT_SIGNAL &&
				      !(kn->kn_status & KN_LISTED));
}

/* Changes the knote of that name; ENOENT: there is none. */
static int
change_old(struct kqueue *kq, const struct kevent *kev, const struct file *fp)
{
	struct knote_dead dead = SLIST_HEAD_INITIALIZER(dead);
	struct knote *kn;
	int error = 0;

	knote_lock();
	kn = knote_find(kq, kev->filter, kev->ident);
	if (kn != NULL && is_stale(kn, fp)) {
		knote_remove(kn, &dead);
		kn = NULL;
	}
	if (kn == NULL)
		error = ENOENT;
	else if (kev->flags & EV_DELETE)
		knote_remove(kn, &dead);
	else
		error = apply(kn, kev);
	knote_unlock();
	knote_bury(&dead); /* sleeps */
	return error;
}

/* RACE: another thread may have closed n after we had looked, and before the
 * knote was there for it to be found: then it is ours to take back. */
static int
check_open(struct kqueue *kq, const struct kevent *kev, int n, struct file *fp)
{
	struct knote_dead dead = SLIST_HEAD_INITIALIZER(dead);
	struct file *now;
	struct knote *kn;
	int error;

	error = fdget(kq->kq_fd, n, &now); /* sleeps */
	if (error == 0)
		fdrop(now); /* sleeps */
	if (now == fp)
		return 0;
	knote_lock();
	kn = knote_find(kq, kev->filter, kev->ident);
	if (kn != NULL && kn->kn_fp == fp)
		knote_remove(kn, &dead);
	knote_unlock();
	knote_bury(&dead); /* sleeps */
	return EBADF;
}

/* UNCHECKED: nobody else can see a knote before it is attached. */
UNCHECKED static int
add_new(struct kqueue *kq, const struct kevent *kev,
    const struct filterops *ops, int n, struct file *fp, int status)
{
	struct knote *kn = knote_alloc(kq, kev, ops);
	int error;

	if (kn == NULL)
		return ENOMEM;
	kn->kn_fp = fp;
	kn->kn_fd = n;
	kn->kn_status |= status;
	error = ops->f_attach(kn); /* sleeps */
	if (error != 0)
		knote_free(kn);
	else if (fp != NULL)
		error = check_open(kq, kev, n, fp); /* sleeps */
	return error;
}

int
kqueue_change(struct kqueue *kq, const struct kevent *kev, int n, int status)
{
	const struct filterops *ops = filter_find(kev->filter);
	struct file *fp = NULL;
	int error;

	if (ops == NULL || (kev->flags & ~EV_KNOWN))
		return EINVAL;
	if (ops->f_isfd) {
		error = fdget(kq->kq_fd, n, &fp); /* sleeps */
		if (error != 0)
			return error;
	}
	/* RACE: while we attach, another thread may add, or delete, the same:
	 * then it is as if it had come first. */
	do {
		error = change_old(kq, kev, fp); /* sleeps */
		if (error == ENOENT && (kev->flags & EV_ADD) &&
		    !(kev->flags & EV_DELETE))
			error = add_new(kq, kev, ops, n, fp, /* sleeps */
			    status);
	} while (error == EEXIST);
	if (fp != NULL)
		fdrop(fp); /* sleeps */
	return error;
}

/*
 * Events.
 */

int
kqueue_wait(struct kqueue *kq, uint64_t until)
{
	uint64_t now;
	bool outside;
	int error = 0;

	knote_lock();
	while (kq->kq_nactive == 0 && error == 0) {
		now = until == KQ_FOREVER ? 0 : cpu_uptime_ns();
		if (now >= until) {
			error = EWOULDBLOCK;
			break;
		}
		tsleep_interlock(kq, 0);
		kq->kq_sleepers++;
		outside = kq->kq_outside > 0;
		knote_unlock();
		if (outside)
			atomic_add(&watchdog_outside, 1);
		/* Woken by knote_unlock(). */
		error = tsleep(kq, PCATCH | PINTERLOCKED | PASKED,
		    "kqread", /* sleeps */
		    until == KQ_FOREVER ? 0 : until - now);
		if (outside)
			atomic_sub(&watchdog_outside, 1);
		knote_lock();
		kq->kq_sleepers--;
	}
	if (kq->kq_nactive > 0)
		error = 0;
	knote_unlock();
	return error == ERESTART ? EINTR : error;
}

uint64_t
kqueue_now(struct kqueue *kq)
{
	uint64_t now;

	knote_lock();
	now = kq->kq_seq;
	knote_unlock();
	return now;
}

/* Tells of kn, unless it has nothing to tell after all. */
static int
tell(struct knote *kn, int (*put)(void *arg, const struct kevent *kev),
    void *arg, struct knote_dead *dead) NEEDS(knote_spin)
{
	int error;

	if (kn->kn_look != NULL)
		kn->kn_look(kn, 0);
	if (!(kn->kn_status & KN_ACTIVE))
		return 0;
	error = put(arg, &kn->kn_kev);
	if (error != 0)
		return error;
	knote_deactivate(kn);
	if (kn->kn_kev.flags & EV_ONESHOT)
		knote_remove(kn, dead);
	else if (!(kn->kn_kev.flags & EV_CLEAR))
		knote_activate(kn);
	else if (kn->kn_ops->f_told != NULL)
		kn->kn_ops->f_told(kn);
	return 0;
}

int
kqueue_scan(struct kqueue *kq, uint64_t end,
    int (*put)(void *arg, const struct kevent *kev), void *arg)
{
	struct knote *kn;
	bool more = true;
	int error = 0;

	while (more && error == 0) {
		struct knote_dead dead = SLIST_HEAD_INITIALIZER(dead);

		knote_lock();
		for (int i = 0; i < SPIN_BATCH && error == 0; i++) {
			kn = TAILQ_FIRST(&kq->kq_active);
			more = kn != NULL && kn->kn_seq < end;
			if (!more)
				break;
			error = tell(kn, put, arg, &dead);
		}
		knote_unlock();
		knote_bury(&dead); /* sleeps */
		if (more && error == 0)
			lwkt_yield(); /* sleeps */
	}
	return error;
}

/*
 * The file.
 */

static void
kqueue_look(struct knote *kn, int news) NEEDS(knote_spin)
{
	struct kqueue *kq = knote_file(kn)->f_data;

	knote_state(
	    kn, kq->kq_nactive, news | (kq->kq_nactive > 0 ? KL_READY : 0));
}

static int
kqueue_kqfilter(struct file *fp, struct knote *kn)
{
	struct kqueue *kq = fp->f_data;

	/* One that watches itself would never be quiet again. */
	if (knote_filter(kn) != EVFILT_READ || kn->kn_kq == kq)
		return EINVAL;
	/* What it watches may be outside, now or later. */
	knote_from_outside(kn);
	return knote_attach_look(kn, &kq->kq_knotes, kqueue_look);
}

static int
kqueue_stat(struct file *fp, struct stat *st)
{
	(void)fp;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	return 0;
}

static void
kqueue_close(struct file *fp)
{
	struct kqueue *kq = fp->f_data;

	KKASSERT(klist_empty(&kq->kq_knotes) && klist_empty(&kq->kq_untold));
	kqueue_clear(kq); /* sleeps */
	kfree(kq, &M_KQUEUE);
}

static const struct fileops kqueue_ops = {
    .fo_stat = kqueue_stat,
    .fo_kqfilter = kqueue_kqfilter,
    .fo_private = true,
    .fo_close = kqueue_close,
};

int
kern_kqueue(int *fdp)
{
	struct filedesc *fd = curproc->p_fd;
	struct kqueue *kq = kmalloc(sizeof(*kq), &M_KQUEUE, 0);
	struct file *fp = NULL;
	int error;

	if (kq != NULL) {
		kqueue_init(kq, fd);
		fp = file_alloc(&kqueue_ops, O_RDWR, kq);
	}
	if (fp == NULL) {
		if (kq != NULL)
			kfree(kq, &M_KQUEUE);
		return ENOMEM;
	}
	error = fdalloc(fd, fp, 0, file_limit(), fdp); /* sleeps */
	if (error != 0)
		fdrop(fp); /* sleeps */
	return error;
}

/*
 * kevent.
 */

/* The user's arrays of one call: numbers, for they may be anything. */
struct kevent_io {
	uintptr_t ki_changes; /* OWNER */
	int ki_nchanges;      /* OWNER left */
	uintptr_t ki_events;  /* OWNER room */
	int ki_nevents;       /* OWNER left */
	int ki_count;         /* OWNER events so far */
};

static void
count_event(struct kevent_io *ki)
{
	ki->ki_events += sizeof(struct kevent);
	ki->ki_nevents--;
	ki->ki_count++;
}

/* ENOSPC: that were enough. */
static int
put_event(void *arg, const struct kevent *kev) NEEDS(knote_spin)
{
	struct kevent_io *ki = arg;
	int error;

	if (ki->ki_nevents == 0)
		return ENOSPC;
	error = copyout_now(kev, (void *)ki->ki_events, sizeof(*kev));
	if (error == 0)
		count_event(ki);
	return error;
}

static int
change_one(struct kqueue *kq, struct kevent_io *ki, struct kevent *kev)
{
	int n = kev->ident <= INT32_MAX ? (int)kev->ident : -1;
	int error = kqueue_change(kq, kev, n, 0); /* sleeps */

	if (error == 0 || ki->ki_nevents == 0)
		return error;
	kev->flags = EV_ERROR;
	kev->data = error;
	error = copyout(kev, (void *)ki->ki_events, sizeof(*kev)); /* sleeps */
	if (error == 0)
		count_event(ki);
	return error;
}

/* Long calls let others run, and end when their thread is to. */
static int
go_on(void)
{
	lwkt_yield(); /* sleeps */
	return atomic_load(&curthread->td_mpflags) & TDF_MP_KILL ? EINTR : 0;
}

static int
change_all(struct kqueue *kq, struct kevent_io *ki)
{
	struct kevent kev[BATCH];
	int error = 0;

	while (error == 0 && ki->ki_nchanges > 0) {
		int n = min(ki->ki_nchanges, BATCH);

		error = copyin((void *)ki->ki_changes, kev, /* sleeps */
		    (size_t)n * sizeof(*kev));
		for (int i = 0; i < n && error == 0; i++)
			error = change_one(kq, ki, &kev[i]); /* sleeps */
		ki->ki_changes += (size_t)n * sizeof(*kev);
		ki->ki_nchanges -= n;
		if (error == 0 && ki->ki_nchanges > 0 &&
		    ki->ki_nchanges % CHANGES_YIELD < BATCH)
			error = go_on(); /* sleeps */
	}
	return error;
}

/* What there is now.  RACE: a page that has been waited for may have gone when
 * the event is to be copied there. */
static int
give_events(struct kqueue *kq, struct kevent_io *ki)
{
	uint64_t end = kqueue_now(kq);
	int error;

	do {
		error = kqueue_scan(kq, end, put_event, ki); /* sleeps */
		if (error != EFAULT)
			break;
		error = user_touch_write((void *)ki->ki_events, /* sleeps */
		    sizeof(struct kevent));
		if (error == 0)
			error = go_on(); /* sleeps */
	} while (error == 0);
	return ki->ki_count > 0 || error == ENOSPC ? 0 : error;
}

static int
kevent(struct kqueue *kq, struct kevent_io *ki, uint64_t until)
{
	int error = change_all(kq, ki); /* sleeps */

	while (error == 0 && ki->ki_count == 0 && ki->ki_nevents > 0) {
		error = kqueue_wait(kq, until); /* sleeps */
		if (error == 0)
			error = give_events(kq, ki); /* sleeps */
	}
	return error == EWOULDBLOCK ? 0 : error;
}

int
kern_kevent(int n, const struct kevent *uchanges, int nchanges,
    struct kevent *uevents, int nevents, uint64_t until, int64_t *count)
{
	struct kevent_io ki = {
	    (uintptr_t)uchanges, nchanges, (uintptr_t)uevents, nevents, 0};
	struct file *fp;
	int error;

	if (nchanges < 0 || nevents < 0)
		return EINVAL;
	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = EBADF;
	if (fp->f_ops == &kqueue_ops)
		error = kevent(fp->f_data, &ki, until); /* sleeps */
	fdrop(fp);                                      /* sleeps */
	*count = ki.ki_count;
	return error;
}
