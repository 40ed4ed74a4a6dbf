/*
 * kqueue.h -- kqueues and knotes from within (kernel/ipc, kernel/sys).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include "kernel/abi/event.h"
#include "kernel/ipc/knote.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/callout.h"

struct filedesc;
struct filterops;

#define SPIN_BATCH 64 /* knotes that are looked at under one hold of the lock */

#define KN_ACTIVE 0x1   /* in kq_active */
#define KN_READY 0x2    /* there is something to tell */
#define KN_DISABLED 0x4 /* but it is not to be told now */
#define KN_MARKER 0x8   /* no knote, but the place of somebody's walk */
#define KN_DEAD 0x10    /* out of its kqueue, about to be freed */
#define KN_LISTED 0x20  /* in the list of the object */
#define KN_FILED 0x40   /* in the list of the open file */
#define KN_EOFONLY 0x80 /* only the end is news */
#define KN_EXITED 0x100 /* kn_xstat is to be told, behind NOTE_CHILD */

/* The lists that kn_link is for. */
enum { KN_OBJECT, KN_FILE, KN_LISTS };

struct knote {
	RB_ENTRY(knote) kn_node GUARDED(knote_spin);      /* of kn_kq */
	TAILQ_ENTRY(knote) kn_active GUARDED(knote_spin); /* of kn_kq */
	uint64_t kn_seq GUARDED(knote_spin); /* when it became active */
	LIST_ENTRY(knote) kn_link[KN_LISTS] GUARDED(knote_spin);
	SLIST_ENTRY(knote) kn_free;     /* OWNER of who frees it */
	struct kqueue *kn_kq;           /* STABLE */
	const struct filterops *kn_ops; /* STABLE */
	void (*kn_look)(
	    struct knote *kn, int news); /* STABLE NULL: it is told */
	struct file *kn_fp; /* STABLE no reference: see knote_fdclose() */
	int kn_fd;          /* STABLE its descriptor */
	bool kn_outside;    /* STABLE see knote_from_outside() */
	int kn_status GUARDED(knote_spin);
	struct kevent kn_kev GUARDED(knote_spin); /* as it is told */
	uint32_t kn_sfflags GUARDED(knote_spin);  /* what was asked for */
	int64_t kn_sdata GUARDED(knote_spin);
	int kn_level GUARDED(knote_spin);      /* of a descriptor: KL_* */
	uint32_t kn_xstat GUARDED(knote_spin); /* see KN_EXITED */
	struct callout kn_callout;           /* SELF of a timer */
	uint64_t kn_due GUARDED(knote_spin); /* a timer's next, uptime ns */
};

SLIST_HEAD(knote_dead, knote);
RB_HEAD(knote_tree, knote);
TAILQ_HEAD(knote_queue, knote);

struct kqueue {
	struct knote_tree kq_tree GUARDED(knote_spin); /* all its knotes */
	struct knote_queue kq_active GUARDED(knote_spin); /* by kn_seq */
	uint64_t kq_seq GUARDED(knote_spin);              /* the next kn_seq */
	int kq_nactive GUARDED(knote_spin);
	int kq_sleepers GUARDED(knote_spin);
	int kq_outside GUARDED(knote_spin); /* knotes from outside */
	struct klist kq_knotes GUARDED(knote_spin); /* that watch this one */
	struct klist kq_untold GUARDED(knote_spin); /* those of them who have
						     yet to hear of the news */
	bool kq_news GUARDED(knote_spin); /* more, of which nobody has heard */
	bool kq_changed GUARDED(knote_spin); /* in the list of such */
	STAILQ_ENTRY(kqueue) kq_change GUARDED(knote_spin);
	struct filedesc *kq_fd; /* STABLE the table whose numbers it knows */
	bool kq_poll;           /* STABLE of select and poll */
};

/* What a filter does. */
struct filterops {
	bool f_isfd;    /* ident is a descriptor */
	uint16_t f_set; /* EV_* that its events always have */
	/* Links a new knote by knote_enter(), or does not: an errno. */
	int (*f_attach)(struct knote *kn);
	/* NULL, or a change to one that is there: EINVAL; under knote_spin. */
	int (*f_change)(struct knote *kn, const struct kevent *kev);
	/* NULL, or, with EV_CLEAR: it has been told, what is next?  Under
	 * knote_spin. */
	void (*f_told)(struct knote *kn);
	/* NULL, or: it is out of all lists. */
	void (*f_end)(struct knote *kn);
};
/* NULL: there is no such filter. */
const struct filterops *filter_find(int16_t filter);

