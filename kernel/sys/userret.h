/*
 * userret.h -- the last look before user mode.
 *
 * It is taken with interrupts disabled: what is noted later comes with an
 * interrupt, which brings the thread here again.
 */
#pragma once

#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"

/* userret.c: does what is to be done until nothing is left; interrupts
 * disabled, before and after.  Does not return when the thread is to end. */
void userret_slow(const struct thread *td);

/* Has the thread been told something, has its CPU, or is it not designated? */
static inline bool
userret_pending(const struct thread *td)
{
	return (atomic_load(&td->td_mpflags) & TDF_MP_AST) ||
	    (MYCPU(gd_reqflags) & (RQF_RESCHED | RQF_SPLZ)) ||
	    MYCPU(gd_uschedcp) != td->td_lwp;
}

/* Every way to user mode: returns with interrupts disabled, with nothing left
 * to do.  td is the current thread.
 * MODEL: kill.pml, vfork.pml. */
static inline void
userret(const struct thread *td)
{
	KKASSERT(td->td_toks_stop == td->td_toks && td->td_critcount == 0);
	cpu_intr_disable();
	if (unlikely(userret_pending(td)))
		userret_slow(td);
}
