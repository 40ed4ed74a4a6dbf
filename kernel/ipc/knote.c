/*
 * knote.c -- knotes: into lists, out of lists, and told (see knote.h).
 *
 * knote_spin guards all of it.  Nothing sleeps under it; what must sleep
 * before a knote can be freed (the last run of a timer) is done by
 * knote_bury(), when the knote is out of every list and dead: then nobody
 * finds it any more.
 *
 * A kqueue that gets an active knote is itself news for whoever sleeps on it or
 * watches it.  This is passed on when the lock is let go of, from a list, not
 * by recursion: chains and circles of kqueues cost no stack, and end because
 * what is active is not activated again.
 *
 * Entry points: the calls of knote.h for objects, those of kqueue.h for
 * kqueues and filters.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/file.h"
#include "kernel/ipc/kqueue.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/spin.h"
#include "kernel/mem/kmalloc.h"

static MALLOC_DEFINE(M_KNOTE, "knote");
static struct spinlock knote_lk = SPIN_INITIALIZER("knote", SPIN_KNOTE);
/* Kqueues that have become active, until it is passed on. */
static STAILQ_HEAD(, kqueue) changes
    GUARDED(knote_spin) = STAILQ_HEAD_INITIALIZER(changes);

int
knote_cmp(struct knote *a, struct knote *b) UNCHECKED
{
	if (a->kn_kev.filter != b->kn_kev.filter)
		return a->kn_kev.filter < b->kn_kev.filter ? -1 : 1;
	if (a->kn_kev.ident != b->kn_kev.ident)
		return a->kn_kev.ident < b->kn_kev.ident ? -1 : 1;
	return 0;
}
RB_GENERATE(knote_tree, knote, kn_node, knote_cmp)

void
knote_lock(void)
{
	spin_lock(&knote_lk);
}

/* Takes a step with the first kqueue that has become active: true when there
 * are sleepers to be woken. */
static bool
pass_on_step(struct kqueue *kq) NEEDS(knote_spin)
{
	struct knote *kn = LIST_FIRST(&kq->kq_untold);

	if (kn != NULL) {
		LIST_REMOVE(kn, kn_link[KN_OBJECT]);
		LIST_INSERT_HEAD(&kq->kq_knotes, kn, kn_link[KN_OBJECT]);
		kn->kn_look(kn, KL_NEWS);
	} else if (kq->kq_news) {
		kq->kq_news = false;
		LIST_SWAP(&kq->kq_knotes, &kq->kq_untold, knote,
		    kn_link[KN_OBJECT]);
		return kq->kq_sleepers > 0;
	} else {
		STAILQ_REMOVE_HEAD(&changes, kq_change);
		kq->kq_changed = false;
	}
	return false;
}

/* Tells those who watch kqueues that have become active, but not for long, and
 * up to the first of them in which somebody sleeps.  NULL: none. */
static struct kqueue *
pass_on(void) NEEDS(knote_spin)
{
	struct kqueue *kq;

	for (int i = 0; i < SPIN_BATCH; i++) {
		kq = STAILQ_FIRST(&changes);
		if (kq == NULL)
			break;
		if (pass_on_step(kq))
			return kq;
	}
	return NULL;
}

/* UNCHECKED: no wakeup under a spin lock.  The kqueue may be gone by then, its
 * address is only compared; and what is left in the list may as well be done by
 * another thread, which has to before a kqueue in it can go. */
UNCHECKED void
knote_unlock(void)
{
	struct kqueue *kq;

	while (unlikely(!STAILQ_EMPTY(&changes))) {
		kq = pass_on();
		spin_unlock(&knote_lk);
		if (kq != NULL)
			wakeup(kq); /* WAKES: kqueue_wait() */
		spin_lock(&knote_lk);
	}
	spin_unlock(&knote_lk);
}

/*
 * Walks.
 */

void
knote_walk(struct knote_walk *kw, struct klist *kl, int list)
{
	kw->kw_place.kn_status = KN_MARKER;
	kw->kw_list = list;
	kw->kw_next = LIST_FIRST(kl);
	kw->kw_left = SPIN_BATCH;
}

