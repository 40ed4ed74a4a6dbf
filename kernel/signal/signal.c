/*
 * signal.c -- posting a signal: what becomes of it, and who is told.
 *
 * What is decided here: whether it is dropped, whether it stops the process or
 * lets it go on, and else which thread is to act on it.  The thread decides
 * again, at the border (issignal.c): actions and masks may have changed.
 *
 * RACE, for every notification here against a thread that is about to sleep
 * or to enter user mode: we set the thread's flag (a full fence), then look
 * where it is; it goes there, then looks at the flag.  One of us sees the
 * other.
 */
#include "kernel/signal/signal.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/wait.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/sigset.h"
#include "kernel/signal/stop.h"

bool
sig_is_ignored(int sig)
{
	switch (sig) {
	case SIGURG:
	case SIGCONT:
	case SIGCHLD:
	case SIGIO:
	case SIGWINCH:
	case SIGINFO:
	case SIGTHR:
		return true;
	default:
		return sig > SIGCKPTEXIT && sig < NSIG;
	}
}

bool
sig_is_tty_stop(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

bool
sig_is_stop(int sig)
{
	return sig == SIGSTOP || sig_is_tty_stop(sig);
}

bool
sig_is_fatal(int sig)
{
	return !sig_is_ignored(sig) && !sig_is_stop(sig);
}

/* X18: nothing reaches a process that has begun to end. */
static bool
can_be_signalled(const struct proc *p) NEEDS(proc_token)
{
	return p->p_stat == SACTIVE && !(p->p_flags & P_WEXIT);
}

/* Could lp act on sig, now or in the wait for signals that it is in? */
static inline bool
takes(const struct lwp *lp, int sig) NEEDS(proc_token)
{
	return !(lp->lwp_flags & LWP_WEXIT) &&
	    (!sigset_has(&lp->lwp_sigmask, sig) ||
		sigset_has(&lp->lwp_sigwait, sig));
}

/* Who is to act on sig: the current thread, else one that waits for it or
 * runs, else one that sleeps.  NULL: all block it. */
static struct lwp *
choose(struct proc *p, int sig) NEEDS(proc_token)
{
	struct lwp *lp, *best = NULL;

	if (curproc == p && takes(curlwp, sig))
		return curlwp;
	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		if (!takes(lp, sig))
			continue;
		if (sigset_has(&lp->lwp_sigwait, sig) ||
		    (atomic_load(&lp->lwp_thread->td_flags) & TDF_RUNNING))
			return lp;
		if (best == NULL ||
		    atomic_load(&best->lwp_thread->td_wchan) == NULL)
			best = lp;
	}
	return best;
}

/* Is sig of no interest?  One that somebody blocks may be waited for later,
 * unless the process has said that it does not want it. */
static bool
is_dropped(struct proc *p, int sig, enum sigwhat what) NEEDS(proc_token)
{
	struct lwp *lp;

	if (what == SIGWHAT_CATCH)
		return false;
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		if (sigset_has(&lp->lwp_sigwait, sig) ||
		    (what == SIGWHAT_DEFAULT &&
			sigset_has(&lp->lwp_sigmask, sig)))
			return false;
	/* Init, without which the machine cannot go on, is safe from all
	 * default actions (spec 3.3). */
	return what == SIGWHAT_IGNORE || sig_is_ignored(sig) || p == initproc;
}

static void
drop_everywhere(struct proc *p, const struct sigset *set) NEEDS(proc_token)
{
	struct lwp *lp;

	sigpend_drop(&p->p_siglist, set);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		sigpend_drop(&lp->lwp_siglist, set);
}

/* A stop and SIGCONT take each other back. */
static void
cancel_opposite(struct proc *p, int sig) NEEDS(proc_token)
{
	static const struct sigset stops = { .bits = { 1U << (SIGSTOP - 1) |
		1U << (SIGTSTP - 1) | 1U << (SIGTTIN - 1) |
		1U << (SIGTTOU - 1) } };
	static const struct sigset cont = { .bits = { 1U << (SIGCONT - 1) } };

	if (sig == SIGCONT)
		drop_everywhere(p, &stops);
	else if (sig_is_stop(sig))
		drop_everywhere(p, &cont);
}

/* Who blocks sig and waits for it does not die of it. */
static uint32_t
tell_flags(const struct lwp *lp, int sig, bool fatal) NEEDS(proc_token)
{
	if (fatal && !sigset_has(&lp->lwp_sigmask, sig))
		return TDF_MP_INTR | TDF_MP_KILL;
	return TDF_MP_INTR;
}

