/*
 * family.c -- the tree of processes: who is whose child.
 *
 * A process's place in the tree belongs to its parent's token.  To reach the
 * parent of a process that may be re-parented at any time: find it by number
 * (which gives a hold), take its token, look again.
 */
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/family.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/proc/tracees.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"

/* MODEL: adoption.pml. */
struct proc *
parent_lock(struct proc *p)
{
	for (;;) {
		struct proc *pp = pfind_any(atomic_load(&p->p_ppid));

		/* RACE: the parent may hand p on, end, be buried, and its
		 * number may even be used again, all before this line. */
		if (pp == NULL)
			continue;
		children_lock(pp); /* sleeps */
		if (p->p_pptr == pp)
			return pp;
		parent_unlock(pp);
	}
}

/* MODEL: adoption.pml. */
void
parent_unlock(struct proc *pp)
{
	children_unlock(pp);
	PRELE(pp);
}

static inline enum child_kind
child_kind(const struct proc *p) NEEDS(parent_token)
{
	return p->p_sigparent == SIGCHLD ? CHILD_PLAIN : CHILD_CLONE;
}

void
family_link(struct proc *child, struct proc *parent)
{
	child->p_pptr = parent;
	atomic_store(&child->p_ppid, parent->p_pid);
	parent->p_nchildren[child_kind(child)]++;
	TAILQ_INSERT_HEAD(&parent->p_children, child, p_sibling);
}

/* MODEL: adoption.pml, handshake.pml. */
void
family_bury(struct proc *child)
{
	struct proc *pp = child->p_pptr;
	enum child_kind kind = child_kind(child);

	KKASSERT(child->p_claimed);
	TAILQ_REMOVE(&pp->p_zombies[kind], child, p_sibling);
	pp->p_nchildren[kind]--;
	/* One that its own parent has traced. */
	if (unlikely(atomic_load(&child->p_flags) & P_TRACED))
		LIST_REMOVE(child, p_tracee);
	/* WAKES: waits for this very child, or that have no child left. */
	if (pp->p_nwaiting != 0)
		wakeup(pp);
}

void
family_report(struct proc *child, int status)
{
	struct proclist *list = &child->p_pptr->p_changed;

	if (child->p_report != 0)
		TAILQ_REMOVE(list, child, p_change);
	child->p_report = status;
	if (status != 0)
		TAILQ_INSERT_TAIL(list, child, p_change);
}

/* A parent's token guards its actions, too. */
static uint32_t
actions_of(const struct proc *parent) NEEDS(parent_token) UNCHECKED;
static uint32_t
actions_of(const struct proc *parent)
{
	return sigacts_flags(parent);
}

bool
family_hides_stops(const struct proc *parent)
{
	return actions_of(parent) & PS_NOCLDSTOP;
}

bool
family_wants_no_zombies(const struct proc *parent)
{
	return parent != initproc &&
	    (actions_of(parent) & (PS_NOCLDWAIT | PS_CLDSIGIGN));
}

void
family_zombie(struct proc *child)
{
	struct proc *pp = child->p_pptr;

	if (unlikely(child->p_report != 0))
		family_report(child, 0);
	TAILQ_REMOVE(&pp->p_children, child, p_sibling);
	TAILQ_INSERT_HEAD(&pp->p_zombies[child_kind(child)], child, p_sibling);
}

/* MODEL: adoption.pml, handshake.pml. */
void
family_claim(struct proc *child)
{
	KKASSERT(!child->p_claimed && child->p_stat == SZOMB);
	child->p_claimed = true;
}

/* MODEL: handshake.pml. */
void
family_unclaim(struct proc *child)
{
	child->p_claimed = false;
	/* WAKES: other waits of the parent, which passed it by meanwhile. */
	wakeup(child->p_pptr);
}

/* SPEC X97: child gets another parent; its place in the lists is the
 * caller's.  D29: the new one's wait looks for plain children.
 * MODEL: adoption.pml. */
static inline void
proc_reparent(struct proc *child, struct proc *parent) NEEDS(parent_token)
{
	child->p_pptr = parent;
	atomic_store(&child->p_ppid, parent->p_pid);
	child->p_sigparent = SIGCHLD;
}

