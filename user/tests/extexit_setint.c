/*
 * extexit_setint.c -- extexit(SETINT) writes the status and wakes who sleeps
 * on the word; who sees it written finds the thread gone, and may unmap its
 * stack at once.  In another process that shares the memory it works too.
 */
#include "user/tests/test.h"

TEST_ROWS("E03 D12 X5");

#define STACK 16384UL

static int word;
static int32_t tid;

static void
leave(void *arg)
{
	sc(SYS_extexit, EXTEXIT_LWP | EXTEXIT_SETINT, (int)(intptr_t)arg,
	    &word);
	test_fail(__FILE__, __LINE__, "extexit returned");
	test_exit(1);
}

static long
start(char *stack, int status)
{
	struct lwp_params params = {.func = leave,
	    .arg = (void *)(intptr_t)status,
	    .stack = stack + STACK,
	    .tid1 = &tid};

	store(&word, 0);
	return sc(SYS_lwp_create, &params);
}

/* sleeping: by umtx without a timeout, which hangs when nobody wakes. */
static void
round_of(int status, bool sleeping)
{
	char *stack = test_private(STACK);

	REQUIRE(start(stack, status) == 0);
	while (load(&word) == 0) {
		if (sleeping)
			sc(SYS_umtx_sleep, &word, 0, 0);
		else
			test_yield();
	}
	CHECK_EQ(word, status);
	CHECK_EQ(sc(SYS_lwp_kill, -1, tid, 0), -ESRCH);
	CHECK_EQ(sc(SYS_munmap, stack, STACK), 0);
}

/* The only thread of a child says goodbye in shared memory. */
static void
whole_process(int how)
{
	int *shared = test_shared(TEST_PAGE);
	pid_t pid = fork();

	if (pid == 0) {
		sc(SYS_extexit, how | EXTEXIT_SETINT, 41, shared);
		test_exit(1);
	}
	CHECK_EXIT(pid, 41);
	CHECK_EQ(load(shared), 41);
	sc(SYS_munmap, shared, TEST_PAGE);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 1; i <= 500 * test_scale; i++) {
		round_of(i, false);
		round_of(-i, true);
	}
	whole_process(EXTEXIT_PROC);
	whole_process(EXTEXIT_LWP);
	return test_done();
}
