/*
 * issignal.c -- a thread at the border: what it has to act on, and how.
 *
 * The order is: its own fault, then the lowest number.  What is ignored is
 * dropped here, what stops the process by default stops it; what is left has a
 * handler or ends the process.
 *
 * RACE: a signal that ends the process stays pending until it has
 * (exit_drop_signals), for whoever acts on it may lose the claim to an exec.
 * A thread that it has woken from vfork must not go back to the stack that it
 * shares with the child, whatever comes before the border: that one does not
 * come here (sig_ends_sleep, sigexit).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/core.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"
#include "kernel/signal/stop.h"

static void
take(struct lwp *lp, int sig, struct siginfo *si) NEEDS(proc_token)
{
	if (sigset_has(&lp->lwp_siglist.sp_set, sig))
		sigpend_take(&lp->lwp_siglist, sig, si);
	else
		sigpend_take(&lp->lwp_proc->p_siglist, sig, si);
	if (lp->lwp_faultsig == sig)
		lp->lwp_faultsig = 0;
}

/* The pending signal that comes first for lp; 0: none. */
static int
first_pending(const struct lwp *lp) NEEDS(proc_token)
{
	struct sigset set = lp->lwp_siglist.sp_set;

	if (lp->lwp_faultsig != 0)
		return lp->lwp_faultsig;
	sigset_or(&set, &lp->lwp_proc->p_siglist.sp_set);
	sigset_minus(&set, &lp->lwp_sigmask);
	return sig_first(&set);
}

bool
sig_is_due(const struct lwp *lp)
{
	return first_pending(lp) != 0;
}

/* Drops what is ignored, and stops the process if that is the default.  The
 * first signal that a handler, a tracer or the end of the process is to follow;
 * 0: none, or the process has stopped. */
static int
sig_next(struct lwp *lp) NEEDS(proc_token)
{
	struct proc *p = lp->lwp_proc;
	int sig;

	while ((sig = first_pending(lp)) != 0) {
		enum sigwhat what = sigacts_what(p, sig, NULL);

		if (what == SIGWHAT_CATCH || (p->p_flags & P_TRACED))
			return sig;
		if (what == SIGWHAT_DEFAULT && sig_is_fatal(sig) &&
		    (p != initproc || sig == lp->lwp_faultsig))
			return sig;
		take(lp, sig, NULL);
		if (what == SIGWHAT_DEFAULT && sig_is_stop(sig) &&
		    p != initproc) {
			proc_stop_default(p, sig); /* sleeps */
			if (p->p_flags & P_STOPPED)
				return 0;
		}
	}
	return 0;
}

/* What its tracer may make nothing of does not count. */
int
sig_must_die(const struct lwp *lp)
{
	const struct proc *p = lp->lwp_proc;
	struct sigset set = lp->lwp_siglist.sp_set;
	int sig;

	sigset_or(&set, &p->p_siglist.sp_set);
	sigset_minus(&set, &lp->lwp_sigmask);
	while ((sig = sig_first(&set)) != 0) {
		if (sig_is_fatal(sig) && p != initproc &&
		    (sig == SIGKILL || !(p->p_flags & P_TRACED)) &&
		    sigacts_what(p, sig, NULL) == SIGWHAT_DEFAULT)
			return sig;
		sigset_del(&set, sig);
	}
	return 0;
}

/* MODEL: vfork.pml. */
bool
sig_ends_sleep(struct lwp *lp, int *sigp)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	*sigp = sig_must_die(lp);
	proc_unlock(p);
	return *sigp != 0 || (atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT);
}

/* The same for a sleep that any signal may end. */
static int
interrupted_by(struct lwp *lp) NEEDS(proc_token)
{
	struct proc *p = lp->lwp_proc;
	struct sigaction act;
	int sig;

	sig = p->p_flags & P_STOPPED ? 0 : sig_next(lp); /* sleeps */
	if (p->p_flags & P_STOPPED) {
		/* It sleeps on, and has stopped there. */
		stop_count(lp);
		stop_tell_complete(p); /* sleeps */
		return 0;
	}
	if (sig == 0)
		return 0;
	if (sigacts_what(p, sig, &act) == SIGWHAT_CATCH)
		return act.sa_flags & SA_RESTART ? ERESTART : EINTR;
	/* A tracer may yet make nothing of it. */
	return p->p_flags & P_TRACED ? ERESTART : EINTR;
}

