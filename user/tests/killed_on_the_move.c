/*
 * killed_on_the_move.c -- a process of many threads that never sleep ends just
 * when they are being spread over the CPUs: each is taken off the queue that it
 * is on then, and dies.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 X13 X53");

#define SPINNERS 24

static char stacks[SPINNERS][MTHREAD_STACK] __attribute__((aligned(16)));

static void
spin(void *arg)
{
	(void)arg;
	for (;;)
		test_spin();
}

/* Those that are made wait on the maker's CPU, which gives one away with each
 * tick. */
static void
ends_soon(void *arg)
{
	static struct mthread t[SPINNERS];

	for (int i = 0; i < SPINNERS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], spin, NULL) == 0);
	test_sleep_ms((unsigned)(intptr_t)arg % 16);
	test_exit(7);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < test_rounds(100, 1000); i++) {
		pid_t pid = test_fork(ends_soon, (void *)(intptr_t)i);

		CHECK_EQ(test_wait(pid), 7 << 8);
	}
	return test_done();
}
