/*
 * failpoint_arguments.c -- failpoint and failcall refuse who is not root, bad
 * pointers and calls of themselves; they fail the allocations that they are
 * told to, and no others.
 */
#include "user/tests/test.h"

TEST_ROWS("2.43");

static long
disarm(void)
{
	return sc(SYS_failpoint, NULL, 0, 0);
}

static void
as_user(void *arg)
{
	uint64_t *args = arg;

	CHECK_EQ(sc(SYS_setuid, 1000), 0);
	CHECK_EQ(sc(SYS_failpoint, "*", 0, -1), -EPERM);
	CHECK_EQ(sc(SYS_failpoint, NULL, 0, 0), -EPERM);
	CHECK_EQ(sc(SYS_failcall, "*", 0, -1, SYS_getpid, args), -EPERM);
}

/* Of this process from now on: one passes, then two fail. */
static void
whole_process(void *arg)
{
	long pid;

	(void)arg;
	CHECK_EQ(sc(SYS_failpoint, "proc", 1, 2), 0);
	pid = sc(SYS_fork);
	if (pid == 0)
		test_exit(3);
	CHECK_EXIT((pid_t)pid, 3);
	CHECK_EQ(sc(SYS_fork), -ENOMEM);
	CHECK_EQ(sc(SYS_fork), -ENOMEM);
	CHECK_EXIT(test_vfork_exit(4), 4);
	CHECK_EQ(disarm(), 2);
}

int
main(int argc, char **argv)
{
	static const char too_long[] = "a name that no cache and no type has";
	uint64_t args[7] = {0};
	int fds[2];

	test_begin(argc, argv);
	CHECK_EXIT(test_fork(as_user, args), 0);
	CHECK_EQ(sc(SYS_failpoint, (void *)8, 0, 1), -EFAULT);
	CHECK(sc(SYS_failpoint, too_long, 0, 1) < 0);
	CHECK_EQ(sc(SYS_failcall, NULL, 0, 1, SYS_getpid, args), -EINVAL);
	CHECK_EQ(sc(SYS_failcall, "*", 0, 1, SYS_failcall, args), -EINVAL);
	CHECK_EQ(sc(SYS_failcall, "*", 0, 1, SYS_getpid, 8), -EFAULT);
	CHECK_EQ(sc(SYS_failcall, "*", 0, 1, 599, args), -ENOSYS);
	/* The call's own result, when it needs no memory ... */
	CHECK_EQ(sc(SYS_failcall, "*", 0, -1, SYS_getpid, args), getpid());
	CHECK_EQ(disarm(), 0);
	/* ... and its failure, when it does; after it all is as ever. */
	CHECK_EQ(sc(SYS_failcall, "*", 0, -1, SYS_pipe, args), -ENOMEM);
	CHECK(disarm() > 0);
	CHECK_EQ(sc(SYS_failcall, "vmspace", 0, -1, SYS_fork, args), -ENOMEM);
	CHECK_EQ(disarm(), 1);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EXIT(test_fork(whole_process, NULL), 0);
	return test_done();
}
