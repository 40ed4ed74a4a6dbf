/*
 * sys_proc.c -- the border of birth, death and identity: arguments in,
 * results out; the work is done by the kern_*() functions.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/lwp.h"
#include "kernel/abi/procctl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/unistd.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exec.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/fork.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/proc/ucred.h"
#include "kernel/signal/signal.h"
#include "kernel/sys/syscalls.h"

#define PATH_MAX 1024
#define RF_KNOWN                                                               \
	(RFFDG | RFPROC | RFMEM | RFNOWAIT | RFCFDG | RFTHREAD | RFSIGSHARE |  \
	    RFLINUXTHPN)

MALLOC_DECLARE(M_EXECARGS);

SYSCALL(exit)
{
	(void)rv;
	lp->lwp_exitval = (uint32_t)args[0];
	exit1(lp, W_EXITCODE((int)args[0], 0));
}

SYSCALL(extexit)
{
	unsigned how = (unsigned)args[0];
	unsigned whom = EXTEXIT_WHO(how), action = EXTEXIT_ACTION(how);
	int status = (int)args[1], error;
	uint32_t *addr = (uint32_t *)args[2];

	(void)rv;
	if (whom != EXTEXIT_PROC && whom != EXTEXIT_LWP)
		return EINVAL;
	if (action != EXTEXIT_SIMPLE && action != EXTEXIT_SETINT)
		return EINVAL;
	if (action == EXTEXIT_SETINT) {
		/* D12: only whether it can be stored; the word itself says
		 * that the thread is gone, and is set when it is. */
		error = user_touch_write(addr, sizeof(*addr)); /* sleeps */
		if (error != 0)
			return error;
		lp->lwp_exitaddr = addr;
	}
	lp->lwp_exitval = (uint32_t)status;
	if (whom == EXTEXIT_LWP)
		exit_thread(lp, W_EXITCODE(status, 0));
	exit1(lp, W_EXITCODE(status, 0));
}

static int
fork_result(struct lwp *lp, int flags, int64_t *rv)
{
	int pid, error = kern_fork(lp, flags, &pid); /* sleeps */

	if (error == 0) {
		*rv = pid;
		cpu_set_second(cpu_lwp_frame(lp), 0);
	}
	return error;
}

SYSCALL(fork)
{
	(void)args;
	return fork_result(lp, RFFDG | RFPROC, rv);
}

SYSCALL(vfork)
{
	(void)args;
	return fork_result(lp, RFFDG | RFPROC | RFMEM | (int)RFPPWAIT, rv);
}

SYSCALL(rfork)
{
	int flags = (int)args[0];

	if ((flags & ~RF_KNOWN) != 0 ||
	    (flags & (RFFDG | RFCFDG)) == (RFFDG | RFCFDG))
		return EINVAL;
	if (!(flags & RFPROC))
		return kern_unshare(lp, flags); /* sleeps */
	return fork_result(lp, flags, rv);
}

/* Adds the strings of a user vector that ends with NULL. */
static int
copyin_vector(struct exec_args *ea, const uint64_t *uvec, int *countp)
{
	for (;; uvec++) {
		uint64_t ustr;
		int error = copyin(uvec, &ustr, sizeof(ustr)); /* sleeps */

		if (error != 0 || ustr == 0)
			return error;
		error = exec_args_add_user(ea, (void *)ustr); /* sleeps */
		if (error != 0)
			return error;
		(*countp)++;
	}
}

SYSCALL(execve)
{
	struct exec_args ea = { 0 };
	int error;

	(void)rv;
	ea.ea_path = kmalloc(PATH_MAX, &M_EXECARGS, 0);
	if (ea.ea_path == NULL)
		return ENOMEM;
	error = copyinstr((void *)args[0], ea.ea_path, PATH_MAX,
	    NULL); /* sleeps */
	if (error == 0 && args[1] != 0)
		error = copyin_vector(&ea, (void *)args[1],
		    &ea.ea_argc); /* sleeps */
	ea.ea_arglen = ea.ea_len;
	if (error == 0 && args[2] != 0)
		error = copyin_vector(&ea, (void *)args[2],
		    &ea.ea_envc); /* sleeps */
	if (error == 0)
		error = kern_execve(lp, &ea); /* sleeps */
	exec_args_free(&ea);
	return error == 0 ? EJUSTRETURN : error;
}

