/*
 * parallel_forks.c -- several processes fork, exit and wait at the same time
 * and all get on: whenever one of them has made a hundred children no other
 * one stands still.
 */
#include "user/tests/test.h"

TEST_ROWS("N5 D51");

#define WORKERS 4
#define EACH 300

static int *done; /* shared */

static void
nothing(void *arg)
{
	(void)arg;
}

static void
worker(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < EACH * test_scale; i++) {
		CHECK_EXIT(test_fork(nothing, NULL), 0);
		add(&done[me], 1);
		/* All pass each hundred together. */
		if (i % 100 == 99)
			for (int w = 0; w < WORKERS; w++)
				WAIT_UNTIL(load(&done[w]) >= i + 1);
	}
}

int
main(int argc, char **argv)
{
	pid_t pids[WORKERS];

	test_begin(argc, argv);
	done = test_shared(TEST_PAGE);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(worker, (void *)(intptr_t)i);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(pids[i], 0);
	return test_done();
}
