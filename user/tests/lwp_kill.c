/*
 * lwp_kill.c -- lwp_kill asks for a thread (signal 0) or kills the process
 * through it; the errors of bad numbers; kill() of a process.
 */
#include "user/tests/test.h"

TEST_ROWS("E06 N1 2.9");

static void
waits(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(100);
}

static void
errors(void)
{
	pid_t me = getpid();

	CHECK_EQ(sc(SYS_lwp_kill, -1, 0, 0), 0);
	CHECK_EQ(sc(SYS_lwp_kill, me, 0, 0), 0);
	CHECK_EQ(sc(SYS_lwp_kill, me, -1, 0), -EINVAL);
	CHECK_EQ(sc(SYS_lwp_kill, me, 77, 0), -ESRCH);
	CHECK_EQ(sc(SYS_lwp_kill, me, 0x7fffffff, 0), -ESRCH);
	CHECK_EQ(sc(SYS_lwp_kill, me, 0, 129), -EINVAL);
	CHECK_EQ(sc(SYS_lwp_kill, 99998, 0, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, me, 0), 0);
	CHECK_EQ(sc(SYS_kill, me, 129), -EINVAL);
	CHECK_EQ(sc(SYS_kill, 99998, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, 0x7fffffff, SIGKILL), -ESRCH);
}

static void
kills_by_thread(void *arg)
{
	struct mthread t;

	mthread_start(&t, waits, NULL);
	sc(SYS_lwp_kill, -1, arg == NULL ? t.tid : 0, SIGKILL);
	waits(NULL);
}

static void
kills_itself(void *arg)
{
	(void)arg;
	sc(SYS_kill, getpid(), SIGKILL);
	test_exit(1);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	errors();
	for (int i = 0; i < 50 * test_scale; i++) {
		CHECK_KILLED(test_fork(kills_by_thread, NULL), SIGKILL);
		CHECK_KILLED(test_fork(kills_by_thread, argv), SIGKILL);
		CHECK_KILLED(test_fork(kills_itself, NULL), SIGKILL);
		pid = test_fork(waits, NULL);
		CHECK_EQ(sc(SYS_lwp_kill, pid, 0, 0), 0);
		CHECK_EQ(sc(SYS_lwp_kill, pid, 0, SIGKILL), 0);
		CHECK_KILLED(pid, SIGKILL);
		CHECK_EQ(sc(SYS_lwp_kill, pid, 0, 0), -ESRCH);
	}
	return test_done();
}
