/*
 * exit.c -- rooms 1 and 2: the ways in, and the process's walk.
 *
 * exit1() is the one road to the end of a process: exit(2), extexit(2) and
 * deadly signals come here.  The first thread that claims the process walks
 * its stages (exit_stages.c) and ends in lwp_exit(); every other one goes
 * straight to lwp_exit().
 *
 * Law 1 (claim before the first sleep) is exit_claim(), which tests and sets
 * under p_token without a sleep in between.  Modelled in
 * tests/models/handshake.pml, and against exec and signals in kill.pml.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/stop.h"

/*
 * SPEC X9-X13: the right to end the process (P_WEXIT) or to be alone in it
 * (P_SINGLE), and the death sentence for all other threads.  EALREADY when
 * another thread has one of the two.  p_token held; does not block.
 * MODEL: handshake.pml, kill.pml, vfork.pml.
 */
static int
killlwps(struct lwp *lp, uint32_t flag) NEEDS(proc_token)
{
	struct proc *p = lp->lwp_proc;
	struct lwp *other;

	if (p->p_flags & (P_WEXIT | P_SINGLE))
		return EALREADY;
	p->p_flags |= flag;
	RB_FOREACH(other, lwp_tree, &p->p_lwps)
		if (other != lp && !(other->lwp_flags & LWP_WEXIT))
			lwp_doom(other);
	/* D16: who ends cannot be stopped, and the doomed do not stay so. */
	if (unlikely(p->p_flags & P_STOPPED)) {
		if (flag == P_WEXIT)
			proc_unstop(p);
		else
			wakeup(&p->p_nstopped); /* WAKES: stop_here() */
	}
	return 0;
}

/* SPEC X14: waits until this is the only thread.  p_token held.
 * MODEL: handshake.pml, kill.pml, vfork.pml. */
static void
wait_alone(struct proc *p) NEEDS(proc_token)
{
	/* Woken by lwp_count_down() in lwp_exit.c, at every drop. */
	while (p->p_nthreads > 1)
		tsleep(&p->p_nthreads, 0, "killlwps", 0); /* sleeps */
}

/* The same, or they wait for the core. */
static void
wait_parked(struct proc *p) NEEDS(proc_token)
{
	/* Woken by lwp_count_down() and lwp_park() in lwp_exit.c. */
	while (p->p_nthreads > p->p_nparked + 1)
		tsleep(&p->p_nthreads, 0, "corelwps", 0); /* sleeps */
}

void
exit_kill_siblings(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	wait_alone(p); /* sleeps */
	proc_unlock(p);
}

/* Claims the process for lp; false when another thread has it.
 * MODEL: handshake.pml, kill.pml, vfork.pml. */
static bool
exit_claim(struct lwp *lp, int status)
{
	struct proc *p = lp->lwp_proc;
	bool won;

	proc_lock(p); /* sleeps */
	won = killlwps(lp, P_WEXIT) == 0;
	if (won) {
		/* O6: the status stands before the hooks, who may change it. */
		p->p_xstat = status & 0xffff;
		atomic_store(&p->p_exitval, (int)lp->lwp_exitval);
		p->p_master = lp;
	}
	lwp_commit(lp);
	proc_unlock(p);
	return won;
}

/* MODEL: handshake.pml. */
void
exit1(struct lwp *lp, int status)
{
	struct proc *p = lp->lwp_proc;

	/* SPEC X16: the machine cannot go on without init. */
	if (p == initproc)
		panic("init died (signal %d, exit %d)", WTERMSIG(status),
		    WEXITSTATUS(status));
	if (!exit_claim(lp, status))
		lwp_exit(lp, false);
	exit_walk(lp, EXIT_TABLE_PROC);
	lwp_exit(lp, true);
}

/* MODEL: handshake.pml. */
void
exit_thread(struct lwp *lp, int status)
{
	struct proc *p = lp->lwp_proc;
	bool last;

	proc_lock(p); /* sleeps */
	/* D11: asked and answered in one step: two last threads cannot both
	 * see the other. */
	last = p->p_nlive <= 1 && !(lp->lwp_flags & LWP_COMMITTED);
	if (!last)
		lwp_commit(lp);
	proc_unlock(p);
	if (last)
		exit1(lp, status);
	lwp_exit(lp, false);
}

/* MODEL: kill.pml. */
int
killalllwps(struct lwp *lp, uint32_t flags)
{
	struct proc *p = lp->lwp_proc;
	int error;

	proc_lock(p); /* sleeps */
	error = killlwps(lp, flags);
	if (error == 0 && (flags & P_COREDUMP))
		wait_parked(p); /* sleeps */
	else if (error == 0)
		wait_alone(p); /* sleeps */
	proc_unlock(p);
	return error;
}

/* MODEL: kill.pml. */
void
killalllwps_done(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	if (p->p_flags & P_COREDUMP) {
		p->p_flags &= ~(uint32_t)P_COREDUMP;
		wakeup(&p->p_nparked); /* WAKES: lwp_park() */
		wait_alone(p); /* sleeps */
	}
	p->p_flags &= ~P_SINGLE;
	/* RACE: whoever was told of a signal has lost the claim to us, and we
	 * may have been made after it was posted: look again. */
	atomic_set(&lp->lwp_thread->td_mpflags, TDF_MP_AST);
	proc_unlock(p);
}
