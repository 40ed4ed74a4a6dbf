/*
 * killed_in_flight.c -- threads that go from CPU to CPU all the time are killed
 * on the way.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 X13 X53");

#define MOVERS 24

static char stacks[MOVERS][MTHREAD_STACK] __attribute__((aligned(16)));

static void
moves(void *arg)
{
	for (int i = (int)(intptr_t)arg;; i++)
		test_pin((i ^ (i >> 3)) & 1);
}

static void
ends_soon(void *arg)
{
	static struct mthread t[MOVERS];

	for (int i = 0; i < MOVERS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], moves,
		    (void *)(intptr_t)i) == 0);
	test_sleep_ms((unsigned)(intptr_t)arg % 8 + 20);
	test_exit(7);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < test_rounds(60, 2000); i++) {
		pid_t pid = test_fork(ends_soon, (void *)(intptr_t)i);

		CHECK_EQ(test_wait(pid), 7 << 8);
	}
	return test_done();
}
