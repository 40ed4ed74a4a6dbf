/*
 * rfork_linuxthpn.c -- a child of rfork(RFLINUXTHPN) has another exit signal,
 * SIGUSR1: only a wait with WLINUXCLONE means it, and such a wait means no
 * other; when it exits its parent, which cannot catch signals yet, dies of
 * that signal, and init reaps the child like any other.
 */
#include "user/tests/test.h"

TEST_ROWS("E65 D29 X50 X78");

static int32_t *shared; /* [0] go, [1] the clone's pid */

static void
exits(void *arg)
{
	test_exit((int)(intptr_t)arg);
}

static long
wait_for(long whom, unsigned options, int *status)
{
	*status = -1;
	return sc(SYS_wait4, whom, status, options, NULL);
}

static void
parent(void *arg)
{
	long clone = sc(SYS_rfork, RFPROC | RFFDG | RFLINUXTHPN);
	int status;
	pid_t plain;

	REQUIRE(clone >= 0);
	if (clone == 0) {
		WAIT_UNTIL(load(&shared[0]) == 1);
		test_exit(3);
	}
	shared[1] = (int32_t)clone;
	CHECK_EQ(wait_for(-1, 0, &status), -ECHILD);
	CHECK_EQ(wait_for(-1, WNOHANG, &status), -ECHILD);
	CHECK_EQ(wait_for(clone, 0, &status), -ECHILD);
	CHECK_EQ(wait_for(-1, WLINUXCLONE | WNOHANG, &status), 0);
	CHECK_EQ(wait_for(clone, WLINUXCLONE | WNOHANG, &status), 0);

	plain = test_fork(exits, (void *)5);
	CHECK_EQ(wait_for(plain, WLINUXCLONE, &status), -ECHILD);
	CHECK_EQ(wait_for(-1, 0, &status), plain);
	CHECK_EQ(status, 5 << 8);
	CHECK_EQ(wait_for(-1, 0, &status), -ECHILD);
	store(&shared[0], 1);
	/* Asleep in the wait, or on the way. */
	if (arg == NULL)
		wait_for(-1, WLINUXCLONE, &status);
	for (;;)
		test_yield();
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < 20 * test_scale; i++) {
		shared[0] = 0;
		CHECK_KILLED(test_fork(parent, i & 1 ? shared : NULL), SIGUSR1);
		WAIT_UNTIL(sc(SYS_kill, shared[1], 0) == -ESRCH);
	}
	return test_done();
}
