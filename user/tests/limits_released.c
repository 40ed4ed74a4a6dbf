/*
 * limits_released.c -- a process inherits its parent's limits, changes only
 * its own, also with threads that change them at once, and lets go of them;
 * bad calls change nothing.  RLIMIT_NOFILE, DATA and STACK bind.
 */
#include "user/tests/test.h"

TEST_ROWS("E67 X52");

static void
changes(void *arg)
{
	struct rlimit rl;

	for (int i = 0; i < 200; i++) {
		CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &rl), 0);
		rl.rlim_cur = 20 + (intptr_t)arg;
		CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NOFILE, &rl), 0);
	}
}

static void
threads_change(void *arg)
{
	struct mthread t[4];
	struct rlimit rl;

	(void)arg;
	for (int i = 0; i < 4; i++)
		mthread_start(&t[i], changes, (void *)(intptr_t)i);
	for (int i = 0; i < 4; i++)
		mthread_join(&t[i]);
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &rl), 0);
	CHECK(rl.rlim_cur >= 20 && rl.rlim_cur < 24);
}

static void
heir(void *arg)
{
	struct rlimit rl;

	(void)arg;
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &rl), 0);
	CHECK_EQ(rl.rlim_cur, 12);
}

static void
nofile(void *arg)
{
	struct rlimit rl = {.rlim_cur = 12, .rlim_max = 12};
	int n = 0, fds[2];

	(void)arg;
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NOFILE, &rl), 0);
	CHECK_EXIT(test_fork(heir, NULL), 0);
	while (n < 100 && sc(SYS_dup, 0) >= 0)
		n++;
	CHECK(n > 0 && n < 12);
	CHECK_EQ(sc(SYS_dup, 0), -EMFILE);
	CHECK_EQ(sc(SYS_pipe, fds), -EMFILE);
	CHECK_EQ(sc(SYS_open, "/dev/null", O_RDWR, 0), -EMFILE);
	CHECK(sc(SYS_dup2, 0, 12) < 0);
	CHECK(sc(SYS_dup2, 0, 11) == 11);
	/* Room for one only: the other end must be taken back. */
	CHECK_EQ(sc(SYS_close, 11), 0);
	CHECK_EQ(sc(SYS_pipe, fds), -EMFILE);
	CHECK_EQ(sc(SYS_dup, 0), 11);
}

static void
data(void *arg)
{
	struct rlimit rl = {.rlim_cur = 32 << 20, .rlim_max = 32 << 20};
	char *old = (char *)(((uintptr_t)sbrk(0) + 4095) & ~4095UL);

	(void)arg;
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_DATA, &rl), 0);
	CHECK_EQ(sc(SYS_break, old + (64 << 20)), -ENOMEM);
	CHECK(sc(SYS_break, old + 65536) >= 0);
	old[65535] = 1;
	CHECK_EQ(old[65535], 1);
	CHECK(sc(SYS_break, old) >= 0);
}

static int
recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = (char)depth;
	if (depth > 0)
		return recurse(depth - 1) + frame[0];
	return frame[0];
}

static void
use_stack(void *arg)
{
	recurse((int)(intptr_t)arg);
}

/* A new stack limit binds from the next exec on at the latest: only that the
 * call takes it, and that a child's change is not the parent's. */
static void
stack(void *arg)
{
	struct rlimit rl = {.rlim_cur = 256 << 10, .rlim_max = 1 << 20};

	(void)arg;
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_STACK, &rl), 0);
	CHECK_EXIT(test_fork(use_stack, (void *)16), 0);
}

static void
bad_calls(void)
{
	struct rlimit old, rl;

	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &old), 0);
	CHECK_EQ(sc(SYS_getrlimit, 12, &rl), -EINVAL);
	CHECK_EQ(sc(SYS_getrlimit, -1, &rl), -EINVAL);
	rl = old;
	CHECK_EQ(sc(SYS_setrlimit, 99, &rl), -EINVAL);
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NOFILE, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &rl), 0);
	CHECK_EQ(rl.rlim_cur, old.rlim_cur);
	CHECK_EQ(rl.rlim_max, old.rlim_max);
}

int
main(int argc, char **argv)
{
	struct rlimit before, after;

	test_begin(argc, argv);
	bad_calls();
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i < 10 * test_scale; i++) {
		CHECK_EXIT(test_fork(threads_change, NULL), 0);
		CHECK_EXIT(test_fork(nofile, NULL), 0);
		CHECK_EXIT(test_fork(data, NULL), 0);
		CHECK_EXIT(test_fork(stack, NULL), 0);
	}
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_NOFILE, &after), 0);
	CHECK_EQ(after.rlim_cur, before.rlim_cur);
	CHECK_EQ(after.rlim_max, before.rlim_max);
	return test_done();
}
