/*
 * limits_raised_by_root.c -- the upper bound of a limit: anybody may lower
 * it, and only root raises it again.
 */
#include "user/tests/test.h"

TEST_ROWS("2.32");

static int64_t
upper(void)
{
	struct rlimit rl = {0};

	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &rl), 0);
	return (int64_t)rl.rlim_max;
}

static long
set(int64_t max)
{
	struct rlimit rl = {.rlim_cur = 10, .rlim_max = max};

	return sc(SYS_setrlimit, RLIMIT_NOFILE, &rl);
}

static void
somebody(void *arg)
{
	(void)arg;
	CHECK_EQ(set(60), 0);
	CHECK_EQ(set(50), 0);
	CHECK_EQ(set(60), 0);
	CHECK_EQ(sc(SYS_setuid, 4000), 0);
	CHECK_EQ(set(61), -EPERM);
	CHECK_EQ(upper(), 60);
	CHECK_EQ(set(60), 0);
	CHECK_EQ(set(40), 0);
	CHECK_EQ(set(41), -EPERM);
	CHECK_EQ(upper(), 40);
}

int
main(int argc, char **argv)
{
	int64_t before;

	test_begin(argc, argv);
	before = upper();
	CHECK_EXIT(test_fork(somebody, NULL), 0);
	CHECK_EQ(upper(), before);
	return test_done();
}