/* Those that are to act on it. */
static void
tell_threads(struct proc *p, struct lwp *to, int sig, bool fatal)
    NEEDS(proc_token)
{
	struct lwp *lp;

	if (to != NULL && takes(to, sig))
		lwp_notify(to, tell_flags(to, sig, fatal));
	if (to != NULL)
		return;
	if (!fatal) {
		lp = choose(p, sig);
		if (lp != NULL)
			lwp_notify(lp, TDF_MP_INTR);
		return;
	}
	/* It ends the process: whichever thread comes first. */
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		if (takes(lp, sig))
			lwp_notify(lp, tell_flags(lp, sig, fatal));
}

/* Does somebody block sig?  Then it may be waited for, now or later. */
static bool
is_blocked(struct proc *p, struct lwp *to, int sig) NEEDS(proc_token)
{
	struct lwp *lp;

	if (to != NULL)
		return sigset_has(&to->lwp_sigmask, sig);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		if (sigset_has(&lp->lwp_sigmask, sig))
			return true;
	return false;
}

static bool
is_waited_for(struct proc *p, struct lwp *to, int sig) NEEDS(proc_token)
{
	struct lwp *lp;

	if (to != NULL)
		return sigset_has(&to->lwp_sigwait, sig);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		if (sigset_has(&lp->lwp_sigwait, sig))
			return true;
	return false;
}

/* What is not dropped stops the process, or is pending until a thread acts on
 * it.  `to` is not held: nothing sleeps while it is used. */
static void
post_wanted(struct proc *p, struct lwp *to, const struct siginfo *si,
    enum sigwhat what) NEEDS(proc_token)
{
	int sig = si->si_signo;
	bool fatal = what == SIGWHAT_DEFAULT && sig_is_fatal(sig);

	if (what == SIGWHAT_DEFAULT && sig_is_stop(sig) &&
	    !is_waited_for(p, to, sig) &&
	    (to != NULL ? takes(to, sig) : choose(p, sig) != NULL)) {
		proc_stop_default(p, sig); /* sleeps */
		return;
	}
	if (to == NULL && sig == SIGCHLD)
		sigpend_add_in(&p->p_siglist, si, &p->p_childinfo);
	else
		sigpend_add(to != NULL ? &to->lwp_siglist : &p->p_siglist, si,
		    !fatal || is_blocked(p, to, sig));
	if (sig == SIGKILL) {
		p->p_stopsig = 0;
		proc_unstop(p);
	}
	if (!(p->p_flags & P_STOPPED))
		tell_threads(p, to, sig, fatal);
}

/* D46: the end of p does not wait for what it would else wait for. */
static __rare void
kill_exiting(struct proc *p) NEEDS(proc_token)
{
	atomic_set(&p->p_mpflags, P_KILLED);
	if (p->p_exitwait != NULL)
		wakeup(p->p_exitwait); /* WAKES: tty_drain_at_exit() */
}

/* Posts si to p, or to its thread `to`.
 * MODEL: kill.pml, vfork.pml. */
static void
post(struct proc *p, struct lwp *to, const struct siginfo *si)
    NEEDS(proc_token)
{
	int sig = si->si_signo;
	bool traced = (p->p_flags & P_TRACED) && sig != SIGKILL;
	bool goes_on;
	enum sigwhat what;

	if (!klist_empty(&p->p_knotes))
		knote_signal(p, sig);
	if (sig == SIGKILL && unlikely(p->p_stops != NULL))
		stops_kill(p);
	if (!can_be_signalled(p)) {
		if (sig == SIGKILL)
			kill_exiting(p);
		return;
	}
	cancel_opposite(p, sig);
	goes_on = sig == SIGCONT && (p->p_flags & P_STOPPED) && !traced;
	if (goes_on) {
		proc_unstop(p);
		p->p_flags |= P_CONTINUED;
	}
	what = traced ? SIGWHAT_CATCH : sigacts_what(p, sig, NULL);
	if (traced || !is_dropped(p, sig, what))
		post_wanted(p, to, si, what); /* sleeps */
	if (goes_on)
		stop_tell(p); /* sleeps */
}

void
ksignal_info(struct proc *p, const struct siginfo *si)
{
	/* Nothing would come of it: no need to lock. */
	if (sig_is_ignored(si->si_signo) && si->si_signo != SIGCONT &&
	    !(atomic_load(&p->p_mpflags) & P_CARES))
		return;
	proc_lock(p); /* sleeps */
	post(p, NULL, si); /* sleeps */
	proc_unlock(p);
}

