/*
 * pinned_next_runs.c -- on every CPU in turn: processes pinned to it follow
 * each other, one exits (also out of a busy loop, killed) and the next one
 * that is pinned there runs; a multi-threaded program runs on each.
 */
#include "user/tests/test.h"

TEST_ROWS("E68 E90 X53 D62");

#define PROCS 3
#define NTHREADS 3

static int *count; /* shared */

static void
counts(void *arg)
{
	int cpu = -1;

	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_GET_CPU, &cpu, sizeof(cpu)), 0);
	CHECK_EQ(cpu, (intptr_t)arg);
	add(count, 1);
}

static void
pinned(void *arg)
{
	CHECK_EQ(test_pin((int)(intptr_t)arg), 0);
	counts(arg);
	for (volatile int i = 0; i < 10000; i++)
		;
}

static void
hog(void *arg)
{
	CHECK_EQ(test_pin((int)(intptr_t)arg), 0);
	add(&count[1], 1);
	for (;;)
		test_spin();
}

/* A thread's CPU is its own: each pins itself. */
static void
threaded(void *arg)
{
	struct mthread t[NTHREADS];

	pinned(arg);
	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], pinned, arg);
	if ((intptr_t)arg & 1)
		test_exit(0);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
}

static void
on_cpu(int cpu)
{
	void *arg = (void *)(intptr_t)cpu;
	pid_t hogs[2], pids[PROCS];

	count[0] = count[1] = 0;
	hogs[0] = test_fork(hog, arg);
	hogs[1] = test_fork(hog, arg);
	WAIT_UNTIL(load(&count[1]) == 2);
	for (int i = 0; i < PROCS; i++)
		pids[i] = test_fork(pinned, arg);
	CHECK_EQ(sc(SYS_kill, hogs[0], SIGKILL), 0);
	CHECK_KILLED(hogs[0], SIGKILL);
	/* One hog is left: the others still get their turn. */
	for (int i = 0; i < PROCS; i++)
		CHECK_EXIT(pids[i], 0);
	CHECK_EQ(load(&count[0]), PROCS);
	CHECK_EQ(sc(SYS_kill, hogs[1], SIGKILL), 0);
	CHECK_KILLED(hogs[1], SIGKILL);
	CHECK_EXIT(test_fork(pinned, arg), 0);
	CHECK_EXIT(test_fork(threaded, arg), 0);
}

int
main(int argc, char **argv)
{
	int ncpus;

	test_begin(argc, argv);
	count = test_shared(TEST_PAGE);
	ncpus = test_ncpus();
	for (int i = 0; i < ncpus && i < 16; i++)
		on_cpu(i);
	return test_done();
}
