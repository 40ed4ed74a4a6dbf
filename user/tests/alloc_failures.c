/*
 * alloc_failures.c -- each allocation that fork, rfork, vfork, lwp_create,
 * execve and the calls about groups and sessions make fails in turn: the call
 * says ENOMEM or EAGAIN and leaves nothing behind, neither a child nor, as the
 * census sees, anything else; or it gets along without.
 */
#include "user/tests/test.h"
#include <sys/time.h>

TEST_ROWS("E75 E88 2.13 2.25 2.43 X13 D.oom");

#define TRIES 300 /* more allocations than any call makes */

static char stack[MTHREAD_STACK] __attribute__((aligned(16)));
static const char *self;

/* The call with its n-th allocation failing. */
static long
fail_in(long n, long nr, long a, long b, long c)
{
	uint64_t args[7] = {(uint64_t)a, (uint64_t)b, (uint64_t)c};

	return sc(SYS_failcall, "*", n, 1, nr, args);
}

/* How many of the last call's allocations failed. */
static long
failed(void)
{
	return sc(SYS_failpoint, NULL, 0, 0);
}

static bool
clean(long got)
{
	return got == -ENOMEM || got == -EAGAIN;
}

/* Lets ever more allocations of a call that makes a child succeed, until it
 * has all that it wants. */
static void
births(const char *what, long nr, long flags)
{
	long n = 0, hits = 1, pid;

	for (; hits != 0 && n < TRIES; n++) {
		pid = fail_in(n, nr, flags, 0, 0);
		if (pid == 0)
			test_exit(3);
		hits = failed();
		CHECK(pid > 0 || (hits == 1 && clean(pid)));
		if (pid > 0)
			CHECK_EXIT((pid_t)pid, 3);
		CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), -ECHILD);
	}
	test_note("%s: %ld allocations", what, n - 1);
	CHECK(n > 3 && n < TRIES);
}

/* A child of vfork or RFMEM returns on its parent's stack: it must not come
 * back from fail_in(), so it is made here. */
static long __attribute__((noinline)) in_our_memory(long n, long nr, long flags)
{
	static uint64_t args[7];
	long got;

	args[0] = (uint64_t)flags;
	got = sc(SYS_failcall, "*", n, 1, nr, args);
	if (got == 0)
		test_exit(3);
	return got;
}

static void
vfork_births(void)
{
	long n = 0, hits = 1, pid;

	for (; hits != 0 && n < TRIES; n++) {
		pid = in_our_memory(n, SYS_vfork, 0);
		hits = failed();
		CHECK(pid > 0 || (hits == 1 && clean(pid)));
		if (pid > 0)
			CHECK_EXIT((pid_t)pid, 3);
	}
	test_note("vfork: %ld allocations", n - 1);
	CHECK(n > 3 && n < TRIES);
}

