/*
 * lwp.h -- the little that arch/ has to know of LWPs.
 */
#pragma once

#include "kernel/lwkt/thread.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/proc.h"

static inline struct thread *
lwp_td(struct lwp *lp)
{
	return lp->lwp_thread;
}

/* The page table of td's process; NULL: it has none, any will do. */
static inline struct pmap *
lwp_pmap(struct thread *td)
{
	struct proc *p = td->td_proc;

	if (td->td_lwp == NULL || p->p_vmspace == NULL)
		return NULL;
	return &p->p_vmspace->vm_pmap;
}
