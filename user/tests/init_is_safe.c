/*
 * init_is_safe.c -- no signal harms init: sent by root to its number, to its
 * thread, to its group or to all, and the machine goes on.
 */
#include "user/tests/test.h"

TEST_ROWS("E14 3.3 X16");

static void
in_a_group_of_its_own(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	/* Everybody but init, the kernel and the caller: nobody else here
	 * runs under this user. */
	CHECK_EQ(sc(SYS_setuid, 4000), 0);
	CHECK_EQ(sc(SYS_kill, 1, SIGKILL), -EPERM);
	CHECK_EQ(sc(SYS_kill, -1, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_lwp_kill, 1, 0, SIGKILL), -EPERM);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int sig = 1; sig < 35; sig++)
		sc(SYS_kill, 1, sig);
	CHECK_EQ(sc(SYS_kill, 1, SIGKILL), 0);
	CHECK_EQ(sc(SYS_lwp_kill, 1, 0, SIGKILL), 0);
	CHECK_EXIT(test_fork(in_a_group_of_its_own, NULL), 0);
	/* It still does what it is for. */
	CHECK_EQ(sc(SYS_kill, 1, 0), 0);
	return test_done();
}
