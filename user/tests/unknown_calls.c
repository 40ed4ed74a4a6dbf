/*
 * unknown_calls.c -- every number that is no system call of this version is
 * refused with ENOSYS and changes nothing, whatever its arguments are, small,
 * large and enormous numbers included.
 */
#include "user/tests/test.h"

TEST_ROWS("E.ENOSYS 3.1 3.2");

static const int known[] = {SYS_exit, SYS_fork, SYS_read, SYS_write, SYS_open,
    SYS_close, SYS_wait4, SYS_break, SYS_getpid, SYS_setuid, SYS_getuid,
    SYS_geteuid, SYS_kill, SYS_getppid, SYS_dup, SYS_pipe, SYS_getegid,
    SYS_getgid, SYS_reboot, SYS_execve, SYS_vfork, SYS_munmap, SYS_mprotect,
    SYS_dup2, SYS_gettimeofday, SYS_getrusage, SYS_getrlimit, SYS_setrlimit,
    SYS_mmap, SYS_lseek, SYS_clock_gettime, SYS_nanosleep, SYS_rfork, SYS_yield,
    SYS_sched_yield, SYS_umtx_sleep, SYS_select, SYS_poll, SYS_pselect,
    SYS_kqueue, SYS_kevent, SYS_umtx_wakeup, SYS_fstat, SYS_getdents,
    SYS_usched_set, SYS_extexit, SYS_lwp_create, SYS_lwp_gettid, SYS_lwp_kill,
    SYS_procctl, SYS_wait6, SYS_census, SYS_proclist, SYS_exittrace,
    SYS_exitstages, SYS_failpoint, SYS_failcall, SYS_unlink, SYS_chdir,
    SYS_fchdir, SYS_access, SYS_ioctl, SYS_umask, SYS_getpgrp, SYS_setpgid,
    SYS_getdtablesize, SYS_fcntl, SYS_readv, SYS_writev, SYS_mkdir, SYS_rmdir,
    SYS_setsid, SYS_ftruncate, SYS_getpgid, SYS_getsid, SYS___getcwd, SYS_stat,
    SYS_lstat, SYS_getdirentries, SYS_sigaltstack, SYS_sigprocmask,
    SYS_sigsuspend, SYS_sigaction, SYS_sigpending, SYS_sigreturn,
    SYS_sigtimedwait, SYS_sigwaitinfo, SYS_ptrace, SYS_setitimer, SYS_getitimer,
    SYS_revoke, SYS_poisoncall,
    /* 0 and 198 call the number in their first argument. */
    0, 198};

static bool
is_known(long nr)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i] == nr)
			return true;
	return false;
}

static void
try(long nr)
{
	static const unsigned long garbage[] = {
	    ~0UL, 0xffffffff80100000U, 0x8000000000000000U, 0x7ffffffffff8U, 1};
	long got = sc(nr);

	if (got != -ENOSYS) {
		test_note("call %ld gives %ld", nr, got);
		CHECK_EQ(got, -ENOSYS);
	}
	for (size_t i = 0; i < COUNT(garbage); i++) {
		unsigned long g = garbage[i];

		CHECK_EQ(sc(nr, g, g, g, g, g, g), -ENOSYS);
	}
}

static void
sweep(void *arg)
{
	(void)arg;
	for (long nr = 0; nr < 1024; nr++)
		if (!is_known(nr))
			try(nr);
}

/* Beyond the table: ENOSYS, or SIGSYS as the reference has it. */
static void
beyond(void *arg)
{
	long got = sc((long)arg, 1, 2, 3, 4, 5, 6);

	CHECK(got == -ENOSYS || got == -EINVAL);
}

int
main(int argc, char **argv)
{
	static const long numbers[] = {1024, 65535, 0x7fffffff, 0x80000000L,
	    0xffffffffL, 0x100000000L, -1, -2, (long)0x8000000000000000U,
	    (long)0xffffffff00000000U};

	test_begin(argc, argv);
	CHECK_EXIT(test_fork(sweep, NULL), 0);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		long status = test_wait(test_fork(beyond, (void *)numbers[i]));

		CHECK(status == 0 || (status & ~_WCORE) == SIGSYS);
	}
	return test_done();
}
