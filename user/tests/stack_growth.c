/*
 * stack_growth.c -- the stack grows as it is used, also when the kernel is
 * the first to touch it, up to its limit, where the process dies by SIGSEGV;
 * an access far below it is no growth; a thread's stack has an end as well.
 * What was in it before PROT_NONE is there afterwards, however it grew since.
 */
#include "user/tests/test.h"

TEST_ROWS("D.stack 2.36 2.32");

/* Each level takes more than a page. */
__attribute__((noinline)) static long
recurse(long depth)
{
	volatile char frame[5000];

	frame[0] = (char)depth;
	frame[4999] = 1;
	if (depth == 0)
		return 0;
	return recurse(depth - 1) + frame[4999];
}

static void
deep(void *arg)
{
	CHECK_EQ(recurse((long)(intptr_t)arg), (long)(intptr_t)arg);
}

static void
overflow(void *arg)
{
	(void)arg;
	recurse(1L << 40);
}

/* read() writes below everything that was touched so far. */
static void
kernel_first(void *arg)
{
	volatile char big[200000];
	int fds[2];

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(sc(SYS_write, fds[1], "abc", 3), 3);
	CHECK_EQ(sc(SYS_read, fds[0], big, 3), 3);
	CHECK_EQ(big[2], 'c');
}

static void
far_below(void *arg)
{
	char here;

	(void)arg;
	test_poke((uintptr_t)&here - (128UL << 20), 1);
}

static void
thread_overflows(void *arg)
{
	static struct mthread t;
	char *area = test_private(2 * MTHREAD_STACK);

	(void)arg;
	REQUIRE(sc(SYS_mprotect, area, MTHREAD_STACK, PROT_NONE) == 0);
	REQUIRE(
	    mthread_start_on(&t, area + MTHREAD_STACK, overflow, NULL) == 0);
	mthread_join(&t);
}

/* Page n from the top of an area. */
static volatile long *
nth(char *top, long n)
{
	return (volatile long *)(top - n * (long)TEST_PAGE);
}

static void
protect(char *top, long pages, int prot)
{
	CHECK_EQ(sc(SYS_mprotect, nth(top, pages), pages * (long)TEST_PAGE,
		     prot),
	    0);
}

static void
grows_after_none(void *arg)
{
	const int rw = PROT_READ | PROT_WRITE;
	long area = sc(SYS_mmap, 0, 64 * TEST_PAGE, rw,
	    MAP_PRIVATE | MAP_ANON | MAP_STACK, -1, 0, 0);
	char *top = (char *)area + 64 * TEST_PAGE;

	(void)arg;
	REQUIRE(area > 0);
	/* Two rounds: the second finds pages parked by the first. */
	for (long size = 4; size <= 12; size += 4) {
		for (long n = size - 3; n < size; n++)
			*nth(top, n) = n;
		protect(top, size, PROT_NONE);
		protect(top, size, rw);
		CHECK_EQ(*nth(top, size + 4), 0);
		*nth(top, size + 3) = -1;
		*nth(top, size + 3) = 0;
		for (long n = 1; n <= size + 4; n++)
			CHECK_EQ(*nth(top, n), n < size && n % 4 != 0 ? n : 0);
	}
}

static void
limited(void *arg)
{
	char *argv[] = {arg, (char *)(uintptr_t) "--overflow", NULL};
	struct rlimit rl = {.rlim_cur = 512 << 10, .rlim_max = 512 << 10};

	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_STACK, &rl), 0);
	sc(SYS_execve, arg, argv, argv + 2);
	test_exit(9);
}

static void
killed(pid_t pid)
{
	long status = test_wait(pid);

	CHECK(status >= 0 && WIFSIGNALED(status));
	CHECK(WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--overflow") == 0) {
		/* 300 KB must do, 900 KB must not. */
		if (recurse(60) != 60)
			return 1;
		recurse(180);
		return 2;
	}
	test_begin(argc, argv);
	for (int i = 0; i < 3 * test_scale; i++) {
		CHECK_EXIT(test_fork(deep, (void *)100), 0);
		CHECK_EXIT(test_fork(kernel_first, NULL), 0);
		CHECK_EXIT(test_fork(grows_after_none, NULL), 0);
		killed(test_fork(overflow, NULL));
		killed(test_fork(far_below, NULL));
		killed(test_fork(thread_overflows, NULL));
		killed(test_fork(limited, argv[0]));
	}
	return test_done();
}