/* MODEL: tracing.pml. */
void
family_move(struct proc *child, struct proc *parent, int sigparent)
{
	struct proc *old = child->p_pptr;
	bool zombie = atomic_load(&child->p_stat) == SZOMB;
	enum child_kind kind = child_kind(child);

	if (child->p_report != 0)
		family_report(child, 0);
	old->p_nchildren[kind]--;
	TAILQ_REMOVE(zombie ? &old->p_zombies[kind] : &old->p_children, child,
	    p_sibling);
	proc_reparent(child, parent);
	child->p_sigparent = sigparent;
	child->p_claimed = false;
	kind = child_kind(child);
	parent->p_nchildren[kind]++;
	TAILQ_INSERT_HEAD(zombie ? &parent->p_zombies[kind] :
				   &parent->p_children,
	    child, p_sibling);
}

/* All of list now belong to heir. */
static void
adopt_list(struct proclist *list, struct proc *heir, struct proclist *to)
    NEEDS(parent_token)
{
	struct proc *child;

	TAILQ_FOREACH(child, list, p_sibling)
		proc_reparent(child, heir);
	TAILQ_CONCAT(to, list, p_sibling);
}

/* Hands p's children to heir; both tokens held.  False: heir has handed on
 * its own children already and can have no more.
 * MODEL: adoption.pml, tracing.pml. */
static bool
adopt_all(struct proc *p, struct proc *heir) NEEDS(parent_token, proc_token)
{
	int n = p->p_nchildren[CHILD_PLAIN] + p->p_nchildren[CHILD_CLONE];

	if (heir->p_flags & P_ORPHANED)
		return false;
	adopt_list(&p->p_children, heir, &heir->p_children);
	TAILQ_CONCAT(&heir->p_changed, &p->p_changed, p_change);
	adopt_list(&p->p_zombies[CHILD_PLAIN], heir,
	    &heir->p_zombies[CHILD_PLAIN]);
	adopt_list(&p->p_zombies[CHILD_CLONE], heir,
	    &heir->p_zombies[CHILD_PLAIN]);
	if (unlikely(!LIST_EMPTY(&p->p_orphans)))
		n -= orphans_hand_on(p, heir);
	p->p_nchildren[CHILD_PLAIN] = p->p_nchildren[CHILD_CLONE] = 0;
	heir->p_nchildren[CHILD_PLAIN] += n;
	/* O17: no child can be added any more, p is past its last fork. */
	p->p_flags |= P_ORPHANED;
	return true;
}

static bool
has_zombies(const struct proc *p) NEEDS(parent_token)
{
	return !TAILQ_EMPTY(&p->p_zombies[CHILD_PLAIN]) ||
	    !TAILQ_EMPTY(&p->p_zombies[CHILD_CLONE]);
}

/* SPEC X49: p's heir wants no zombies, so those that p leaves are init's. */
static __rare void
leave_zombies(struct proc *p)
{
	children_lock(initproc); /* sleeps */
	proc_lock(p);		 /* sleeps */
	for (int kind = 0; kind < CHILD_KINDS; kind++)
		while (!TAILQ_EMPTY(&p->p_zombies[kind]))
			family_move(TAILQ_FIRST(&p->p_zombies[kind]), initproc,
			    SIGCHLD);
	proc_unlock(p);
	children_unlock(initproc);
	ksignal(initproc, SIGCHLD); /* sleeps */
	wakeup(initproc); /* WAKES: its waits */
}

