/*
 * extexit_all_threads_at_once.c -- all threads of a process call extexit(LWP)
 * in the same instant: each round the parent reaps exactly one zombie, with
 * the status of one of the threads; no process is left without threads.
 */
#include "user/tests/test.h"

TEST_ROWS("E07 D11 D32 X7 X8");

#define MAXTHREADS 8

static char stacks[MAXTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int nthreads, meeting;

static void
leave(void *arg)
{
	test_barrier(&meeting, nthreads);
	for (;;)
		sc(SYS_extexit, EXTEXIT_LWP, (int)(intptr_t)arg, NULL);
}

static void
child(void *arg)
{
	static struct mthread t[MAXTHREADS];

	nthreads = (int)(intptr_t)arg;
	for (int i = 1; i < nthreads; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], leave,
			    (void *)(intptr_t)(i + 10)) == 0);
	leave((void *)10);
}

static void
rounds(int threads, int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = test_fork(child, (void *)(intptr_t)threads);
		long status = test_wait(pid);

		REQUIRE(status >= 0);
		CHECK(WIFEXITED(status));
		CHECK(WEXITSTATUS(status) >= 10 &&
		      WEXITSTATUS(status) < 10 + threads);
		CHECK_EQ(test_wait(pid), -ECHILD);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	rounds(2, test_rounds(1000, 5000));
	rounds(4, test_rounds(500, 2000));
	rounds(8, test_rounds(250, 10000));
	return test_done();
}