struct knote *
knote_next(struct knote_walk *kw)
{
	struct knote *place = &kw->kw_place, *kn = kw->kw_next;
	int list = kw->kw_list;

	if (unlikely(kw->kw_left-- <= 0) && kn != NULL) {
		LIST_INSERT_BEFORE(kn, place, kn_link[list]);
		knote_unlock();
		knote_lock();
		kn = LIST_NEXT(place, kn_link[list]);
		LIST_REMOVE(place, kn_link[list]);
		kw->kw_left = SPIN_BATCH;
	}
	/* Where others are is no knote. */
	while (kn != NULL && unlikely(kn->kn_status & KN_MARKER))
		kn = LIST_NEXT(kn, kn_link[list]);
	if (kn != NULL)
		kw->kw_next = LIST_NEXT(kn, kn_link[list]);
	return kn;
}

/*
 * Told.
 */

/* Whoever sleeps on kq, or watches it, is to look at it again. */
static void
spread(struct kqueue *kq) NEEDS(knote_spin)
{
	kq->kq_news = true;
	if (!kq->kq_changed &&
	    (kq->kq_sleepers > 0 || !LIST_EMPTY(&kq->kq_knotes))) {
		kq->kq_changed = true;
		STAILQ_INSERT_TAIL(&changes, kq, kq_change);
	}
}

static void
enqueue(struct knote *kn) NEEDS(knote_spin)
{
	struct kqueue *kq = kn->kn_kq;

	if (kn->kn_status & (KN_ACTIVE | KN_DISABLED | KN_DEAD))
		return;
	kn->kn_status |= KN_ACTIVE;
	kn->kn_seq = kq->kq_seq++;
	TAILQ_INSERT_TAIL(&kq->kq_active, kn, kn_active);
	kq->kq_nactive++;
	spread(kq);
}

static void
dequeue(struct knote *kn) NEEDS(knote_spin)
{
	if (!(kn->kn_status & KN_ACTIVE))
		return;
	kn->kn_status &= ~KN_ACTIVE;
	TAILQ_REMOVE(&kn->kn_kq->kq_active, kn, kn_active);
	kn->kn_kq->kq_nactive--;
}

void
knote_activate(struct knote *kn)
{
	kn->kn_status |= KN_READY;
	enqueue(kn);
}

void
knote_deactivate(struct knote *kn)
{
	kn->kn_status &= ~KN_READY;
	dequeue(kn);
}

void
knote_able(struct knote *kn, bool able)
{
	if (!able) {
		kn->kn_status |= KN_DISABLED;
		dequeue(kn);
		return;
	}
	kn->kn_status &= ~KN_DISABLED;
	if (kn->kn_status & KN_READY)
		enqueue(kn);
}

void
knote_state(struct knote *kn, int64_t data, int state) UNCHECKED
{
	int news = kn->kn_status & KN_EOFONLY ? KL_EOF : KL_EOF | KL_READY;

	kn->kn_level = state & ~KL_NEWS;
	kn->kn_kev.data = data;
	kn->kn_kev.flags &= (uint16_t)~EV_EOF;
	if (state & KL_EOF)
		kn->kn_kev.flags |= EV_EOF;
	if (!(state & news))
		knote_deactivate(kn);
	else if (!(kn->kn_kev.flags & EV_CLEAR) || (state & KL_NEWS))
		knote_activate(kn);
}

/* UNCHECKED: what does not change while the knote is there. */
UNCHECKED int16_t
knote_filter(const struct knote *kn)
{
	return kn->kn_kev.filter;
}

void
knote_from_outside(struct knote *kn)
{
	kn->kn_outside = true;
}

struct file *
knote_file(const struct knote *kn)
{
	return kn->kn_fp;
}

bool
knote_is_poll(const struct knote *kn)
{
	return kn->kn_kq->kq_poll;
}

void
knote_level_slow(struct klist *kl, int64_t data, int state)
{
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, kl, KN_OBJECT);
	while ((kn = knote_next(&kw)) != NULL)
		knote_state(kn, data, state);
	knote_unlock();
}

static void
look_all(struct klist *kl, int list)
{
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, kl, list);
	while ((kn = knote_next(&kw)) != NULL)
		if (kn->kn_look != NULL)
			kn->kn_look(kn, KL_NEWS);
	knote_unlock();
}

void
knote_look_slow(struct klist *kl)
{
	look_all(kl, KN_OBJECT);
}

void
knote_look_file_slow(struct klist *kl)
{
	look_all(kl, KN_FILE);
}

/*
 * In and out.
 */