/* MODEL: adoption.pml. */
void
exit_orphan_children(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	bool zombies, unwanted, childless, traces;

	family_lock(p); /* sleeps */
	childless =
	    p->p_nchildren[CHILD_PLAIN] + p->p_nchildren[CHILD_CLONE] == 0;
	if (childless)
		p->p_flags |= P_ORPHANED;
	traces = !LIST_EMPTY(&p->p_tracees);
	family_unlock(p);
	if (unlikely(traces))
		trace_kill_all(p); /* sleeps */
	while (!childless) {
		struct proc *heir;
		bool done = false;

		proc_lock(p); /* sleeps */
		heir = sysreaper_heir(p);
		proc_unlock(p);
		/* The heir's is the token of both lists from here on. */
		children_lock(heir); /* sleeps */
		proc_lock(p);	     /* sleeps */
		zombies = has_zombies(p);
		unwanted = zombies && family_wants_no_zombies(heir);
		if (!unwanted)
			done = adopt_all(p, heir);
		proc_unlock(p);
		children_unlock(heir);
		if (unlikely(unwanted))
			leave_zombies(p); /* sleeps */
		/* D28: tell the heir once they are its own.  WAKES: its waits,
		 * for the zombies among them, and for pids now its own. */
		if (done) {
			if (zombies)
				ksignal(heir, SIGCHLD); /* sleeps */
			wakeup(heir);
			PRELE(heir);
			return;
		}
		PRELE(heir);
	}
}

/* SPEC X49: p, which lives still, leaves pp, which wants no zombies, for its
 * reaper.  Returns whoever is its parent then, as parent_lock() does.  Two
 * parents' tokens are held at once: more than the guard words can say. */
static struct proc *leave_parent(struct proc *p, struct proc *pp)
    NEEDS(proc_token, parent_token) UNCHECKED;
static __rare struct proc *
leave_parent(struct proc *p, struct proc *pp)
{
	struct proc *heir = sysreaper_heir(p);

	if (heir == pp) {
		PRELE(heir);
		heir = initproc;
		PHOLD(heir);
	}
	children_lock(heir); /* sleeps */
	/* RACE: pp's token was lost: then the caller looks again. */
	if (p->p_pptr == pp && !(heir->p_flags & P_ORPHANED)) {
		if (p->p_flags & P_TRACED)
			trace_end(p);
		family_move(p, heir, SIGCHLD);
		/* WAKES: waits for p, and those that have no child left (D30,
		 * D63). */
		wakeup(pp);
	}
	parent_unlock(heir);
	parent_unlock(pp);
	return parent_lock(p); /* sleeps */
}

/* MODEL: adoption.pml, handshake.pml, tracing.pml. */
void
exit_publish(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc, *pp;

	proc_lock(p);	     /* sleeps */
	pp = parent_lock(p); /* sleeps */
	/* E61, E62, D31: a parent that does not wait gets no zombie; it is the
	 * real one who decides, when its turn comes (D38). */
	while (unlikely(family_wants_no_zombies(pp)) && !is_orphan(p))
		pp = leave_parent(p, pp); /* sleeps */
	/* Law 2: what a waiter reads is final but for the usage, and p_nthreads
	 * holds it back until that is (O19). */
	family_zombie(p);
	atomic_store_rel(&p->p_stat, SZOMB);
	parent_unlock(pp);
	proc_unlock(p);
}

/* It does not change any more. */
static int
exit_status(const struct proc *p) UNCHECKED;
static int
exit_status(const struct proc *p)
{
	return (int)p->p_xstat;
}

/* MODEL: adoption.pml, handshake.pml, tracing.pml. */
void
exit_tell_parent(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct proc *pp = parent_lock(p); /* sleeps */
	int sig = p->p_sigparent;

	/* X50: init knows no other signal; 0 is none (D60). */
	if (pp == initproc && sig != 0)
		sig = SIGCHLD;
	if (sig != 0 &&
	    (sig != SIGCHLD || (atomic_load(&pp->p_mpflags) & P_CARES)))
		ksignal_child(pp, p, sig, exit_status(p)); /* sleeps */
	/* WAKES: the parent's waits (kern_wait). */
	wakeup(pp);
	parent_unlock(pp);
}

/* MODEL: vfork.pml. */
void
exit_release_vfork(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	/* O16: the parent must not run while we use its memory.  D25: it is
	 * woken itself, by the flag that it sleeps on, whoever our parent is
	 * by now. */
	if (atomic_fetchand(&p->p_mpflags, ~P_PPWAIT) & P_PPWAIT)
		wakeup(&p->p_mpflags); /* WAKES: vfork_wait() */
}
