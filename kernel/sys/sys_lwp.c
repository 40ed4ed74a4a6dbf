/*
 * sys_lwp.c -- the border of threads: spec 2.6, 2.9.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/lwp.h"
#include "kernel/abi/usched.h"
#include "kernel/ipc/umtx.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/signal.h"
#include "kernel/sys/syscalls.h"

SYSCALL(lwp_create)
{
	struct lwp_params par;
	int tid, error;

	(void)rv;
	error = copyin((void *)args[0], &par, sizeof(par)); /* sleeps */
	if (error == 0 && (uintptr_t)par.func >= USER_MAX)
		error = EINVAL;
	if (error == 0)
		error = kern_lwp_create(lp, &par, &tid); /* sleeps */
	return error;
}

SYSCALL(lwp_gettid)
{
	(void)args;
	*rv = lp->lwp_tid;
	return 0;
}

SYSCALL(lwp_kill)
{
	int tid = (int)args[1];

	(void)rv;
	return kern_lwp_kill(lp->lwp_proc, (int)args[0], tid,
	    (int)args[2]); /* sleeps */
}

SYSCALL(umtx_sleep)
{
	(void)rv;
	return kern_umtx_sleep(lp->lwp_proc, (void *)args[0],
	    (uint32_t)args[1], (int)args[2]); /* sleeps */
}

SYSCALL(umtx_wakeup)
{
	(void)rv;
	return kern_umtx_wakeup(lp->lwp_proc, (void *)args[0],
	    (int)args[1]); /* sleeps */
}

/* SET_SCHEDULER: there is one, and it may be asked for by name. */
static int
set_scheduler(struct lwp *lp, const void *uname)
{
	char name[16];
	int error;

	if (lwp_cred(lp)->cr_uid != 0) /* sleeps */
		return EPERM;
	if (lp->lwp_proc->p_nthreads != 1)
		return EINVAL;
	error = copyinstr(uname, name, sizeof(name), NULL); /* sleeps */
	if (error != 0)
		return error == ENAMETOOLONG ? EINVAL : error;
	return strcmp(name, "mayfly") == 0 ? 0 : EINVAL;
}

SYSCALL(usched_set)
{
	int pid = (int)args[0], cmd = (int)args[1], bytes = (int)args[3];
	void *udata = (void *)args[2];
	int cpuid = 0, error = 0;

	(void)rv;
	if (pid != 0 && pid != lp->lwp_proc->p_pid)
		return EINVAL;
	if (cmd == USCHED_SET_SCHEDULER)
		return set_scheduler(lp, udata); /* sleeps */
	if (cmd != USCHED_GET_CPU && bytes == sizeof(cpuid))
		error = copyin(udata, &cpuid, sizeof(cpuid)); /* sleeps */
	if (error == 0)
		error = kern_usched_set(lp, cmd, &cpuid, bytes);
	if (error == 0 && cmd == USCHED_GET_CPU)
		error = copyout(&cpuid, udata, sizeof(cpuid)); /* sleeps */
	return error;
}

SYSCALL(sched_yield)
{
	(void)args;
	(void)rv;
	usched_yield(lp); /* sleeps */
	return 0;
}