struct knote *
knote_alloc(struct kqueue *kq, const struct kevent *kev,
    const struct filterops *ops) UNCHECKED
{
	struct knote *kn = kmalloc(sizeof(*kn), &M_KNOTE, M_ZERO);

	if (kn == NULL)
		return NULL;
	kn->kn_kq = kq;
	kn->kn_ops = ops;
	kn->kn_kev.ident = kev->ident;
	kn->kn_kev.filter = kev->filter;
	kn->kn_kev.flags = (kev->flags & (EV_ONESHOT | EV_CLEAR)) | ops->f_set;
	kn->kn_kev.udata = kev->udata;
	kn->kn_sfflags = kev->fflags;
	kn->kn_sdata = kev->data;
	if (kev->flags & EV_DISABLE)
		kn->kn_status = KN_DISABLED;
	callout_init(&kn->kn_callout);
	return kn;
}

void
knote_free(struct knote *kn)
{
	kfree(kn, &M_KNOTE);
}

struct knote *
knote_find(struct kqueue *kq, int16_t filter, uintptr_t ident)
{
	struct knote key = {.kn_kev = {.ident = ident, .filter = filter}};

	return RB_FIND(knote_tree, &kq->kq_tree, &key);
}

int
knote_enter(struct knote *kn, struct klist *kl)
{
	if (RB_INSERT(knote_tree, &kn->kn_kq->kq_tree, kn) != NULL)
		return EEXIST;
	if (kn->kn_outside) {
		kn->kn_kq->kq_outside++;
		/* It matters to those who sleep already, too. */
		spread(kn->kn_kq);
	}
	if (kl != NULL) {
		LIST_INSERT_HEAD(kl, kn, kn_link[KN_OBJECT]);
		kn->kn_status |= KN_LISTED;
	}
	if (kn->kn_fp != NULL) {
		LIST_INSERT_HEAD(
		    &kn->kn_fp->f_knotes, kn, kn_link[KN_FILE]);
		kn->kn_status |= KN_FILED;
	}
	return 0;
}

int
knote_attach(struct knote *kn, struct klist *kl, int64_t data, int state)
{
	int error;

	knote_lock();
	error = knote_enter(kn, kl);
	if (error == 0)
		knote_state(kn, data, state | KL_NEWS);
	knote_unlock();
	return error;
}

int
knote_attach_look(struct knote *kn, struct klist *kl,
    void (*look)(struct knote *kn, int news))
{
	int error;

	kn->kn_look = look;
	knote_lock();
	error = knote_enter(kn, kl);
	if (error == 0)
		look(kn, KL_NEWS);
	knote_unlock();
	return error;
}

void
knote_detach(struct knote *kn)
{
	if (kn->kn_status & KN_LISTED)
		LIST_REMOVE(kn, kn_link[KN_OBJECT]);
	if (kn->kn_status & KN_FILED)
		LIST_REMOVE(kn, kn_link[KN_FILE]);
	kn->kn_status &= ~(KN_LISTED | KN_FILED);
}

void
knote_remove(struct knote *kn, struct knote_dead *dead)
{
	KKASSERT(!(kn->kn_status & KN_DEAD));
	knote_detach(kn);
	dequeue(kn);
	kn->kn_status |= KN_DEAD;
	RB_REMOVE(knote_tree, &kn->kn_kq->kq_tree, kn);
	kn->kn_kq->kq_outside -= kn->kn_outside;
	SLIST_INSERT_HEAD(dead, kn, kn_free);
}

void
knote_bury(struct knote_dead *dead)
{
	struct knote *kn;

	while ((kn = SLIST_FIRST(dead)) != NULL) {
		SLIST_REMOVE_HEAD(dead, kn_free);
		if (kn->kn_ops->f_end != NULL)
			kn->kn_ops->f_end(kn); /* sleeps */
		knote_free(kn);
	}
}

/* To select and poll it is an event: they look at the descriptor again. */
static void
close_one(struct knote *kn, struct knote_dead *dead) NEEDS(knote_spin)
{
	if (!kn->kn_kq->kq_poll) {
		knote_remove(kn, dead);
		return;
	}
	knote_detach(kn);
	kn->kn_look = NULL;
	kn->kn_kev.flags |= EV_ERROR;
	kn->kn_kev.data = EBADF;
	knote_activate(kn);
}

void
knote_fdclose(struct filedesc *fd, int n, struct file *fp)
{
	struct knote_dead dead = SLIST_HEAD_INITIALIZER(dead);
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, &fp->f_knotes, KN_FILE);
	while ((kn = knote_next(&kw)) != NULL)
		if (kn->kn_fd == n && kn->kn_kq->kq_fd == fd)
			close_one(kn, &dead);
	knote_unlock();
	knote_bury(&dead); /* sleeps */
}
