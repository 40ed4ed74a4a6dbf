/*
 * jobs.c -- see jobs.h.
 *
 * Looking takes no token: members are gone through under pg_spin one by one,
 * with a hold, and parents are found by number; the numbers of their groups
 * and sessions are atomic.
 *
 * A group becomes orphaned when a process ends, or goes to another group or
 * session: its own group loses a member whose parent was beside it, those of
 * its children a parent who was.  Such a group, if it has stopped members, is
 * told.  Who is to be told is decided in one stretch without a sleep, and
 * kept on a list; pg_telling says that a group is on one.
 *
 * RACE: a process that stops counts itself in pg_nstopped, then looks whether
 * the group is orphaned.  A process that ends says so (P_NOJOBS), one that goes
 * changes its numbers, and then they look at the count.  So a stop and the loss
 * of the last parent that could undo it cannot both be missed; and of two
 * parents that are lost at once the later one sees that the other does not
 * count any more.
 *
 * The usual end, while no process anywhere has stopped, costs one atomic or and
 * a test (pgrp_nstopped, which is counted with pg_nstopped).
 */
#include "kernel/proc/jobs.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/signal/signal.h"

/* The number of p's parent, a tracer not taken for one.  A tracer comes after
 * p_oppid is set and is gone before it is cleared. */
static int
real_ppid(const struct proc *p)
{
	int real, pid;

	do {
		real = atomic_load_acq(&p->p_oppid);
		pid = atomic_load_acq(&p->p_ppid);
	} while (atomic_load(&p->p_oppid) != real);
	return real != 0 ? real : pid;
}

/* The same, held; NULL: it has ended meanwhile. */
static struct proc *
real_parent(const struct proc *p)
{
	return pfind_any(real_ppid(p));
}

/* Who will be the parent of pp's children: pp itself or, when that ends, its
 * heir, if that does not end, too.  Takes over the hold. */
static struct proc *guardian(struct proc *pp) UNCHECKED;
static struct proc *
guardian(struct proc *pp)
{
	struct proc *heir;

	if (likely(!(atomic_load(&pp->p_mpflags) & P_NOJOBS)))
		return pp;
	/* Nobody changes its p_reaper any more. */
	heir = sysreaper_heir(pp);
	PRELE(pp);
	if (!(atomic_load(&heir->p_mpflags) & P_NOJOBS))
		return heir;
	PRELE(heir);
	return NULL;
}

/* Is pp in another group of pg's session? */
static bool
is_beside(const struct pgrp *pg, const struct proc *pp)
{
	return atomic_load(&pp->p_pgid) != pg->pg_id &&
	       atomic_load(&pp->p_sid) == pg->pg_session->s_sid;
}

/* Could the parent of pg's member p let pg go on? */
static bool
has_guardian(const struct pgrp *pg, const struct proc *p)
{
	struct proc *pp = real_parent(p);
	bool yes;

	if (pp != NULL)
		pp = guardian(pp);
	if (pp == NULL)
		return false;
	yes = is_beside(pg, pp);
	PRELE(pp);
	return yes;
}

bool
jobs_guards_own(const struct proc *p)
{
	return has_guardian(p->p_pgrp, p);
}

bool
pgrp_is_orphaned(struct pgrp *pg)
{
	struct proc *p = NULL;

	while ((p = pgrp_next(pg, p)) != NULL) {
		if (!(atomic_load(&p->p_mpflags) & P_NOJOBS) &&
		    has_guardian(pg, p)) {
			PRELE(p);
			return false;
		}
	}
	return true;
}

/* Puts pg on the list of those that are to be told, if it is orphaned now and
 * has stopped members, and nobody else is about to tell it. */
static void
collect(struct pgrp *pg, struct orphaned_pgrps *list)
{
	if (atomic_load(&pg->pg_nstopped) == 0 || !pgrp_is_orphaned(pg) ||
	    !atomic_cmpset(&pg->pg_telling, 0, 1))
		return;
	pghold(pg);
	SLIST_INSERT_HEAD(list, pg, pg_tell);
}

/* The same for the group of a child whose parent was in that place. */
static void
collect_of_child(const struct proc *child, struct jobs_place was,
    struct orphaned_pgrps *list)
{
	int pgid = atomic_load(&child->p_pgid);
	struct pgrp *pg = pgid != was.jp_pgid ? pgfind(pgid) : NULL;

	if (pg == NULL)
		return;
	if (pg->pg_session->s_sid == was.jp_sid)
		collect(pg, list);
	pgrele(pg);
}

void
jobs_collect(struct proc *p, struct jobs_place was, struct pgrp *own,
    struct orphaned_pgrps *list)
{
	struct proc *child;

	if (own != NULL)
		collect(own, list);
	TAILQ_FOREACH (child, &p->p_children, p_sibling)
		collect_of_child(child, was, list);
	LIST_FOREACH (child, &p->p_orphans, p_orphan)
		collect_of_child(child, was, list);
}

__rare void
jobs_tell(struct orphaned_pgrps *list)
{
	struct pgrp *pg;

	while ((pg = SLIST_FIRST(list)) != NULL) {
		SLIST_REMOVE_HEAD(list, pg_tell);
		/* SPEC X40: in this order, so that the handler, or the end,
		 * comes first. */
		pgsignal(pg, SIGHUP, false);  /* sleeps */
		pgsignal(pg, SIGCONT, false); /* sleeps */
		atomic_store_rel(&pg->pg_telling, 0);
		pgrele(pg);
	}
}

void
exit_jobs(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct orphaned_pgrps list = SLIST_HEAD_INITIALIZER(list);

	atomic_set(&p->p_mpflags, P_NOJOBS);
	if (likely(atomic_load(&pgrp_nstopped) == 0))
		return;
	family_lock(p); /* sleeps */
	jobs_collect(p, jobs_place(p),
	    jobs_guards_own(p) ? p->p_pgrp : NULL, &list);
	family_unlock(p);
	jobs_tell(&list); /* sleeps */
}
