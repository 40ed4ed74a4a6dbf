/*
 * limit.c -- resource limits: see limit.h.
 */
#include "kernel/proc/limit.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"

#define NOFILE_DEFAULT 1024
#define NOFILE_MAX 65536

MALLOC_DEFINE(M_PLIMIT, "subproc");

struct plimit *
plimit_boot(void)
{
	struct plimit *pl = kmalloc(sizeof(*pl), &M_PLIMIT, M_ZERO);

	KASSERT(pl != NULL, "no memory for the first limits");
	pl->pl_refs = 1;
	for (int i = 0; i < RLIM_NLIMITS; i++)
		pl->pl_rlimit[i] =
		    (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	pl->pl_rlimit[RLIMIT_NOFILE] =
	    (struct rlimit){ NOFILE_DEFAULT, NOFILE_MAX };
	pl->pl_rlimit[RLIMIT_STACK] =
	    (struct rlimit){ 8L << 20, VM_STACK_MAX };
	pl->pl_rlimit[RLIMIT_CORE] = (struct rlimit){ 0, RLIM_INFINITY };
	/* 90 %: the rest is root's (spec 2.46). */
	pl->pl_rlimit[RLIMIT_NPROC] =
	    (struct rlimit){ maxproc / 10 * 9, maxproc / 10 * 9 };
	return pl;
}

struct plimit *
plimit_hold(struct plimit *pl)
{
	atomic_add(&pl->pl_refs, 1);
	return pl;
}

void
plimit_free(struct plimit *pl)
{
	if (atomic_subfetch(&pl->pl_refs, 1) == 0)
		kfree(pl, &M_PLIMIT);
}

int64_t
proc_limit(struct proc *p, int which)
{
	int64_t cur;

	proc_lock(p); /* sleeps */
	cur = p->p_limit->pl_rlimit[which].rlim_cur;
	proc_unlock(p);
	return cur;
}

int
kern_getrlimit(struct proc *p, int which, struct rlimit *rl)
{
	if (which < 0 || which >= RLIM_NLIMITS)
		return EINVAL;
	proc_lock(p); /* sleeps */
	*rl = p->p_limit->pl_rlimit[which];
	proc_unlock(p);
	return 0;
}

/* A private copy of the limits, if they are shared; p_token held. */
static int
plimit_modify(struct proc *p) NEEDS(proc_token)
{
	struct plimit *old = p->p_limit, *pl;

	if (atomic_load(&old->pl_refs) == 1)
		return 0;
	pl = kmalloc(sizeof(*pl), &M_PLIMIT, 0);
	if (pl == NULL)
		return ENOMEM;
	*pl = *old;
	pl->pl_refs = 1;
	p->p_limit = pl;
	plimit_free(old);
	return 0;
}

int
kern_setrlimit(struct proc *p, int which, const struct rlimit *rl)
{
	struct rlimit *old;
	int error = 0;

	if (which < 0 || which >= RLIM_NLIMITS || rl->rlim_cur < 0 ||
	    rl->rlim_max < 0 || rl->rlim_cur > rl->rlim_max)
		return EINVAL;
	proc_lock(p); /* sleeps */
	if (rl->rlim_max > p->p_limit->pl_rlimit[which].rlim_max &&
	    p->p_ucred->cr_uid != 0)
		error = EPERM;
	else
		error = plimit_modify(p);
	if (error == 0 && which == RLIMIT_CPU)
		error = itimer_limit(p, rl);
	if (error == 0) {
		old = &p->p_limit->pl_rlimit[which];
		*old = *rl;
		if (which == RLIMIT_STACK)
			old->rlim_cur =
			    min(old->rlim_cur, (int64_t)VM_STACK_MAX);
		if (which == RLIMIT_NOFILE)
			old->rlim_cur = min(old->rlim_cur, (int64_t)NOFILE_MAX);
	}
	proc_unlock(p);
	return error;
}
