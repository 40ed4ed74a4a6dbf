/*
 * jobs.c -- see jobs.h.
 *
 * Looking takes no token: members are gone through under pg_spin one by one,
 * with a hold, and parents are found by number; the numbers of their groups
 * and sessions are atomic.
 *
 * RACE: a process that stops counts itself in pg_nstopped, then looks whether
 * the group is orphaned.  A process that ends says so (P_NOJOBS), then looks
 * at the count.  So a stop and the end of the last parent that could undo it
 * cannot both be missed; and of two parents that end at once the later one
 * sees that the other does not count any more.
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

/* Has pg, which was not orphaned, become so, with stopped members who have not
 * been told? */
static bool
is_to_be_told(struct pgrp *pg)
{
	return atomic_load(&pg->pg_nstopped) != 0 && pgrp_is_orphaned(pg) &&
	       atomic_cmpset(&pg->pg_orphaned, 0, 1);
}

/* Of the other groups in which p has a child, one that is to be told, with a
 * reference; NULL: none. */
static struct pgrp *
child_to_be_told(const struct proc *child, const struct proc *p)
{
	struct pgrp *pg;

	if (atomic_load(&child->p_pgid) == atomic_load(&p->p_pgid))
		return NULL;
	pg = pgfind(atomic_load(&child->p_pgid));
	if (pg == NULL || (is_beside(pg, p) && is_to_be_told(pg)))
		return pg;
	pgrele(pg);
	return NULL;
}

static __rare struct pgrp *
next_to_be_told(struct proc *p) NEEDS(parent_token)
{
	struct pgrp *pg = NULL;
	struct proc *child;

	TAILQ_FOREACH (child, &p->p_children, p_sibling)
		if ((pg = child_to_be_told(child, p)) != NULL)
			return pg;
	LIST_FOREACH (child, &p->p_orphans, p_orphan)
		if ((pg = child_to_be_told(child, p)) != NULL)
			return pg;
	return NULL;
}

/* SPEC X40: in this order, so that the handler, or the end, comes first. */
static __rare void
tell_orphaned(struct pgrp *pg)
{
	pgsignal(pg, SIGHUP, false);  /* sleeps */
	pgsignal(pg, SIGCONT, false); /* sleeps */
	pgrele(pg);
}

void
exit_jobs(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct pgrp *pg;

	atomic_set(&p->p_mpflags, P_NOJOBS);
	if (likely(atomic_load(&pgrp_nstopped) == 0))
		return;
	family_lock(p); /* sleeps */
	pg = p->p_pgrp;
	if (unlikely(atomic_load(&pg->pg_nstopped) != 0) &&
	    has_guardian(pg, p) && is_to_be_told(pg)) {
		pghold(pg);
		tell_orphaned(pg); /* sleeps */
	}
	if (!TAILQ_EMPTY(&p->p_children) || !LIST_EMPTY(&p->p_orphans))
		while ((pg = next_to_be_told(p)) != NULL)
			tell_orphaned(pg); /* sleeps */
	family_unlock(p);
}
