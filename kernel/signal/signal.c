/*
 * signal.c -- posting a signal and taking it at the border: see signal.h.
 *
 * RACE, for every notification here against a thread that is about to sleep
 * or to enter user mode: we set the thread's flag (a full fence), then look
 * where it is; it goes there, then looks at the flag.  One of us sees the
 * other.
 */
#include "kernel/signal/signal.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"

static inline uint32_t
sig_bit(int sig)
{
	return 1U << ((sig - 1) % 32);
}

static inline void
sig_add(struct sigset *set, int sig)
{
	set->bits[(sig - 1) / 32] |= sig_bit(sig);
}

int
sig_first(const struct sigset *set)
{
	for (int i = 0; i < (int)nitems(set->bits); i++)
		if (set->bits[i] != 0)
			return i * 32 + __builtin_ctz(set->bits[i]) + 1;
	return 0;
}

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

static bool
sig_is_stop(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN ||
	    sig == SIGTTOU;
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

/* Nothing is done about the others by default; and init, without which the
 * machine cannot go on, is safe from all (spec 3.3). */
static bool
does_something(const struct proc *p, int sig)
{
	return sig_is_fatal(sig) && p != initproc;
}

/* MODEL: kill.pml, vfork.pml. */
void
ksignal(struct proc *p, int sig)
{
	struct lwp *lp;

	if (!does_something(p, sig))
		return;
	proc_lock(p); /* sleeps */
	if (can_be_signalled(p)) {
		sig_add(&p->p_siglist, sig);
		/* It ends the process: whichever thread comes first. */
		RB_FOREACH(lp, lwp_tree, &p->p_lwps)
			lwp_notify(lp);
	}
	proc_unlock(p);
}

static void
post(struct lwp *lp, int sig)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	if (can_be_signalled(p)) {
		sig_add(&lp->lwp_siglist, sig);
		lwp_notify(lp);
	}
	proc_unlock(p);
}

void
lwpsignal(struct lwp *lp, int sig)
{
	if (does_something(lp->lwp_proc, sig))
		post(lp, sig);
}

void
ksignal_self(int sig)
{
	lwpsignal(curlwp, sig); /* sleeps */
}

void
trapsignal(struct lwp *lp, int sig, int code, uintptr_t addr)
{
	(void)code;
	(void)addr;
	/* Not even init can go on after a fault. */
	post(lp, sig);
}

/* MODEL: kill.pml, vfork.pml. */
int
issignal(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	int sig;

	proc_lock(p); /* sleeps */
	/* RACE: it stays posted until the process ends (exit_drop_signals).
	 * Whoever takes it may lose the claim to an exec; and a sibling that
	 * it has woken from vfork must not go back to the shared stack. */
	sig = sig_first(&lp->lwp_siglist);
	if (sig == 0)
		sig = sig_first(&p->p_siglist);
	if (sig != 0)
		lp->lwp_nsignals++;
	proc_unlock(p);
	return sig;
}

void
exit_drop_signals(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	memset(&p->p_siglist, 0, sizeof(p->p_siglist));
	memset(&lp->lwp_siglist, 0, sizeof(lp->lwp_siglist));
	proc_unlock(p);
}
