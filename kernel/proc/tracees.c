/*
 * tracees.c -- children that another process traces.
 *
 * While p is traced by a stranger, the tracer is its parent (p_pptr): it hears
 * of p's stops and of its end, and its wait takes them.  The real parent
 * (p_opptr) keeps p on its list of orphans and goes on counting it as a child,
 * so that its own wait blocks rather than fails, and yet sees nothing of what
 * is told to the tracer.  Once the tracer has its status, the zombie is given
 * back, and the real parent has its own SIGCHLD and its own wait (X83).
 *
 * A child that its own parent traces is no orphan: there is nobody to give it
 * back to, and it is reported once (D27).
 *
 * p_opptr is under the tokens of both parents: either is enough to look, both
 * are needed to change it.  To reach the real parent: find it by number, take
 * its token, look again.
 */
#include "kernel/proc/tracees.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/family.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/signal/signal.h"

static inline enum child_kind
kind_of(int sigparent)
{
	return sigparent == SIGCHLD ? CHILD_PLAIN : CHILD_CLONE;
}

static void
set_real_parent(struct proc *p, struct proc *pp) NEEDS(parent_token)
{
	p->p_opptr = pp;
	atomic_store(&p->p_oppid, pp != NULL ? pp->p_pid : 0);
}

/* MODEL: tracing.pml. */
void
trace_begin(struct proc *p, struct proc *pp, struct proc *tracer)
{
	KKASSERT(!(p->p_flags & P_TRACED) && p->p_pptr == pp);
	p->p_flags |= P_TRACED;
	/* It stops for signals that are ignored by default, too. */
	atomic_set(&p->p_mpflags, P_CARES);
	LIST_INSERT_HEAD(&tracer->p_tracees, p, p_tracee);
	if (pp == tracer)
		return;
	p->p_osigparent = p->p_sigparent;
	set_real_parent(p, pp);
	LIST_INSERT_HEAD(&pp->p_orphans, p, p_orphan);
	family_move(p, tracer, SIGCHLD);
	/* It stays counted by its real parent, too. */
	pp->p_nchildren[kind_of(p->p_osigparent)]++;
}

/* MODEL: tracing.pml. */
void
trace_end(struct proc *p)
{
	struct proc *pp = p->p_opptr, *tracer = p->p_pptr;

	KKASSERT(p->p_flags & P_TRACED);
	p->p_flags &= ~(uint32_t)P_TRACED;
	LIST_REMOVE(p, p_tracee);
	if (pp == NULL)
		return;
	LIST_REMOVE(p, p_orphan);
	pp->p_nchildren[kind_of(p->p_osigparent)]--;
	family_move(p, pp, p->p_osigparent);
	/* ORDER: last, for real_parent() of jobs.c. */
	set_real_parent(p, NULL);
	/* WAKES: waits of the tracer that have no child left. */
	if (tracer->p_nwaiting != 0)
		wakeup(tracer);
}

/* MODEL: tracing.pml. */
UNCHECKED struct proc *
orphan_lock(struct proc *p)
{
	int pid;

	while ((pid = atomic_load(&p->p_oppid)) != 0) {
		struct proc *pp = pfind_any(pid);

		/* RACE: it may hand p on, end, and be buried, before this. */
		if (pp == NULL)
			continue;
		proc_lock(pp); /* sleeps */
		if (p->p_opptr == pp)
			return pp;
		proc_unlock(pp);
		PRELE(pp);
	}
	return NULL;
}

UNCHECKED void
orphan_unlock(struct proc *pp)
{
	if (pp != NULL) {
		proc_unlock(pp);
		PRELE(pp);
	}
}

/* What the real parent of the zombie p is to hear, now that it is its own. */
static void
tell_real_parent(struct proc *p, struct proc *pp) UNCHECKED;
/* MODEL: tracing.pml. */
static void
tell_real_parent(struct proc *p, struct proc *pp)
{
	int sig = p->p_sigparent;

	if (sig != 0)
		ksignal_child(pp, p, sig, (int)p->p_xstat); /* sleeps */
	wakeup(pp); /* WAKES: its waits */
}

/* D38: the real parent pp wants no zombies: its orphan p is the reaper's. */
static UNCHECKED void
leave_real_parent(struct proc *p, struct proc *pp)
{
	struct proc *heir;

	proc_lock(p); /* sleeps */
	heir = sysreaper_heir(p);
	proc_unlock(p);
	if (heir == pp || heir == p->p_pptr) {
		PRELE(heir);
		heir = initproc;
		PHOLD(heir);
	}
	proc_lock(heir); /* sleeps */
	/* RACE: pp's token was lost. */
	if (p->p_opptr == pp && !(heir->p_flags & P_ORPHANED)) {
		LIST_REMOVE(p, p_orphan);
		pp->p_nchildren[kind_of(p->p_osigparent)]--;
		p->p_osigparent = SIGCHLD;
		set_real_parent(p, heir);
		LIST_INSERT_HEAD(&heir->p_orphans, p, p_orphan);
		heir->p_nchildren[CHILD_PLAIN]++;
		wakeup(pp); /* WAKES: waits that have no child left */
	}
	proc_unlock(heir);
	PRELE(heir);
}

/* MODEL: tracing.pml. */
UNCHECKED bool
trace_give_back(struct proc *p)
{
	struct proc *tracer = p->p_pptr, *pp;

	family_lock(tracer); /* sleeps */
	for (;;) {
		pp = orphan_lock(p); /* sleeps */
		/* RACE: its real parent may have ended, and the tracer be its
		 * heir. */
		if (pp == NULL || !family_wants_no_zombies(pp))
			break;
		leave_real_parent(p, pp); /* sleeps */
		orphan_unlock(pp);
	}
	if (pp != NULL) {
		trace_end(p);
		tell_real_parent(p, pp); /* sleeps */
		orphan_unlock(pp);
	}
	family_unlock(tracer);
	return pp != NULL;
}

/* E56, D56: what is traced dies with its tracer, and is waited for by whose
 * child it is.
 * MODEL: tracing.pml. */
UNCHECKED void
trace_kill_all(struct proc *p)
{
	struct proc *child, *pp;

	family_lock(p); /* sleeps */
	while ((child = LIST_FIRST(&p->p_tracees)) != NULL) {
		bool ours;

		PHOLD(child);
		pp = orphan_lock(child); /* sleeps */
		proc_lock(child);	 /* sleeps */
		/* RACE: the real parent's token was lost; the child stays our
		 * own, for none of our threads is left to let it go. */
		ours = child->p_opptr == pp;
		if (ours)
			trace_end(child);
		proc_unlock(child);
		if (ours && pp != NULL && atomic_load(&child->p_stat) == SZOMB)
			tell_real_parent(child, pp); /* sleeps */
		orphan_unlock(pp);
		if (ours)
			ksignal(child, SIGKILL); /* sleeps */
		PRELE(child);
	}
	family_unlock(p);
}

/* MODEL: tracing.pml. */
int
orphans_hand_on(struct proc *p, struct proc *heir)
{
	struct proc *child;
	int merged = 0;

	while ((child = LIST_FIRST(&p->p_orphans)) != NULL) {
		LIST_REMOVE(child, p_orphan);
		if (child->p_pptr == heir) {
			/* Its tracer is its real parent now. */
			set_real_parent(child, NULL);
			merged++;
			continue;
		}
		child->p_osigparent = SIGCHLD;
		set_real_parent(child, heir);
		LIST_INSERT_HEAD(&heir->p_orphans, child, p_orphan);
	}
	return merged;
}
