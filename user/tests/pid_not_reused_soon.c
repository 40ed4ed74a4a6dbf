/*
 * pid_not_reused_soon.c -- a number that was just freed is not given out
 * again soon, numbers of living processes never; children forked in parallel
 * never share one.
 */
#include "user/tests/test.h"

TEST_ROWS("E52 D49");

#define WORKERS 4
#define EACH 250

static int32_t *seen; /* shared: WORKERS * EACH numbers */

static void
worker(void *arg)
{
	int32_t *mine = seen + (intptr_t)arg * EACH;

	for (int i = 0; i < EACH; i++) {
		pid_t pid = fork();

		if (pid == 0)
			test_exit(getpid() == getppid());
		REQUIRE(pid > 0);
		mine[i] = pid;
		CHECK_EXIT(pid, 0);
	}
}

static int
by_number(const void *a, const void *b)
{
	return *(const int32_t *)a - *(const int32_t *)b;
}

int
main(int argc, char **argv)
{
	pid_t pids[WORKERS];

	test_begin(argc, argv);
	seen = test_shared(WORKERS * EACH * sizeof(*seen));
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(worker, (void *)(intptr_t)i);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(pids[i], 0);
	qsort(seen, WORKERS * EACH, sizeof(*seen), by_number);
	for (int i = 1; i < WORKERS * EACH; i++)
		CHECK(seen[i] != seen[i - 1]);
	return test_done();
}