int
sig_interrupted(struct thread *td)
{
	struct lwp *lp = td->td_lwp;
	struct proc *p = lp->lwp_proc;
	bool catch = atomic_load(&td->td_wcatch) & TDF_MP_INTR;
	uint32_t flags = TDF_MP_KILL | (catch ? TDF_MP_INTR : 0);
	int error;

	if (likely(atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT))
		return EINTR;
	/* RACE: the flags go first, then we look; who posts comes the other
	 * way round. */
	atomic_clear(&td->td_mpflags, flags);
	proc_lock(p); /* sleeps */
	if (atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT)
		error = EINTR;
	else if (catch)
		error = interrupted_by(lp); /* sleeps */
	else
		error = sig_must_die(lp) != 0 ? EINTR : 0;
	/* Until the border, no other sleep is to begin. */
	if (error != 0)
		atomic_set(&td->td_mpflags, flags);
	proc_unlock(p);
	return error;
}

/* The process stops for its tracer, who may put another signal in sig's place;
 * what is to be acted on, 0: nothing. */
static int
stop_for_tracer(struct lwp *lp, int sig) NEEDS(proc_token)
{
	struct proc *p = lp->lwp_proc;
	struct siginfo si;
	int wanted;

	take(lp, sig, &si);
	p->p_stopsig = sig;
	proc_stop(p, sig);
	p->p_tracelwp = lp;
	lp->lwp_tracesig = sig;
	stop_here(lp); /* sleeps */
	/* RACE: another thread may have stopped for the tracer before we woke
	 * and slept on: what the tracer has said to each is its own. */
	if (p->p_tracelwp == lp)
		p->p_tracelwp = NULL;
	wanted = lp->lwp_tracesig;
	/* p_stopsig 0: SIGKILL has come. */
	if (wanted == 0 || p->p_stopsig == 0 || (p->p_flags & P_WEXIT))
		return 0;
	if (wanted != sig)
		si = (struct siginfo){ .si_signo = wanted };
	sigpend_add(&lp->lwp_siglist, &si, true);
	/* Without a tracer, or blocked: like any other. */
	if (!(p->p_flags & P_TRACED) || sigset_has(&lp->lwp_sigmask, wanted))
		return 0;
	switch (sigacts_what(p, wanted, NULL)) {
	case SIGWHAT_CATCH:
		return wanted;
	case SIGWHAT_DEFAULT:
		if (sig_is_fatal(wanted))
			return wanted;
		break;
	default:
		break;
	}
	take(lp, wanted, NULL);
	return 0;
}

/* MODEL: kill.pml, vfork.pml. */
int
issignal(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	int sig = 0;

	proc_lock(p); /* sleeps */
	do {
		stop_here(lp); /* sleeps */
		if (atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT)
			break;
		sig = sig_next(lp); /* sleeps */
		if (sig != 0 && sig != SIGKILL && (p->p_flags & P_TRACED) &&
		    !(p->p_flags & P_WEXIT))
			sig = stop_for_tracer(lp, sig); /* sleeps */
		if (sig == 0 && (lp->lwp_flags & LWP_OLDMASK) &&
		    !(p->p_flags & P_STOPPED) && first_pending(lp) == 0) {
			/* The end of a sigsuspend without a handler.  RACE:
			 * what has come while the tracer was asked comes first,
			 * for the old mask may block it. */
			lp->lwp_flags &= ~(uint32_t)LWP_OLDMASK;
			lp->lwp_sigmask = lp->lwp_oldmask;
		}
	} while (sig == 0 &&
	    ((p->p_flags & P_STOPPED) || first_pending(lp) != 0));
	if (sig != 0)
		lp->lwp_nsignals++;
	proc_unlock(p);
	return sig;
}

