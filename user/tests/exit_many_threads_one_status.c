/*
 * exit_many_threads_one_status.c -- eight threads call _exit(i) at once: the
 * parent sees one status, and it is one of the eight; also when some of them
 * call extexit(PROC) or only leave.
 */
#include "user/tests/test.h"

TEST_ROWS("E08 X10 X18");

#define NTHREADS 8

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int meeting;
static int mixed;

static void
leave(void *arg)
{
	int i = (int)(intptr_t)arg;

	test_barrier(&meeting, NTHREADS);
	if (mixed && i % 4 == 1)
		sc(SYS_extexit, EXTEXIT_LWP, 200, NULL);
	if (mixed && i % 4 == 2)
		sc(SYS_extexit, EXTEXIT_PROC, 20 + i, NULL);
	test_exit(20 + i);
}

static void
child(void *arg)
{
	static struct mthread t[NTHREADS];

	(void)arg;
	for (int i = 1; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(
			    &t[i], stacks[i], leave, (void *)(intptr_t)i) == 0);
	leave((void *)0);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(600, 10000);
	for (int i = 0; i < rounds; i++) {
		long status;

		mixed = i & 1;
		status = test_wait(test_fork(child, NULL));
		REQUIRE(status >= 0);
		CHECK(WIFEXITED(status));
		CHECK(WEXITSTATUS(status) >= 20 &&
		      WEXITSTATUS(status) < 20 + NTHREADS);
	}
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	return test_done();
}
