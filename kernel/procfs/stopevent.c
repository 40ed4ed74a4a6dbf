/*
 * stopevent.c -- the debugger's stop at the exit (spec X22).
 */
#include "kernel/lib/atomic.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"

/* SPEC X26: from here on no node of /proc stands for the process. */
void
exit_debugger(struct lwp *lp)
{
	atomic_set(&lp->lwp_proc->p_mpflags, P_NODEBUG);
}