/* rfork without RFPROC: files and memory of its own, or those it had. */
static void
unshare(void *arg)
{
	long n = 0, hits = 1, got;
	int fds[2];

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	for (; hits != 0 && n < TRIES; n++) {
		pid_t sharer = test_vfork_exit(0);

		CHECK_EXIT(sharer, 0);
		got = fail_in(n, SYS_rfork, RFFDG, 0, 0);
		hits = failed();
		CHECK(got == 0 || (hits == 1 && clean(got)));
		CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	}
	CHECK(n > 1 && n < TRIES);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
threads(void *arg)
{
	static struct mthread t;
	struct lwp_params params = {.func = mthread_entry,
	    .arg = &t,
	    .stack = stack + sizeof(stack),
	    .tid1 = &t.tid};
	long n = 0, hits = 1, got;

	(void)arg;
	/* A page that cannot be had while a result is stored is EFAULT. */
	memset(stack, 0, sizeof(stack));
	for (; hits != 0 && n < TRIES; n++) {
		t = (struct mthread){.fn = nothing};
		got = fail_in(n, SYS_lwp_create, (long)&params, 0, 0);
		hits = failed();
		CHECK(got == 0 || (hits == 1 && clean(got)));
		if (got == 0)
			mthread_join(&t);
	}
	test_note("lwp_create: %ld allocations", n - 1);
	CHECK(n > 2 && n < TRIES);
}

static void
sleeps(void *arg)
{
	for (;;)
		sc(SYS_umtx_sleep, arg, 0, 0);
}

/* Becomes another program with the n-th allocation failing, alone or with a
 * second thread; 77: it has been refused cleanly. */
static void
execs(long n, bool two)
{
	static struct mthread t;
	static int word;
	char *argv[] = {(char *)(uintptr_t)self,
	    (char *)(uintptr_t) "--exit-31", (char *)(uintptr_t) "some more",
	    NULL};
	char *envp[] = {(char *)(uintptr_t) "A=1", NULL};
	long got;

	if (two)
		REQUIRE(mthread_start_on(&t, stack, sleeps, &word) == 0);
	got = fail_in(n, SYS_execve, (long)self, (long)argv, (long)envp);
	CHECK(clean(got));
	test_exit(77);
}

static void
images(bool two)
{
	long n = 0, hits = 1, status;

	for (; hits != 0 && n < TRIES; n++) {
		long pid = sc(SYS_fork);

		REQUIRE(pid >= 0);
		if (pid == 0)
			execs(n, two);
		status = test_wait((pid_t)pid);
		hits = failed();
		CHECK(status == 31 << 8 || (hits == 1 && status == 77 << 8));
	}
	test_note("execve: %ld allocations", n - 1);
	CHECK(n > 3 && n < TRIES);
}

/* Of the first timer of a process. */
static void
timers(void *arg)
{
	struct itimerval val = {.it_value.tv_sec = 1000}, now;
	long n = 0, hits = 1, got;

	(void)arg;
	for (; hits != 0 && n < TRIES; n++) {
		got = fail_in(n, SYS_setitimer, ITIMER_REAL, (long)&val, 0);
		hits = failed();
		CHECK(got == 0 || (hits == 1 && got == -ENOMEM));
		CHECK_EQ(sc(SYS_getitimer, ITIMER_REAL, &now), 0);
		CHECK_EQ(now.it_value.tv_sec != 0, got == 0);
	}
	CHECK(n > 1 && n < TRIES);
}

/* A call that changes nothing when it fails; what it gives in the end. */
static long
fails_cleanly(const char *what, long nr, long a, long b, long c)
{
	long n = 0, hits = 1, got = 0;

	for (; hits != 0 && n < TRIES; n++) {
		got = fail_in(n, nr, a, b, c);
		hits = failed();
		CHECK(hits == 0 || (hits == 1 && got == -ENOMEM));
	}
	test_note("%s: %ld allocations", what, n - 1);
	CHECK(n > 1 && n < TRIES);
	return got;
}

/* What names processes: groups, sessions, owners, terminals. */
static void
groups(void *arg)
{
	int *fds = arg;
	long pid = sc(SYS_fork), m;

	REQUIRE(pid >= 0);
	if (pid == 0)
		for (;;)
			test_sleep_ms(1000000);
	CHECK_EQ(fails_cleanly("setpgid", SYS_setpgid, pid, pid, 0), 0);
	CHECK_EQ(sc(SYS_getpgid, pid), pid);
	CHECK_EQ(
	    fails_cleanly("F_SETOWN", SYS_fcntl, fds[0], F_SETOWN, pid), 0);
	CHECK_EQ(
	    fails_cleanly("F_SETOWN", SYS_fcntl, fds[0], F_SETOWN, -pid), 0);
	CHECK_EQ(fails_cleanly("setsid", SYS_setsid, 0, 0, 0), getpid());
	m = fails_cleanly("ptmx", SYS_open, (long)"/dev/ptmx", O_RDWR, 0);
	CHECK(m >= 0);
	CHECK_EQ(sc(SYS_close, m), 0);
	CHECK_EQ(fails_cleanly("kill", SYS_kill, -pid, SIGKILL, 0), 0);
	CHECK_KILLED((pid_t)pid, SIGKILL);
}

int
main(int argc, char **argv)
{
	int fds[2];

	if (argc > 1 && strcmp(argv[1], "--exit-31") == 0)
		test_exit(argc == 3 ? 31 : 32);
	test_begin(argc, argv);
	self = argv[0];
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	REQUIRE(pipe(fds) == 0);
	births("fork", SYS_fork, 0);
	births("rfork, files shared", SYS_rfork, RFPROC);
	births("rfork, no files", SYS_rfork, RFPROC | RFCFDG);
	births("rfork, peers", SYS_rfork, RFPROC | RFFDG | RFTHREAD);
	vfork_births();
	CHECK_EXIT(test_fork(unshare, NULL), 0);
	CHECK_EXIT(test_fork(threads, NULL), 0);
	CHECK_EXIT(test_fork(timers, NULL), 0);
	CHECK_EXIT(test_fork(groups, fds), 0);
	images(false);
	images(true);
	return test_done();
}
