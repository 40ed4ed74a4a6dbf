/*
 * wait_pingpong.c -- ten thousand times: fork, exit, wait, the parent sleeping
 * before the child exits or coming after it, from one CPU to the other or on
 * the same.  No wakeup is lost (the watchdog would find it).
 */
#include "user/tests/test.h"

TEST_ROWS("E66 D05 D08 X51 X63 X96");

static void
late(void *arg)
{
	for (int i = (int)(intptr_t)arg; i > 0; i--)
		test_yield();
}

static void
rounds(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = test_fork(late, (void *)(intptr_t)(i % 3));

		if (i % 4 == 3)
			test_yield();
		if (i % 2)
			CHECK_EXIT(pid, 0);
		else
			CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), pid);
	}
}

/* wait6 sleeps on the same things. */
static void
rounds_of_wait6(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = test_fork(late, (void *)(intptr_t)(i % 3));

		CHECK_EQ(sc(SYS_wait6, P_PID, pid, NULL, WEXITED | WNOWAIT,
			     NULL, NULL),
		    pid);
		CHECK_EQ(
		    sc(SYS_wait6, P_ALL, 0, NULL, WEXITED, NULL, NULL), pid);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	rounds(8000 * test_scale);
	rounds_of_wait6(1000 * test_scale);
	test_pin(0);
	rounds(1000 * test_scale);
	return test_done();
}
