/*
 * jobs.h -- orphaned process groups (spec 2.13, X40).
 *
 * A group is orphaned when no member has a parent that is in another group of
 * the same session: nobody is left who would let it go on when it stops.  That
 * is found by looking, when somebody must know, not counted (D39); who looks
 * takes real parents for parents, whoever traces the children.
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"

/* Groups that are to be told, each with a reference; the caller's own. */
SLIST_HEAD(orphaned_pgrps, pgrp);

/* Where a process counts, or counted, in job control. */
struct jobs_place {
	int jp_pgid, jp_sid;
};

/* pg is held.  Does not block. */
bool pgrp_is_orphaned(struct pgrp *pg);
/* Does p keep its group from being orphaned? */
bool jobs_guards_own(const struct proc *p) NEEDS(proc_token);
static inline struct jobs_place
jobs_place(const struct proc *p)
{
	return (struct jobs_place){ atomic_load(&p->p_pgid),
		atomic_load(&p->p_sid) };
}
/* p, whose token is held, has left that place, or ends there: puts on list the
 * groups that this may have orphaned, if they are and have stopped members: own
 * (the one that it guarded, or NULL), and those of its children.  Does not
 * block. */
void jobs_collect(struct proc *p, struct jobs_place was, struct pgrp *own,
    struct orphaned_pgrps *list) NEEDS(parent_token);
/* SIGHUP, then SIGCONT to all members of the groups on list. */
void jobs_tell(struct orphaned_pgrps *list) SLEEPS;
