/*
 * sigio.c -- see sigio.h.
 *
 * RACE: who sends takes a hold on the owner under the spin lock, under which
 * the owner takes its records off before it can be freed: a group when its last
 * member leaves, though others may hold it still.
 */
#include "kernel/file/sigio.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/signal/signal.h"

MALLOC_DEFINE(M_SIGIO, "sigio");

struct sigio {
	LIST_ENTRY(sigio) si_link GUARDED(leaf_spin);
	struct sigio_slot *si_slot GUARDED(leaf_spin);
	struct proc *si_proc; /* STABLE one of the two */
	struct pgrp *si_pgrp; /* STABLE */
	int si_id;	      /* STABLE as fgetown() tells it */
	struct ucred *si_cred; /* STABLE of who has set it, with a reference */
};

static struct spinlock sigio_spin;

static void
sigio_init(void)
{
	spin_init(&sigio_spin, "sigio", SPIN_LEAF);
}
SYSINIT(sigio, SI_SUB_BOOT2_PROC0, SI_ORDER_FIRST, sigio_init);

static inline void
sigio_lock(void) TAKES(leaf_spin) UNCHECKED
{
	spin_lock(&sigio_spin);
}

static inline void
sigio_unlock(void) DROPS(leaf_spin) UNCHECKED
{
	spin_unlock(&sigio_spin);
}

static void
sigio_free(struct sigio *si)
{
	if (si == NULL)
		return;
	crfree(si->si_cred);
	kfree(si, &M_SIGIO);
}

/* Takes the record off both of its ends. */
static void
detach(struct sigio *si) NEEDS(leaf_spin)
{
	LIST_REMOVE(si, si_link);
	atomic_store(&si->si_slot->sl_owner, NULL);
}

/* The first record of a list, taken off; NULL: there is none.  RACE: or, with
 * the list of a group (pg, else NULL), somebody has joined that again, whose
 * records these are now. */
static struct sigio *
take_first(struct sigiolst *list, struct pgrp *pg)
{
	struct sigio *si = NULL;

	sigio_lock();
	if (pg == NULL || pgrp_is_empty(pg))
		si = LIST_FIRST(list);
	if (si != NULL)
		detach(si);
	sigio_unlock();
	return si;
}

void
funsetown(struct sigio_slot *sl)
{
	struct sigio *si;

	if (likely(atomic_load(&sl->sl_owner) == NULL))
		return;
	sigio_lock();
	si = sl->sl_owner;
	if (si != NULL)
		detach(si);
	sigio_unlock();
	sigio_free(si);
}

/* Puts si on its owner's list and into the slot, in place of *oldp; false: the
 * owner ends, and nothing has changed. */
static bool
attach(struct sigio_slot *sl, struct sigio *si, struct sigiolst *list,
    struct sigio **oldp)
{
	bool ends;

	sigio_lock();
	LIST_INSERT_HEAD(list, si, si_link);
	/* RACE: a process that ends says so (P_WEXIT), and the last member
	 * leaves its group, then looks at the list; we are on the list, then
	 * look. */
	atomic_fence();
	if (si->si_proc != NULL)
		ends = atomic_load(&si->si_proc->p_flags) & P_WEXIT;
	else
		ends = pgrp_is_empty(si->si_pgrp);
	*oldp = NULL;
	if (ends) {
		LIST_REMOVE(si, si_link);
	} else {
		*oldp = sl->sl_owner;
		if (*oldp != NULL)
			detach(*oldp);
		si->si_slot = sl;
		atomic_store(&sl->sl_owner, si);
	}
	sigio_unlock();
	return !ends;
}

static int
own_by_process(struct sigio_slot *sl, struct sigio *si)
{
	struct proc *targ = pfind(si->si_id);
	struct sigio *old;
	int error = 0;

	if (targ == NULL)
		return ESRCH;
	si->si_proc = targ;
	if (atomic_load(&targ->p_sid) != atomic_load(&curproc->p_sid))
		error = EPERM;
	else if (!attach(sl, si, &targ->p_sigios, &old))
		error = ESRCH;
	else
		sigio_free(old);
	PRELE(targ);
	return error;
}

static int
own_by_group(struct sigio_slot *sl, struct sigio *si)
{
	struct pgrp *pg = pgfind(-si->si_id);
	struct sigio *old;
	int error = 0;

	if (pg == NULL)
		return ESRCH;
	si->si_pgrp = pg;
	if (pg->pg_session->s_sid != atomic_load(&curproc->p_sid))
		error = EPERM;
	else if (!attach(sl, si, &pg->pg_sigios, &old))
		error = ESRCH;
	else
		sigio_free(old);
	pgrele(pg);
	return error;
}

int
fsetown(struct sigio_slot *sl, int id)
{
	struct sigio *si;
	int error;

	if (id == INT32_MIN)
		return ESRCH;
	if (id == 0) {
		funsetown(sl);
		return 0;
	}
	si = kmalloc(sizeof(*si), &M_SIGIO, M_ZERO);
	if (si == NULL)
		return ENOMEM;
	si->si_id = id;
	si->si_cred = crhold(curthread->td_ucred);
	error = id > 0 ? own_by_process(sl, si) : own_by_group(sl, si);
	if (error != 0)
		sigio_free(si);
	return error;
}

int
fgetown(const struct sigio_slot *sl)
{
	int id;

	sigio_lock();
	id = sl->sl_owner != NULL ? sl->sl_owner->si_id : 0;
	sigio_unlock();
	return id;
}

/* Whoever has set the owner must be allowed to signal it still. */
static bool
may_tell(const struct ucred *cr, struct proc *p)
{
	bool ok;

	proc_lock(p); /* sleeps */
	ok = cr_cansignal(cr, p->p_ucred);
	proc_unlock(p);
	return ok;
}

static void
tell_group(const struct ucred *cr, struct pgrp *pg)
{
	struct proc **members;
	int n;

	members = pgrp_hold_members(pg, &n);
	for (int i = 0; i < n; i++)
		if (may_tell(cr, members[i]))	    /* sleeps */
			ksignal(members[i], SIGIO); /* sleeps */
	pgrp_free_members(pg, members, n);
}

void
sigio_send_slow(struct sigio_slot *sl)
{
	struct proc *p = NULL;
	struct pgrp *pg = NULL;
	struct ucred *cr = NULL;
	struct sigio *si;

	sigio_lock();
	si = sl->sl_owner;
	if (si != NULL && atomic_load(&sl->sl_async)) {
		cr = crhold(si->si_cred);
		p = si->si_proc;
		if (p != NULL)
			PHOLD(p);
		else if (pghold_alive(si->si_pgrp))
			pg = si->si_pgrp;
	}
	sigio_unlock();
	if (p != NULL) {
		if (may_tell(cr, p))	   /* sleeps */
			ksignal(p, SIGIO); /* sleeps */
		PRELE(p);
	} else if (pg != NULL) {
		tell_group(cr, pg); /* sleeps */
		pgrele(pg);
	}
	if (cr != NULL)
		crfree(cr);
}

/* SPEC X31: O8, before the number can be used again. */
void
exit_owners(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct sigio *si;

	while (unlikely(!LIST_EMPTY(&p->p_sigios)) &&
	    (si = take_first(&p->p_sigios, NULL)) != NULL)
		sigio_free(si);
}

void
sigio_group_gone(struct pgrp *pg)
{
	struct sigio *si;

	chaos_point();
	atomic_fence(); /* attach() */
	while (unlikely(!LIST_EMPTY(&pg->pg_sigios)) &&
	    (si = take_first(&pg->pg_sigios, pg)) != NULL)
		sigio_free(si);
}
