/*
 * storm_fork_exit_wait.c -- ten thousand processes (at full length a
 * hundred thousand) are forked, exit in all
 * the ways there are and are reaped, on all CPUs at once; some have threads,
 * some leave orphans.
 */
#include "user/tests/test.h"

TEST_ROWS("N5 N7 E66 E72 E74 E87 E88 D48 D49 D50");

#define WORKERS 8

static char stacks[2][MTHREAD_STACK] __attribute__((aligned(16)));

static void
nothing(void *arg)
{
	(void)arg;
}

static void
threaded(void *arg)
{
	static struct mthread t[2];

	for (int i = 0; i < 2; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], nothing, arg) == 0);
	test_exit(2);
}

static void
leaves_orphan(void *arg)
{
	test_fork(nothing, arg);
	test_exit(3);
}

static void
faults(void *arg)
{
	test_poke((uintptr_t)arg, 1);
}

static void
kills_itself(void *arg)
{
	(void)arg;
	sc(SYS_kill, getpid(), SIGKILL);
}

static void
last_leaves(void *arg)
{
	(void)arg;
	sc(SYS_extexit, EXTEXIT_LWP, 4, NULL);
}

static void
worker(void *arg)
{
	static const struct {
		void (*fn)(void *);
		int status;
	} ways[] = {{nothing, 0}, {nothing, 0}, {threaded, 2 << 8},
	    {nothing, 0}, {leaves_orphan, 3 << 8}, {nothing, 0},
	    {faults, SIGSEGV}, {kills_itself, SIGKILL}, {nothing, 0},
	    {last_leaves, 4 << 8}};
	int n = (int)(intptr_t)arg;

	for (int i = 0; i < n; i++) {
		int way = i % (int)COUNT(ways);

		if (i % 16 == 5)
			CHECK_EXIT(test_vfork_exit(5), 5);
		else
			CHECK_EQ(
			    test_wait(test_fork(ways[way].fn, NULL)) & ~_WCORE,
			    ways[way].status);
	}
}

int
main(int argc, char **argv)
{
	pid_t pids[WORKERS];
	int total;

	test_begin(argc, argv);
	total = test_rounds(10000, 100000);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(
		    worker, (void *)(intptr_t)(total / WORKERS));
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(pids[i], 0);
	return test_done();
}
