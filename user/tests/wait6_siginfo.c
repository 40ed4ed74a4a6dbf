/*
 * wait6_siginfo.c -- wait6 and waitid: WNOWAIT leaves the child waitable, any
 * number of times; who, how and by what it died stand in siginfo, the status
 * of an exit, all of it, and the number of a signal plainly.
 */
#include "user/tests/test.h"

TEST_ROWS("N3 1.14 E01");

static void
exits(void *arg)
{
	test_exit((int)(intptr_t)arg);
}

/* The last thread's end is the process's. */
static void
exits_as_thread(void *arg)
{
	sc(SYS_extexit, EXTEXIT_LWP, (int)(intptr_t)arg, NULL);
}

static void
killed(void *arg)
{
	(void)arg;
	sc(SYS_kill, getpid(), SIGKILL);
	for (;;)
		test_yield();
}

static void
faults(void *arg)
{
	(void)arg;
	test_poke(24, 1);
}

static void
other_user(void *arg)
{
	CHECK_EQ(sc(SYS_setuid, 777), 0);
	exits(arg);
}

static void
expect(pid_t pid, uint32_t uid, int code, int what, int encoded)
{
	siginfo_t info;
	int status;
	pid_t got;

	for (int i = 0; i < 3; i++) {
		/* The last time it is reaped. */
		int options = WEXITED | (i < 2 ? WNOWAIT : 0);

		memset(&info, 0xee, sizeof(info));
		status = -1;
		got = wait6(P_PID, pid, &status, options, NULL, &info);
		CHECK_EQ(got, pid);
		CHECK_EQ(status & ~_WCORE, encoded);
		CHECK_EQ(info.si_signo, SIGCHLD);
		if (code == CLD_KILLED)
			CHECK(info.si_code == CLD_KILLED ||
			      info.si_code == CLD_DUMPED);
		else
			CHECK_EQ(info.si_code, code);
		CHECK_EQ(info.si_status, what);
		CHECK_EQ(info.si_pid, pid);
		CHECK_EQ(info.si_uid, uid);
		CHECK_EQ(info.si_errno, 0);
		if (i < 2)
			CHECK_EQ(sc(SYS_kill, pid, 0), 0);
	}
	CHECK_EQ(sc(SYS_kill, pid, 0), -ESRCH);
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED, NULL, NULL), -1);
	CHECK_EQ(errno, ECHILD);
}

static void
by_waitid(void)
{
	siginfo_t info;
	pid_t pid = test_fork(exits, (void *)91);

	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_status, 91);
	CHECK_EQ(waitid(P_ALL, 0, &info, WEXITED), 0);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(waitid(P_ALL, 0, &info, WEXITED), -1);
	CHECK_EQ(errno, ECHILD);
}

/* Two threads look without reaping, a third reaps. */
static pid_t target;

static void
looks(void *arg)
{
	long got =
	    sc(SYS_wait6, P_PID, target, NULL, WEXITED | WNOWAIT, NULL, NULL);

	(void)arg;
	CHECK(got == target || got == -ECHILD);
}

static void
lookers(void)
{
	struct mthread t[2];

	for (int i = 0; i < 100 * test_scale; i++) {
		target = test_fork(exits, (void *)5);
		mthread_start(&t[0], looks, NULL);
		mthread_start(&t[1], looks, NULL);
		CHECK_EXIT(target, 5);
		mthread_join(&t[0]);
		mthread_join(&t[1]);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	expect(test_fork(exits, (void *)0), 0, CLD_EXITED, 0, 0);
	expect(test_fork(exits, (void *)200), 0, CLD_EXITED, 200, 200 << 8);
	/* All of it, of which the status has eight bits. */
	expect(test_fork(exits, (void *)0x12345678), 0, CLD_EXITED, 0x12345678,
	    0x78 << 8);
	expect(test_fork(exits, (void *)-1), 0, CLD_EXITED, -1, 0xff00);
	expect(test_fork(exits_as_thread, (void *)0x70001), 0, CLD_EXITED,
	    0x70001, 1 << 8);
	expect(test_fork(killed, NULL), 0, CLD_KILLED, SIGKILL, SIGKILL);
	expect(test_fork(faults, NULL), 0, CLD_KILLED, SIGSEGV, SIGSEGV);
	expect(test_fork(other_user, (void *)3), 777, CLD_EXITED, 3, 3 << 8);
	by_waitid();
	lookers();
	return test_done();
}
