/*
 * sysreaper.c -- orphans' heirs: see sysreaper.h.
 *
 * sr_proc and sr_parent of all records are under one spin lock, taken only
 * below a reaper: processes whose heir is init (p_reaper NULL) never touch it.
 * Who looks for an heir takes the dead out of the chain above, so that they are
 * passed once, and one each time that the lock is held; so does who ends being
 * a reaper.  Records that only dead ones hold do not pile up: of two that
 * follow each other, the lower one died first.
 */
#include "kernel/proc/sysreaper.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"

MALLOC_DEFINE(M_SYSREAPER, "reaper");

static struct spinlock reaper_spin = SPIN_INITIALIZER("reaper", SPIN_LEAF);

static void
reaper_lock(void) TAKES(leaf_spin) UNCHECKED
{
	spin_lock(&reaper_spin);
}

static void
reaper_unlock(void) DROPS(leaf_spin) UNCHECKED
{
	spin_unlock(&reaper_spin);
}

struct sysreaper *
sysreaper_hold(struct sysreaper *sr)
{
	if (sr != NULL)
		atomic_add(&sr->sr_refs, 1);
	return sr;
}

void
sysreaper_rele(struct sysreaper *sr)
{
	/* The last of a record drops its parent in turn: a loop, for chains
	 * may be long. */
	while (sr != NULL && atomic_subfetch(&sr->sr_refs, 1) == 0) {
		struct sysreaper *parent = sr->sr_parent;

		KKASSERT(sr->sr_proc == NULL);
		kfree(sr, &M_SYSREAPER);
		sr = parent;
	}
}

/* Takes the record above sr, if it is dead, out of the chain: the caller is to
 * let go of it.  NULL: it lives, or there is none. */
static struct sysreaper *
unlink_dead(struct sysreaper *sr) NEEDS(leaf_spin)
{
	struct sysreaper *above = sr->sr_parent;

	if (above == NULL || above->sr_proc != NULL)
		return NULL;
	sr->sr_parent = sysreaper_hold(above->sr_parent);
	return above;
}

/* The reaper of sr, or of the record above it, which lives; not p. */
static struct proc *
living(const struct sysreaper *sr, const struct proc *p) NEEDS(leaf_spin)
{
	if (sr->sr_proc != NULL && sr->sr_proc != p)
		return sr->sr_proc;
	return sr->sr_parent != NULL ? sr->sr_parent->sr_proc : NULL;
}

/* MODEL: adoption.pml. */
struct proc *
sysreaper_heir(struct proc *p)
{
	struct sysreaper *sr = p->p_reaper, *dead = sr;
	struct proc *heir = NULL;

	while (dead != NULL) {
		reaper_lock();
		dead = unlink_dead(sr);
		if (dead == NULL && (heir = living(sr, p)) != NULL)
			PHOLD(heir);
		reaper_unlock();
		sysreaper_rele(dead);
	}
	if (heir == NULL) {
		heir = initproc;
		PHOLD(heir);
	}
	return heir;
}

/* The caller's own record, sr, dies. */
static void
reaper_end(struct sysreaper *sr)
{
	struct sysreaper *dead;

	do {
		reaper_lock();
		dead = unlink_dead(sr);
		if (dead == NULL)
			sr->sr_proc = NULL;
		reaper_unlock();
		sysreaper_rele(dead);
	} while (dead != NULL);
}

/* Only p itself writes that its record is its own, and that it is not. */
static bool
is_reaper(const struct proc *p) NEEDS(proc_token)
{
	return p->p_reaper != NULL && p->p_reaper->sr_proc == p;
}

/* MODEL: adoption.pml. */
void
exit_sysreaper(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	if (is_reaper(p))
		reaper_end(p->p_reaper);
	proc_unlock(p);
}

int
kern_reap_acquire(struct proc *p)
{
	struct sysreaper *sr = kmalloc(sizeof(*sr), &M_SYSREAPER, M_ZERO);
	int error = 0;

	if (sr == NULL)
		return ENOMEM;
	proc_lock(p); /* sleeps */
	if (p == initproc || is_reaper(p)) {
		error = EALREADY;
	} else {
		sr->sr_refs = 1;
		sr->sr_proc = p;
		sr->sr_parent = p->p_reaper; /* its reference moves */
		p->p_reaper = sr;
	}
	proc_unlock(p);
	if (error != 0)
		kfree(sr, &M_SYSREAPER);
	return error;
}

int
kern_reap_release(struct proc *p)
{
	struct sysreaper *sr;

	proc_lock(p); /* sleeps */
	if (!is_reaper(p)) {
		proc_unlock(p);
		return ENOTCONN;
	}
	sr = p->p_reaper;
	reaper_end(sr);
	reaper_lock();
	p->p_reaper = sysreaper_hold(sr->sr_parent);
	reaper_unlock();
	proc_unlock(p);
	sysreaper_rele(sr);
	return 0;
}

void
kern_reap_status(struct proc *p, struct reaper_status *st)
{
	struct proc *reaper, *child;
	struct sysreaper *sr;

	memset(st, 0, sizeof(*st));
	st->pid_head = -1;
	proc_lock(p); /* sleeps */
	sr = p->p_reaper;
	if (p == initproc || is_reaper(p)) {
		st->flags |= REAPER_STAT_OWNED;
		reaper = p;
		PHOLD(reaper);
	} else {
		reaper = sysreaper_heir(p);
	}
	if (reaper == initproc)
		st->flags |= REAPER_STAT_REALINIT;
	st->refs = sr != NULL ? atomic_load(&sr->sr_refs) : 0;
	proc_unlock(p);

	children_lock(reaper); /* sleeps */
	child = TAILQ_FIRST(&reaper->p_children);
	if (child != NULL)
		st->pid_head = child->p_pid;
	children_unlock(reaper);
	PRELE(reaper);
}
