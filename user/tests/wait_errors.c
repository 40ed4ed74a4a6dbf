/*
 * wait_errors.c -- waits that cannot be: no child is ECHILD, an unknown option
 * EINVAL even without a child, wait6 wants to be told what for; strange
 * numbers name nobody.
 */
#include "user/tests/test.h"

TEST_ROWS("E79 D42 X75 X94 N3");

static long
w4(long pid, int options)
{
	return sc(SYS_wait4, pid, NULL, options, NULL);
}

static long
w6(int type, long id, int options)
{
	return sc(SYS_wait6, type, id, NULL, options, NULL, NULL);
}

static void
without_children(void)
{
	static const int numbers[] = {
	    -1, 0, 1, 2, 99999, 100000, 0x7fffffff, -2, -0x7fffffff - 1};

	for (size_t i = 0; i < COUNT(numbers); i++) {
		CHECK_EQ(w4(numbers[i], 0), -ECHILD);
		CHECK_EQ(w4(numbers[i], WNOHANG), -ECHILD);
		CHECK_EQ(w4(numbers[i], WUNTRACED | WCONTINUED), -ECHILD);
	}
	CHECK_EQ(w4(getpid(), 0), -ECHILD);
	CHECK_EQ(w4(getppid(), 0), -ECHILD);
	CHECK_EQ(w4(-getpid(), 0), -ECHILD);
	CHECK_EQ(w6(P_ALL, 0, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_PID, 1, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_UID, 0, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_GID, 0, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_PGID, 1, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_SID, 1, WEXITED), -ECHILD);
}

static void
bad_options(void)
{
	CHECK_EQ(w4(-1, 0x40), -EINVAL);
	CHECK_EQ(w4(-1, 0x1000), -EINVAL);
	CHECK_EQ(w4(-1, 0x40000000 | WNOHANG), -EINVAL);
	CHECK_EQ(w6(P_ALL, 0, 0), -EINVAL);
	CHECK_EQ(w6(P_ALL, 0, WNOHANG), -EINVAL);
	CHECK_EQ(w6(P_ALL, 0, WNOWAIT), -EINVAL);
	CHECK_EQ(w6(P_ALL, 0, WEXITED | 0x40), -EINVAL);
	CHECK_EQ(w6(99, 0, WEXITED), -EINVAL);
}

static void
sleeper(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(10000);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	without_children();
	bad_options();
	/* The same while there is a child that does not match. */
	pid = test_fork(sleeper, NULL);
	bad_options();
	CHECK_EQ(w4(pid + 1, 0), -ECHILD);
	CHECK_EQ(w4(getpid(), WNOHANG), -ECHILD);
	CHECK_EQ(w4(-pid, 0), -ECHILD);
	CHECK_EQ(w6(P_UID, 4711, WEXITED), -ECHILD);
	CHECK_EQ(w6(P_ALL, 0, WSTOPPED | WNOHANG), 0);
	CHECK_EQ(w6(P_ALL, 0, WCONTINUED | WTRAPPED | WNOHANG), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	without_children();
	CHECK_EQ(waitpid(-1, NULL, 0), -1);
	CHECK_EQ(errno, ECHILD);
	return test_done();
}
