/*
 * syscalls.c -- the table of the native system calls (spec 3.2).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/syscall.h"
#include "kernel/file/file_calls.h"
#include "kernel/lib/lib.h"
#include "kernel/sys/census.h"
#include "kernel/sys/syscalls.h"

static SYSCALL(nosys);

static int
sys_nosys(struct lwp *lp, const uint64_t *args, int64_t *rv)
{
	(void)lp;
	(void)args;
	(void)rv;
	return ENOSYS;
}

#define CALL(nr, narg, name) [nr] = { narg, sys_##name, #name }

static const struct sysent native_sysent[] = {
	CALL(SYS_exit, 1, exit),
	CALL(SYS_fork, 0, fork),
	CALL(SYS_read, 3, read),
	CALL(SYS_write, 3, write),
	CALL(SYS_open, 3, open),
	CALL(SYS_close, 1, close),
	CALL(SYS_wait4, 4, wait4),
	CALL(SYS_unlink, 1, unlink),
	CALL(SYS_chdir, 1, chdir),
	CALL(SYS_fchdir, 1, fchdir),
	CALL(SYS_break, 1, break),
	CALL(SYS_getpid, 0, getpid),
	CALL(SYS_setuid, 1, setuid),
	CALL(SYS_getuid, 0, getuid),
	CALL(SYS_geteuid, 0, geteuid),
	CALL(SYS_access, 2, access),
	CALL(SYS_kill, 2, kill),
	CALL(SYS_getppid, 0, getppid),
	CALL(SYS_dup, 1, dup),
	CALL(SYS_pipe, 0, pipe),
	CALL(SYS_getegid, 0, getegid),
	CALL(SYS_getgid, 0, getgid),
	CALL(SYS_ioctl, 3, ioctl),
	CALL(SYS_reboot, 1, reboot),
	CALL(SYS_execve, 3, execve),
	CALL(SYS_umask, 1, umask),
	CALL(SYS_vfork, 0, vfork),
	CALL(SYS_munmap, 2, munmap),
	CALL(SYS_mprotect, 3, mprotect),
	CALL(SYS_getpgrp, 0, getpgrp),
	CALL(SYS_setpgid, 2, setpgid),
	CALL(SYS_getdtablesize, 0, getdtablesize),
	CALL(SYS_dup2, 2, dup2),
	CALL(SYS_fcntl, 3, fcntl),
	CALL(SYS_gettimeofday, 2, gettimeofday),
	CALL(SYS_getrusage, 2, getrusage),
	CALL(SYS_readv, 3, readv),
	CALL(SYS_writev, 3, writev),
	CALL(SYS_mkdir, 2, mkdir),
	CALL(SYS_rmdir, 1, rmdir),
	CALL(SYS_setsid, 0, setsid),
	CALL(SYS_getrlimit, 2, getrlimit),
	CALL(SYS_setrlimit, 2, setrlimit),
	CALL(SYS_mmap, 7, mmap),
	CALL(SYS_lseek, 4, lseek),
	CALL(SYS_ftruncate, 3, ftruncate),
	CALL(SYS_getpgid, 1, getpgid),
	CALL(SYS_clock_gettime, 2, clock_gettime),
	CALL(SYS_nanosleep, 2, nanosleep),
	CALL(SYS_rfork, 1, rfork),
	CALL(SYS_getsid, 1, getsid),
	CALL(SYS_yield, 0, sched_yield),
	CALL(SYS___getcwd, 2, __getcwd),
	CALL(SYS_sched_yield, 0, sched_yield),
	CALL(SYS_umtx_sleep, 3, umtx_sleep),
	CALL(SYS_umtx_wakeup, 2, umtx_wakeup),
	CALL(SYS_stat, 2, stat),
	CALL(SYS_fstat, 2, fstat),
	CALL(SYS_lstat, 2, lstat),
	CALL(SYS_getdirentries, 4, getdirentries),
	CALL(SYS_getdents, 3, getdents),
	CALL(SYS_usched_set, 4, usched_set),
	CALL(SYS_extexit, 3, extexit),
	CALL(SYS_lwp_create, 1, lwp_create),
	CALL(SYS_lwp_gettid, 0, lwp_gettid),
	CALL(SYS_lwp_kill, 3, lwp_kill),
	CALL(SYS_procctl, 4, procctl),
	CALL(SYS_wait6, 6, wait6),
	CALL(SYS_census, 2, census),
	CALL(SYS_proclist, 2, proclist),
	CALL(SYS_exittrace, 3, exittrace),
	CALL(SYS_exitstages, 2, exitstages),
};

static const struct sysent nosys_entry = { 0, sys_nosys, "nosys" };

const struct sysent *
sysent_lookup(struct lwp *lp, uint64_t nr)
{
	(void)lp;
	if (nr >= nitems(native_sysent) || native_sysent[nr].sy_call == NULL)
		return &nosys_entry;
	return &native_sysent[nr];
}
