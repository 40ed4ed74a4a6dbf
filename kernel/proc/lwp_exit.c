/*
 * lwp_exit.c -- room 3: a thread's walk, and its last switch.
 *
 * Every thread of a process ends here: the master after the process's own
 * walk, the others straight from the border to user mode.  It comes with no
 * token held.  After lwp_count_down() nothing may sleep any more (O22): the
 * process is the parent's, as soon as the CPU has left this stack.
 */
#include "kernel/ipc/umtx.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"
#include "kernel/signal/stop.h"

void
lwp_exit_leave(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct usage us;

	proc_lock(p); /* sleeps */
	RB_REMOVE(lwp_tree, &p->p_lwps, lp);
	/* RACE: another thread's getrusage() sums up the dead and the living:
	 * this thread goes over from these to those in one step (E58). */
	us = usage_of_lwp(lp);
	usage_add(&p->p_ru, &us);
	if (unlikely(!sigset_empty(&lp->lwp_siglist.sp_set) ||
		!sigset_empty(&p->p_siglist.sp_set))) {
		sigpend_drop_all(&lp->lwp_siglist);
		/* What it was told of may be another's to act on. */
		sig_pass_on(lp);
	}
	proc_unlock(p);
}

void
lwp_exit_joiner(struct lwp *lp)
{
	uint32_t *addr = lp->lwp_exitaddr;

	/* A stage of the process for its last thread, whose memory goes
	 * before it does, and of every other thread. */
	lp->lwp_exitaddr = NULL;
	if (addr == NULL || suword32(addr, lp->lwp_exitval) != 0) /* sleeps */
		return;
	/* WAKES: umtx sleepers on the word (D12). */
	wakeup_domain(umtx_ident(lp->lwp_proc, addr), PDOMAIN_UMTX, 0);
}

void
lwp_exit_cred(struct lwp *lp)
{
	struct thread *td = lp->lwp_thread;

	crfree(td->td_ucred);
	td->td_ucred = NULL;
}

void
lwp_exit_scheduler(struct lwp *lp)
{
	usched_exit(lp);
}

/* SPEC X62, X63: the process has one thread less.  Law 6: whoever waits for
 * the others sleeps on p_nthreads, and is woken at every drop (D05).
 * MODEL: handshake.pml, kill.pml, vfork.pml. */
static void
lwp_count_down(struct proc *p) TAKES(noblock)
{
	proc_lock(p); /* sleeps */
	noblock_enter();
	p->p_nthreads--;
	proc_unlock(p);
	/* WAKES: wait_alone() of exit and exec, wait_finished() of the
	 * parent.  p is still held by this LWP. */
	wakeup(&p->p_nthreads);
}

/* Another thread writes a core, and this one is to be in it. */
static void
lwp_park(struct proc *p) NEEDS(proc_token)
{
	p->p_nparked++;
	if (p->p_nthreads <= p->p_nparked + 1)
		wakeup(&p->p_nthreads); /* WAKES: wait_parked() */
	/* Woken by killalllwps_done(). */
	while (p->p_flags & P_COREDUMP)
		tsleep(&p->p_nparked, 0, "core", 0); /* sleeps */
	p->p_nparked--;
}

/* Somebody waits for what this thread is about to do. */
static __rare void
lwp_exit_awaited(struct proc *p) NEEDS(proc_token)
{
	/* The others may have stopped all, and have waited for this one. */
	if (p->p_flags & P_STOPPED)
		stop_tell_complete(p); /* sleeps */
	if (p->p_flags & P_COREDUMP)
		lwp_park(p); /* sleeps */
}

/* MODEL: handshake.pml. */
void
lwp_exit(struct lwp *lp, bool master)
{
	struct proc *p = lp->lwp_proc;

	proc_lock(p); /* sleeps */
	lwp_commit(lp);
	lp->lwp_is_master = master;
	if (unlikely(p->p_flags & (P_STOPPED | P_COREDUMP)))
		lwp_exit_awaited(p); /* sleeps */
	proc_unlock(p);
	exit_walk(lp, EXIT_TABLE_THREAD);
	lwp_count_down(p);
	lwkt_final_switch();
}