/*
 * knote.c
 */
void knote_lock(void) TAKES(knote_spin) UNCHECKED;
void knote_unlock(void) DROPS(knote_spin) UNCHECKED;
struct knote *knote_alloc(
    struct kqueue *kq, const struct kevent *kev, const struct filterops *ops);
void knote_free(struct knote *kn);
struct knote *knote_find(struct kqueue *kq, int16_t filter, uintptr_t ident)
    NEEDS(knote_spin);
/* Puts a new one into its kqueue, and into the object's list unless kl is
 * NULL.  EEXIST: the kqueue has one of its name. */
int knote_enter(struct knote *kn, struct klist *kl) NEEDS(knote_spin);
void knote_activate(struct knote *kn) NEEDS(knote_spin);
void knote_deactivate(struct knote *kn) NEEDS(knote_spin);
/* EV_ENABLE, EV_DISABLE. */
void knote_able(struct knote *kn, bool able) NEEDS(knote_spin);
/* Takes it out of the lists of object and file: nothing more will come. */
void knote_detach(struct knote *kn) NEEDS(knote_spin);
/* Takes it out of everything; the caller frees the list when it has let go of
 * the lock. */
void knote_remove(struct knote *kn, struct knote_dead *dead) NEEDS(knote_spin);
void knote_bury(struct knote_dead *dead) SLEEPS;
/*
 * A walk over a list of knotes, to its end, that lets go of the lock now and
 * then, without sleeping; meanwhile a mark has its place in the list.  Then all
 * knotes may go, but not the list; else the knote that was given may go.  Who
 * comes is not met.
 */
struct knote_walk {
	struct knote kw_place GUARDED(knote_spin); /* the mark */
	struct knote *kw_next; /* OWNER while the lock is held */
	int kw_list;  /* OWNER KN_OBJECT or KN_FILE */
	int kw_left;  /* OWNER knotes before the lock is let go of */
};
void knote_walk(struct knote_walk *kw, struct klist *kl, int list)
    NEEDS(knote_spin);
/* NULL: that was the last. */
struct knote *knote_next(struct knote_walk *kw) NEEDS(knote_spin);
int knote_cmp(struct knote *a, struct knote *b);
RB_PROTOTYPE(knote_tree, knote, kn_node, knote_cmp)

/*
 * knote_proc.c: f_attach and f_told of the two filters.
 */
int knote_proc_attach(struct knote *kn) SLEEPS;
void knote_proc_told(struct knote *kn) NEEDS(knote_spin);
int knote_signal_attach(struct knote *kn) SLEEPS;
void knote_signal_told(struct knote *kn) NEEDS(knote_spin);

/*
 * kqueue.c
 */
#define KQ_FOREVER UINT64_MAX

void kqueue_init(struct kqueue *kq, struct filedesc *fd);
/* Removes all knotes. */
void kqueue_clear(struct kqueue *kq) SLEEPS;
/* Makes a change; kn_extra: KN_EOFONLY or 0; n: the descriptor, for filters
 * of descriptors.  ENOENT, ESRCH, EBADF, EINVAL, EOPNOTSUPP, ENOMEM. */
int kqueue_change(
    struct kqueue *kq, const struct kevent *kev, int n, int kn_extra) SLEEPS;
/* Sleeps until there is an active knote, or uptime `until` (KQ_FOREVER: no
 * end).  EWOULDBLOCK, EINTR. */
int kqueue_wait(struct kqueue *kq, uint64_t until) SLEEPS;
/* What has become active before now, for kqueue_scan(). */
uint64_t kqueue_now(struct kqueue *kq);
/* Tells what has become active before `end`, each event once, by put(), until
 * that returns an errno: then the event is not told, and stays.  put() runs
 * under knote_spin. */
int kqueue_scan(struct kqueue *kq, uint64_t end,
    int (*put)(void *arg, const struct kevent *kev), void *arg) SLEEPS;

int kern_kqueue(int *fdp) SLEEPS;
/* Makes the changes, then returns events as soon as there are some, at most
 * nevents, or none at uptime `until` (KQ_FOREVER; 0: at once).  A change that
 * fails becomes an EV_ERROR event; without room for it, it ends the call.  An
 * event that cannot be copied out stays; EFAULT, if it is the first.
 * EBADF, EINVAL, EFAULT, EINTR. */
int kern_kevent(int n, const struct kevent *uchanges, int nchanges,
    struct kevent *uevents, int nevents, uint64_t until, int64_t *count) SLEEPS;
