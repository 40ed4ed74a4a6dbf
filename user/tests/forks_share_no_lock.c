/*
 * forks_share_no_lock.c -- processes on CPUs of their own fork, exit and wait
 * without getting in each other's way: there is no lock for all.
 *
 * The kernel counts how often a thread had to wait for a token.  Two families
 * that shared one would meet there again and again.
 */
#include "user/tests/test.h"

TEST_ROWS("N5 D51");

#define CHILDREN 2000

static struct census_row rows[512];
static int *meeting; /* shared */

static void
nothing(void *arg)
{
	(void)arg;
}

static void
family(void *arg)
{
	CHECK_EQ(test_pin((int)(intptr_t)arg), 0);
	test_barrier(meeting, 2);
	for (int i = 0; i < CHILDREN * test_scale; i++)
		CHECK_EXIT(test_fork(nothing, NULL), 0);
}

static long
token_waits(void)
{
	long n = sc(SYS_census, rows, COUNT(rows));

	REQUIRE(n > 0 && n <= (long)COUNT(rows));
	for (long i = 0; i < n; i++)
		if (strcmp(rows[i].name, "~tokens:waits") == 0)
			return (long)rows[i].count;
	REQUIRE(!"a row of that name");
	return 0;
}

int
main(int argc, char **argv)
{
	pid_t pids[2];
	long waits;

	test_begin(argc, argv);
	if (test_ncpus() < 2)
		return test_done();
	meeting = test_shared(TEST_PAGE);
	waits = token_waits();
	for (int i = 0; i < 2; i++)
		pids[i] = test_fork(family, (void *)(intptr_t)i);
	for (int i = 0; i < 2; i++)
		CHECK_EXIT(pids[i], 0);
	waits = token_waits() - waits;
	test_note("%d children, %ld waits for a token",
	    2 * CHILDREN * test_scale, waits);
	CHECK(waits < CHILDREN * test_scale / 200);
	return test_done();
}
