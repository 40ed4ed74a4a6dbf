/*
 * rfork_linuxthpn.c -- a child of rfork(RFLINUXTHPN) has another exit signal:
 * only a wait with WLINUXCLONE finds it, and such a wait finds no other; when
 * its parent dies first, init reaps it like any other.
 */
#include "user/tests/test.h"

TEST_ROWS("E65 D29 X78");

static void
exits(void *arg)
{
	test_exit((int)(intptr_t)arg);
}

static pid_t
clone_child(int status)
{
	long pid = sc(SYS_rfork, RFPROC | RFFDG | RFLINUXTHPN);

	REQUIRE(pid >= 0);
	if (pid == 0)
		test_exit(status);
	return (pid_t)pid;
}

static long
wait_for(long whom, unsigned options, int *status)
{
	*status = -1;
	return sc(SYS_wait4, whom, status, options, NULL);
}

int
main(int argc, char **argv)
{
	int status;
	pid_t c, n;

	test_begin(argc, argv);
	for (int i = 0; i < 20 * test_scale; i++) {
		c = clone_child(3);
		CHECK_EQ(wait_for(-1, 0, &status), -ECHILD);
		CHECK_EQ(wait_for(c, 0, &status), -ECHILD);
		CHECK_EQ(wait_for(-1, WLINUXCLONE, &status), c);
		CHECK_EQ(status, 3 << 8);
		CHECK_EQ(wait_for(-1, WLINUXCLONE, &status), -ECHILD);

		c = clone_child(4);
		n = test_fork(exits, (void *)5);
		WAIT_UNTIL(test_is_zombie(c) && test_is_zombie(n));
		CHECK_EQ(wait_for(n, WLINUXCLONE, &status), -ECHILD);
		CHECK_EQ(wait_for(-1, 0, &status), n);
		CHECK_EQ(status, 5 << 8);
		CHECK_EQ(wait_for(-1, WNOHANG, &status), -ECHILD);
		CHECK_EQ(wait_for(c, WLINUXCLONE | WNOHANG, &status), c);
		CHECK_EQ(status, 4 << 8);
	}
	return test_done();
}