void
sigexit(struct lwp *lp, int sig)
{
	bool core = sig_dumps_core(sig) && coredump(lp, sig); /* sleeps */

	exit1(lp, W_EXITCODE(0, sig) | (core ? _WCORE : 0));
}

/* RACE: another thread may have been told of it, too, and have been faster. */
static bool
still_pending(const struct lwp *lp, int sig) NEEDS(proc_token)
{
	return sigset_has(&lp->lwp_siglist.sp_set, sig) ||
	    sigset_has(&lp->lwp_proc->p_siglist.sp_set, sig);
}

/* Takes what the handler is to get, and blocks what it shall not be
 * interrupted by; what is to be done about sig now. */
static enum sigwhat
prepare_handler(struct lwp *lp, int sig, struct sig_delivery *sd)
{
	struct proc *p = lp->lwp_proc;
	struct sigaction *act = &sd->sd_action;
	enum sigwhat what;

	proc_lock(p); /* sleeps */
	what = sigacts_what(p, sig, act);
	if (!still_pending(lp, sig) ||
	    (what == SIGWHAT_DEFAULT && !sig_is_fatal(sig)))
		what = SIGWHAT_IGNORE;
	if (what == SIGWHAT_CATCH) {
		take(lp, sig, &sd->sd_info);
		sd->sd_mask = lp->lwp_flags & LWP_OLDMASK ? lp->lwp_oldmask :
							    lp->lwp_sigmask;
		lp->lwp_flags &= ~(uint32_t)LWP_OLDMASK;
		sigset_or(&lp->lwp_sigmask, &act->sa_mask);
		if (!(act->sa_flags & SA_NODEFER))
			sigset_add(&lp->lwp_sigmask, sig);
		if (act->sa_flags & SA_RESETHAND)
			sigacts_reset(p, sig);
		sig_pass_on(lp);
	}
	proc_unlock(p);
	return what;
}

void
postsig(struct lwp *lp, int sig)
{
	struct sig_delivery sd = { .sd_altstack = lp->lwp_sigstk,
		.sd_return = lp->lwp_proc->p_sigtramp };

	switch (prepare_handler(lp, sig, &sd)) { /* sleeps */
	case SIGWHAT_CATCH:
		sd.sd_onstack = (sd.sd_action.sa_flags & SA_ONSTACK) &&
		    lp->lwp_sigstk.ss_size != 0 &&
		    !sig_on_altstack(lp, cpu_lwp_sp(lp));
		/* A frame that cannot be written: SIGILL, as the BSDs do. */
		if (cpu_sendsig(lp, &sd) != 0) /* sleeps */
			sigexit(lp, SIGILL);
		break;
	case SIGWHAT_DEFAULT:
		sigexit(lp, sig);
	case SIGWHAT_IGNORE:
		break;
	}
}

/* What a thread does itself cannot be put off or ignored. */
void
trapsignal(struct lwp *lp, int sig, int code, uintptr_t addr)
{
	struct proc *p = lp->lwp_proc;
	struct siginfo si = { .si_signo = sig, .si_code = code,
		.si_addr = (void *)addr };

	proc_lock(p); /* sleeps */
	if (p->p_sigacts != NULL && !(p->p_flags & P_TRACED) &&
	    (sigset_has(&lp->lwp_sigmask, sig) ||
		sigacts_what(p, sig, NULL) == SIGWHAT_IGNORE))
		sigacts_reset(p, sig);
	sigset_del(&lp->lwp_sigmask, sig);
	/* Its own fault comes before what others may have sent. */
	sigpend_take(&lp->lwp_siglist, sig, NULL);
	sigpend_add(&lp->lwp_siglist, &si,
	    sigacts_what(p, sig, NULL) == SIGWHAT_CATCH);
	lp->lwp_faultsig = sig;
	lwp_notify(lp, TDF_MP_INTR);
	proc_unlock(p);
}
