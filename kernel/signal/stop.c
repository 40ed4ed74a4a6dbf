/*
 * stop.c -- see stop.h.
 *
 * Who is told of a complete stop is told by the one that makes it complete:
 * the last thread to come to the border, to fall asleep, or to end.  The
 * parent's place is under the parent's token, a second one: what is told is
 * what is true once both are held (stop_tell).
 *
 * SIGKILL, SIGCONT, the tracer and the end of the process let it go on; a
 * process that ends cannot be stopped (D16).
 */
#include "kernel/signal/stop.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/family.h"
#include "kernel/proc/jobs.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"

bool
stop_is_complete(const struct proc *p)
{
	return (p->p_flags & P_STOPPED) && p->p_nstopped == p->p_nlive;
}

/* Does lp sleep, or is it about to, where a signal would end the sleep? */
static bool
sleeps_interruptibly(const struct lwp *lp) UNCHECKED;
static bool
sleeps_interruptibly(const struct lwp *lp)
{
	const struct thread *td = lp->lwp_thread;

	return atomic_load_acq(&td->td_wchan) != NULL &&
	    (atomic_load(&td->td_wcatch) & TDF_MP_INTR);
}

void
stop_count(struct lwp *lp)
{
	if (lp->lwp_flags & LWP_WSTOP)
		return;
	lp->lwp_flags |= LWP_WSTOP;
	lp->lwp_proc->p_nstopped++;
}

void
stop_uncount(struct lwp *lp)
{
	if (!(lp->lwp_flags & LWP_WSTOP))
		return;
	lp->lwp_flags &= ~(uint32_t)LWP_WSTOP;
	lp->lwp_proc->p_nstopped--;
}

void
proc_stop(struct proc *p, int sig)
{
	struct lwp *lp;

	/* A vfork child that stopped would stop its parent, too; SIGKILL has
	 * let it go on for good; and the machine cannot go on without init. */
	if (p == initproc || (p->p_flags & (P_WEXIT | P_STOPPED)) ||
	    (atomic_load(&p->p_mpflags) & P_PPWAIT) || sig_kill_is_pending(p))
		return;
	p->p_flags |= P_STOPPED;
	pgrp_count_stopped(p, 1);
	p->p_flags &= ~(uint32_t)(P_STOPTOLD | P_CONTINUED);
	p->p_stopsig = sig;
	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		if (lp->lwp_flags & LWP_WEXIT)
			continue;
		if (lp != curlwp && sleeps_interruptibly(lp)) {
			stop_count(lp);
			lwp_notify(lp, 0);
		} else {
			/* It counts itself: at the border, or when it goes to
			 * sleep on its way there. */
			lwp_notify(lp, TDF_MP_INTR);
		}
	}
}

void
proc_stop_default(struct proc *p, int sig)
{
	/* It stands still, and perhaps by another signal, which the state of
	 * its group does not undo. */
	if (p->p_flags & P_STOPPED)
		return;
	proc_stop(p, sig);
	/* ORDER: counted first, then looked: who orphans the group does it the
	 * other way round (jobs.c). */
	if (sig_is_tty_stop(sig) && pgrp_is_orphaned(p->p_pgrp))
		proc_unstop(p);
	stop_tell_complete(p); /* sleeps */
}

void
proc_unstop(struct proc *p)
{
	struct lwp *lp;

	if (!(p->p_flags & P_STOPPED))
		return;
	p->p_flags &= ~(uint32_t)(P_STOPPED | P_STOPTOLD);
	pgrp_count_stopped(p, -1);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		stop_uncount(lp);
		/* What was posted meanwhile is to be acted on. */
		if (!sigset_empty(&p->p_siglist.sp_set) ||
		    !sigset_empty(&lp->lwp_siglist.sp_set))
			lwp_notify(lp, TDF_MP_INTR |
			    (sig_must_die(lp) ? TDF_MP_KILL : 0));
	}
	wakeup(&p->p_nstopped); /* WAKES: stop_here() */
}

void
stop_tell(struct proc *p)
{
	struct proc *pp = parent_lock(p); /* sleeps */
	int status = 0;

	if (p->p_flags & P_WEXIT) {
		/* Its end is what the parent will hear of. */
	} else if (stop_is_complete(p) && !(p->p_flags & P_STOPTOLD)) {
		p->p_flags |= P_STOPTOLD;
		status = W_STOPCODE(p->p_stopsig);
	} else if (p->p_flags & P_CONTINUED) {
		p->p_flags &= ~(uint32_t)P_CONTINUED;
		status = W_CONTCODE;
	}
	if (status != 0) {
		family_report(p, status);
		/* WAKES: the parent's waits. */
		wakeup(pp);
		if (status != W_CONTCODE && !family_hides_stops(pp))
			ksignal_child(pp, p, SIGCHLD, status); /* sleeps */
	}
	parent_unlock(pp);
}

void
stop_tell_complete(struct proc *p)
{
	if (stop_is_complete(p) && !(p->p_flags & P_STOPTOLD))
		stop_tell(p); /* sleeps */
}

void
stop_here(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	while ((p->p_flags & P_STOPPED) &&
	    !(atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT)) {
		stop_count(lp);
		if (stop_is_complete(p) && !(p->p_flags & P_STOPTOLD))
			stop_tell(p); /* sleeps */
		else
			/* Woken by proc_unstop(), and killlwps(). */
			tsleep(&p->p_nstopped, PSTOP, "stop", 0); /* sleeps */
	}
}