SYSCALL(getpid)
{
	(void)args;
	*rv = lp->lwp_proc->p_pid;
	return 0;
}

SYSCALL(getppid)
{
	(void)args;
	*rv = atomic_load(&lp->lwp_proc->p_ppid);
	return 0;
}

SYSCALL(getuid)
{
	(void)args;
	*rv = lwp_cred(lp)->cr_ruid; /* sleeps */
	return 0;
}

SYSCALL(geteuid)
{
	(void)args;
	*rv = lwp_cred(lp)->cr_uid; /* sleeps */
	return 0;
}

SYSCALL(getgid)
{
	(void)args;
	*rv = lwp_cred(lp)->cr_rgid; /* sleeps */
	return 0;
}

SYSCALL(getegid)
{
	(void)args;
	*rv = lwp_cred(lp)->cr_gid; /* sleeps */
	return 0;
}

SYSCALL(setuid)
{
	(void)rv;
	return kern_setuid(lp->lwp_proc, (uint32_t)args[0]); /* sleeps */
}

SYSCALL(getpgrp)
{
	(void)args;
	*rv = atomic_load(&lp->lwp_proc->p_pgid);
	return 0;
}

SYSCALL(setpgid)
{
	(void)rv;
	return kern_setpgid(lp->lwp_proc, (int)args[0],
	    (int)args[1]); /* sleeps */
}

SYSCALL(getpgid)
{
	int pgid, error;

	error = kern_getpgid(lp->lwp_proc, (int)args[0], &pgid); /* sleeps */
	if (error == 0)
		*rv = pgid;
	return error;
}

SYSCALL(setsid)
{
	int sid, error = kern_setsid(lp->lwp_proc, &sid); /* sleeps */

	(void)args;
	if (error == 0)
		*rv = sid;
	return error;
}

SYSCALL(getsid)
{
	int sid, error;

	error = kern_getsid(lp->lwp_proc, (int)args[0], &sid); /* sleeps */
	if (error == 0)
		*rv = sid;
	return error;
}

SYSCALL(kill)
{
	(void)rv;
	return kern_kill(lp->lwp_proc, (int)args[0], (int)args[1]); /* sleeps */
}

SYSCALL(getrlimit)
{
	struct rlimit rl;
	int error;

	(void)rv;
	error = kern_getrlimit(lp->lwp_proc, (int)args[0], &rl); /* sleeps */
	if (error == 0)
		error = copyout(&rl, (void *)args[1], sizeof(rl)); /* sleeps */
	return error;
}

SYSCALL(setrlimit)
{
	struct rlimit rl;
	int error = copyin((void *)args[1], &rl, sizeof(rl)); /* sleeps */

	(void)rv;
	if (error == 0)
		error = kern_setrlimit(lp->lwp_proc, (int)args[0],
		    &rl); /* sleeps */
	return error;
}

SYSCALL(getrusage)
{
	struct proc *p = lp->lwp_proc;
	int who = (int)args[0];
	struct rusage ru;
	struct usage us;

	(void)rv;
	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN)
		return EINVAL;
	proc_lock(p); /* sleeps */
	if (who == RUSAGE_SELF)
		usage_settle(p);
	us = who == RUSAGE_SELF ? usage_of_proc(p) : p->p_cru;
	proc_unlock(p);
	usage_to_rusage(&us, &ru);
	return copyout(&ru, (void *)args[1], sizeof(ru)); /* sleeps */
}

SYSCALL(procctl)
{
	struct proc *p = lp->lwp_proc;
	int idtype = (int)args[0], id = (int)args[1];
	union reaper_info info;

	(void)rv;
	if (idtype != P_PID || (id != 0 && id != p->p_pid))
		return EINVAL;
	switch ((int)args[2]) {
	case PROC_REAP_ACQUIRE:
		return kern_reap_acquire(p); /* sleeps */
	case PROC_REAP_RELEASE:
		return kern_reap_release(p); /* sleeps */
	case PROC_REAP_STATUS:
		kern_reap_status(p, &info.status); /* sleeps */
		return copyout(&info, (void *)args[3],
		    sizeof(info)); /* sleeps */
	default:
		return EINVAL;
	}
}
