/*
 * storm_reparent.c -- chains of processes of which each forks the next and
 * exits, families whose parents and children die at the same instant, below
 * reapers that come and go: in the end init has reaped them all.
 */
#include "user/tests/test.h"

TEST_ROWS("E54 E55 N4 D28 D30 D63");

#define DEPTH 40
#define FAMILY 4

static int *shared; /* [0] chains at their end, [1] processes that ended */

static void
chain(void *arg)
{
	int depth = (int)(intptr_t)arg;

	if (depth == 0) {
		test_post(&shared[0]);
		return;
	}
	if (depth % 10 == 3)
		sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL);
	test_fork(chain, (void *)(intptr_t)(depth - 1));
	if (depth % 3 == 0)
		test_yield();
}

static void
member(void *arg)
{
	int *meeting = arg;

	test_barrier(meeting, FAMILY + 1);
	test_post(&shared[1]);
}

/* All leave together: some are reparented as zombies, some alive. */
static void
family(void *arg)
{
	int *meeting = arg;

	for (int i = 0; i < FAMILY; i++)
		test_fork(member, meeting);
	test_barrier(meeting, FAMILY + 1);
}

int
main(int argc, char **argv)
{
	int chains, families, *meeting;

	test_begin(argc, argv);
	chains = test_rounds(25, 250);
	families = test_rounds(25, 10000);
	shared = test_shared(TEST_PAGE);
	meeting = shared + 16;
	for (int i = 0; i < chains; i++)
		CHECK_EXIT(test_fork(chain, (void *)DEPTH), 0);
	test_await(&shared[0], chains);
	for (int i = 0; i < families; i++) {
		store(meeting, 0);
		CHECK_EXIT(test_fork(family, meeting), 0);
		test_await(&shared[1], (i + 1) * FAMILY);
	}
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	return test_done();
}
