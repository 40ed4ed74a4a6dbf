/*
 * exit_kills_spinning_threads.c -- 32 threads spin in user mode without a
 * system call, on all CPUs, and another one exits: all die, the process is
 * reaped.  The same when the one that ends it is killed from outside.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 X11 X13 X14");

#define NTHREADS 32

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int *started;

static void
spin(void *arg)
{
	(void)arg;
	add(started, 1);
	for (;;)
		test_spin();
}

static void
child(void *arg)
{
	static struct mthread t[NTHREADS];

	for (int i = 0; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], spin, NULL) == 0);
	while (load(started) < 2)
		test_yield();
	if (arg != NULL)
		spin(NULL);
	test_exit(32);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	started = test_shared(TEST_PAGE);
	for (int i = 0; i < 2 * test_scale; i++) {
		store(started, 0);
		CHECK_EXIT(test_fork(child, NULL), 32);

		store(started, 0);
		pid = test_fork(child, started);
		WAIT_UNTIL(load(started) >= 3);
		CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		CHECK_KILLED(pid, SIGKILL);
	}
	return test_done();
}
