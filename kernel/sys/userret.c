/*
 * userret.c -- the border to user mode: what there may be to do there.  The
 * look whether there is something is userret.h's.
 *
 * Every way back to user mode passes here, last of all: system calls, traps,
 * interrupts and the first run of a new thread.  What a thread has been told
 * to do, it does here: end, take a signal, renew its credentials, let others
 * run, become its CPU's designated thread.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/signal.h"
#include "kernel/sys/userret.h"

/* MODEL: kill.pml, vfork.pml. */
static __rare void
take_asts(struct lwp *lp)
{
	int sig, shown = 0;

	atomic_clear(&lp->lwp_thread->td_mpflags,
	    TDF_MP_AST | TDF_MP_INTR | TDF_MP_KILL);
	/* SPEC X13: the death of the thread comes before any signal. */
	if (atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT)
		lwp_exit(lp, false);
	if (unlikely(atomic_load(&lp->lwp_proc->p_itimers) != NULL))
		itimer_border(lp); /* sleeps */
	while ((sig = issignal(lp)) != 0) { /* sleeps */
		if (stop_for_signal(lp, sig, &shown)) /* sleeps */
			continue;
		postsig(lp, sig); /* sleeps */
	}
	lwp_renew_cred(lp); /* sleeps */
}

/* What interrupts and the schedulers have noted. */
static __rare void
take_notes(struct lwp *lp)
{
	if (MYCPU(gd_reqflags) & RQF_SPLZ)
		splz();
	if (MYCPU(gd_reqflags) & RQF_USER_RESCHED)
		usched_resched(lp); /* sleeps */
	if (MYCPU(gd_reqflags) & RQF_LWKT_RESCHED) {
		lp->lwp_thread->td_nivcsw++;
		lwkt_switch(); /* sleeps */
	}
}

void
userret_slow(const struct thread *td)
{
	struct lwp *lp = td->td_lwp;

	do {
		cpu_intr_enable();
		if (atomic_load(&td->td_mpflags) & TDF_MP_AST)
			take_asts(lp); /* sleeps */
		if (MYCPU(gd_reqflags) & (RQF_SPLZ | RQF_RESCHED))
			take_notes(lp); /* sleeps */
		usched_acquire_curproc(lp); /* sleeps */
		cpu_intr_disable();
	} while (userret_pending(td));
}