void
ksignal(struct proc *p, int sig)
{
	struct siginfo si = { .si_signo = sig };

	ksignal_info(p, &si); /* sleeps */
}

void
lwpsignal_info(struct lwp *lp, const struct siginfo *si)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	post(p, lp, si); /* sleeps */
	proc_unlock(p);
}

void
lwpsignal_found(struct lwp *lp, const struct siginfo *si)
{
	post(lp->lwp_proc, lp, si); /* sleeps */
}

void
lwpsignal(struct lwp *lp, int sig)
{
	struct siginfo si = { .si_signo = sig };

	lwpsignal_info(lp, &si); /* sleeps */
}

void
ksignal_self(int sig)
{
	lwpsignal(curlwp, sig); /* sleeps */
}

void
ksignal_child(struct proc *pp, struct proc *p, int sig, int status)
{
	struct siginfo si;

	if (sig_is_ignored(sig) && !(atomic_load(&pp->p_mpflags) & P_CARES))
		return;
	status_to_siginfo(status, atomic_load(&p->p_exitval), &si);
	si.si_signo = sig;
	si.si_pid = p->p_pid;
	si.si_uid = atomic_load(&p->p_uid);
	ksignal_info(pp, &si); /* sleeps */
}

static void
pgsignal_one(struct proc *p, int sig, bool controlled)
{
	if (!controlled || (atomic_load(&p->p_flags) & P_CONTROLT))
		ksignal(p, sig); /* sleeps */
}

/* Without memory: one may get it twice. */
static __rare void
pgsignal_in_turn(struct pgrp *pg, int sig, bool controlled)
{
	struct proc *p = NULL;

	pgrp_walk_begin(pg);
	while ((p = pgrp_next(pg, p)) != NULL)
		pgsignal_one(p, sig, controlled); /* sleeps */
	pgrp_walk_end(pg);
}

void
pgsignal(struct pgrp *pg, int sig, bool controlled)
{
	struct proc **members;
	int n;

	members = pgrp_hold_members(pg, &n);
	if (n < 0) {
		pgsignal_in_turn(pg, sig, controlled); /* sleeps */
		return;
	}
	for (int i = 0; i < n; i++)
		pgsignal_one(members[i], sig, controlled); /* sleeps */
	pgrp_free_members(pg, members, n);
}

bool
sig_is_discarded(struct lwp *lp, int sig)
{
	struct proc *p = lp->lwp_proc;
	bool discarded;

	proc_lock(p); /* sleeps */
	discarded = sigset_has(&lp->lwp_sigmask, sig) ||
	    sigacts_what(p, sig, NULL) == SIGWHAT_IGNORE;
	proc_unlock(p);
	return discarded;
}

bool
sig_kill_is_pending(struct proc *p)
{
	struct lwp *lp;

	if (sigset_has(&p->p_siglist.sp_set, SIGKILL))
		return true;
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		if (sigset_has(&lp->lwp_siglist.sp_set, SIGKILL))
			return true;
	return false;
}

/* Two threads may both have been told of what one of them then takes; no
 * thread must be left untold of what none has taken. */
__rare void
sig_pass_on(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct lwp *other;

	if (sigset_empty(&p->p_siglist.sp_set) || (p->p_flags & P_WEXIT))
		return;
	RB_FOREACH(other, lwp_tree, &p->p_lwps) {
		struct sigset set = p->p_siglist.sp_set;
		struct sigset deaf_to = other->lwp_sigmask;

		/* What it blocks it can wait for. */
		sigset_minus(&deaf_to, &other->lwp_sigwait);
		sigset_minus(&set, &deaf_to);
		if (other != lp && !sigset_empty(&set))
			lwp_notify(other, TDF_MP_INTR);
	}
}

/* Nothing comes any more: whoever posts asks for P_WEXIT under the token. */
static bool
has_signals(const struct lwp *lp) UNCHECKED;
static bool
has_signals(const struct lwp *lp)
{
	const struct proc *p = lp->lwp_proc;

	return !sigset_empty(&p->p_siglist.sp_set) ||
	    !sigset_empty(&lp->lwp_siglist.sp_set) || p->p_sigacts != NULL;
}

void
exit_drop_signals(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	if (likely(!has_signals(lp)))
		return;
	proc_lock(p); /* sleeps */
	sigpend_drop_all(&p->p_siglist);
	sigpend_drop_all(&lp->lwp_siglist);
	sigacts_release(p);
	proc_unlock(p);
}
