/*
 * sigwait.c -- masks, and waits for signals (spec 2.15).
 *
 * A mask is its thread's; p_token guards it, because who posts a signal looks
 * at it.  A thread that unblocks a pending signal tells itself; one that
 * blocks what it was told of passes that on.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"

static void
set_mask(struct lwp *lp, const struct sigset *mask) NEEDS(proc_token)
{
	struct sigset pending = lp->lwp_siglist.sp_set;

	lp->lwp_sigmask = *mask;
	sigset_sane_mask(&lp->lwp_sigmask);
	sigset_or(&pending, &lp->lwp_proc->p_siglist.sp_set);
	sigset_minus(&pending, &lp->lwp_sigmask);
	if (!sigset_empty(&pending))
		lwp_notify(lp, TDF_MP_INTR);
	sig_pass_on(lp);
}

int
kern_sigprocmask(struct lwp *lp, int how, const struct sigset *set,
    struct sigset *oset)
{
	struct proc *p = lp->lwp_proc;
	struct sigset mask;
	int error = 0;

	proc_lock(p); /* sleeps */
	if (oset != NULL)
		*oset = lp->lwp_sigmask;
	mask = lp->lwp_sigmask;
	if (set != NULL) {
		switch (how) {
		case SIG_BLOCK:
			sigset_or(&mask, set);
			break;
		case SIG_UNBLOCK:
			sigset_minus(&mask, set);
			break;
		case SIG_SETMASK:
			mask = *set;
			break;
		default:
			error = EINVAL;
			break;
		}
	}
	if (set != NULL && error == 0) {
		atomic_set(&p->p_mpflags, P_CARES);
		set_mask(lp, &mask);
	}
	proc_unlock(p);
	return error;
}

void
kern_sigpending(struct lwp *lp, struct sigset *set)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	*set = lp->lwp_siglist.sp_set;
	sigset_or(set, &p->p_siglist.sp_set);
	proc_unlock(p);
}

/* The handler returns to the mask of before; so do we, at the border, if none
 * runs. */
static void
mask_for_wait(struct lwp *lp, const struct sigset *set) NEEDS(proc_token)
{
	atomic_set(&lp->lwp_proc->p_mpflags, P_CARES);
	lp->lwp_oldmask = lp->lwp_sigmask;
	lp->lwp_flags |= LWP_OLDMASK;
	set_mask(lp, set);
}

void
sig_wait_mask(struct lwp *lp, const struct sigset *set)
{
	proc_lock(lp->lwp_proc); /* sleeps */
	mask_for_wait(lp, set);
	proc_unlock(lp->lwp_proc);
}

void
sig_wait_unmask(struct lwp *lp)
{
	struct sigset set;

	proc_lock(lp->lwp_proc); /* sleeps */
	set = lp->lwp_oldmask;
	lp->lwp_flags &= ~(uint32_t)LWP_OLDMASK;
	set_mask(lp, &set);
	proc_unlock(lp->lwp_proc);
}

int
kern_sigsuspend(struct lwp *lp, const struct sigset *set)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	mask_for_wait(lp, set);
	/* Woken by signals alone. */
	while (tsleep(&lp->lwp_oldmask, PCATCH, "pause", 0) == 0) /* sleeps */
		;
	proc_unlock(p);
	return EINTR;
}

int
kern_sigtimedwait(struct lwp *lp, const struct sigset *set, uint64_t until,
    struct siginfo *si)
{
	struct proc *p = lp->lwp_proc;
	int error = 0, sig;

	proc_lock(p); /* sleeps */
	atomic_set(&p->p_mpflags, P_CARES);
	lp->lwp_sigwait = *set;
	sigset_sane_mask(&lp->lwp_sigwait);
	for (;;) {
		struct sigset have = lp->lwp_siglist.sp_set;
		uint64_t now = cpu_uptime_ns();

		sigset_or(&have, &p->p_siglist.sp_set);
		sigset_and(&have, &lp->lwp_sigwait);
		sig = sig_first(&have);
		if (sig != 0 || error != 0)
			break;
		if (until != 0 && now >= until) {
			error = EAGAIN;
			break;
		}
		/* Woken by post(), which interrupts whoever waits. */
		error = tsleep(&lp->lwp_sigwait, PCATCH | PASKED, "sigwait",
		    until != 0 ? until - now : 0); /* sleeps */
		if (error == EWOULDBLOCK)
			error = 0;
	}
	if (sig != 0) {
		bool own = sigset_has(&lp->lwp_siglist.sp_set, sig);

		sigpend_take(own ? &lp->lwp_siglist : &p->p_siglist, sig, si);
		error = 0;
	}
	memset(&lp->lwp_sigwait, 0, sizeof(lp->lwp_sigwait));
	sig_pass_on(lp);
	proc_unlock(p);
	return error == ERESTART ? EINTR : error;
}

bool
sig_on_altstack(const struct lwp *lp, uintptr_t sp)
{
	uintptr_t low = (uintptr_t)lp->lwp_sigstk.ss_sp;

	return sp - low < lp->lwp_sigstk.ss_size;
}

int
kern_sigaltstack(struct lwp *lp, const struct sigaltstack *ss,
    struct sigaltstack *oss)
{
	struct sigaltstack *cur = &lp->lwp_sigstk;
	bool on = sig_on_altstack(lp, cpu_lwp_sp(lp));

	if (oss != NULL) {
		memset(oss, 0, sizeof(*oss));
		oss->ss_sp = cur->ss_sp;
		oss->ss_size = cur->ss_size;
		oss->ss_flags = on ? SS_ONSTACK :
		    cur->ss_size == 0 ? SS_DISABLE : 0;
	}
	if (ss == NULL)
		return 0;
	if (on)
		return EPERM;
	if (ss->ss_flags & ~SS_DISABLE)
		return EINVAL;
	if (ss->ss_flags & SS_DISABLE) {
		memset(cur, 0, sizeof(*cur));
		return 0;
	}
	if (ss->ss_size < MINSIGSTKSZ)
		return ENOMEM;
	cur->ss_sp = ss->ss_sp;
	cur->ss_size = ss->ss_size;
	cur->ss_flags = 0;
	return 0;
}
