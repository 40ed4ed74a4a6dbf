/*
 * debug.c -- see debug.h.
 *
 * RACE: the process may exec meanwhile, and exchange its memory, or end.  Its
 * token keeps p_vmspace as it is while a hold is taken; the hold keeps the
 * shell, in which nothing is found any more once user memory has gone.
 */
#include "kernel/proc/debug.h"
#include "kernel/abi/errno.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"

int
proc_candebug(struct lwp *lp, struct proc *p)
{
	const struct ucred *cr = lp->lwp_thread->td_ucred;
	const struct ucred *target = p->p_ucred;

	if (p == &proc0)
		return EPERM;
	if (cr->cr_uid == 0)
		return 0;
	if ((p->p_flags & P_SUGID) || cr->cr_ruid != target->cr_ruid ||
	    cr->cr_ruid != target->cr_uid || cr->cr_ruid != target->cr_svuid)
		return EPERM;
	return 0;
}

struct vmspace *
proc_vmspace_hold(struct proc *p)
{
	struct vmspace *vm;

	proc_lock(p); /* sleeps */
	vm = p->p_vmspace;
	if (vm != NULL)
		vmspace_hold(vm);
	proc_unlock(p);
	return vm;
}

int
proc_debug_vmspace(struct lwp *lp, struct proc *p, struct vmspace **vmp)
{
	int error;

	proc_lock(p); /* sleeps */
	error = proc_candebug(lp, p);
	if (error == 0 && (p->p_flags & P_SINGLE))
		error = EAGAIN;
	*vmp = p->p_vmspace;
	if (error == 0 && *vmp == NULL)
		error = EIO;
	if (error == 0)
		vmspace_hold(*vmp);
	proc_unlock(p);
	return error;
}
