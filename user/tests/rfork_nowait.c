/*
 * rfork_nowait.c -- a child of rfork(RFNOWAIT) is init's from the start: its
 * parent is 1, its maker's wait finds nobody, init reaps it.
 */
#include "user/tests/test.h"

TEST_ROWS("E55 D29 D30");

int
main(int argc, char **argv)
{
	int *shared;

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < 50 * test_scale; i++) {
		int extra = i & 1 ? RFLINUXTHPN : 0;
		long pid = sc(SYS_rfork, RFPROC | RFFDG | RFNOWAIT | extra);

		if (pid == 0) {
			CHECK_EQ(getppid(), 1);
			WAIT_UNTIL(load(shared) > i);
			test_exit(1);
		}
		REQUIRE(pid > 0);
		CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, NULL), -ECHILD);
		CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
		store(shared, i + 1);
		WAIT_UNTIL(sc(SYS_kill, pid, 0) == -ESRCH);
	}
	return test_done();
}
