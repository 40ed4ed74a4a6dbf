/*
 * threads_die_on_every_cpu.c -- threads pinned to each CPU end, on their own
 * or with the process, whose wait returns only after all of them: their
 * stacks, used again and again and written over, are never touched by a
 * thread that is gone.
 */
#include "user/tests/test.h"

TEST_ROWS("E72 E74 E90 D08 X61 X62 X69");

#define MAXTHREADS 16

static int ncpus;

static void
pinned(void *arg)
{
	CHECK_EQ(test_pin((int)(intptr_t)arg), 0);
	test_yield();
}

static void
child(void *arg)
{
	static struct mthread t[MAXTHREADS];
	static char stacks[MAXTHREADS][MTHREAD_STACK]
	    __attribute__((aligned(16)));
	int n = ncpus < MAXTHREADS / 2 ? 2 * ncpus : MAXTHREADS;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < n; i++)
			REQUIRE(mthread_start_on(&t[i], stacks[i], pinned,
				    (void *)(intptr_t)(i % ncpus)) == 0);
		if (arg != NULL && round == 1)
			test_exit(3);
		for (int i = 0; i < n; i++) {
			mthread_join(&t[i]);
			memset(stacks[i], 0x5a, MTHREAD_STACK);
		}
		for (int i = 0; i < n; i++)
			for (size_t j = 0; j < MTHREAD_STACK; j += 64)
				CHECK_EQ(stacks[i][j], 0x5a);
	}
	test_exit(3);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	ncpus = test_ncpus();
	for (int i = 0; i < 40 * test_scale; i++)
		CHECK_EXIT(test_fork(child, i & 1 ? argv : NULL), 3);
	return test_done();
}
