/*
 * killed_out_of_turn.c -- of many that never sleep, all on one CPU, each dies
 * when it is killed, and not when its turn comes: one after the other, they
 * cost the others less than two turns each, one of which the killer may wait.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 X13");

#define SPINNERS 24
#define SLICE_MS 10
#define WINDOW_MS 200 /* to see what a turn is */

static struct spinner {
	uint64_t rounds;
	char pad[56]; /* on a cache line of its own */
} *spinners;

static void
spin(void *arg)
{
	struct spinner *me = arg;

	CHECK_EQ(test_pin(0), 0);
	for (;;) {
		test_spin();
		store(&me->rounds, me->rounds + 1);
	}
}

static uint64_t
all_rounds(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < SPINNERS; i++)
		sum += load(&spinners[i].rounds);
	return sum;
}

int
main(int argc, char **argv)
{
	pid_t pids[SPINNERS];
	uint64_t before, turn, turns;

	test_begin(argc, argv);
	spinners = test_shared(sizeof(*spinners) * SPINNERS);
	for (int i = 0; i < SPINNERS; i++)
		pids[i] = test_fork(spin, &spinners[i]);
	for (int i = 0; i < SPINNERS; i++)
		WAIT_UNTIL(load(&spinners[i].rounds) != 0);
	before = all_rounds();
	test_sleep_ms(WINDOW_MS);
	turn = (all_rounds() - before) * SLICE_MS / WINDOW_MS + 1;
	before = all_rounds();
	for (int i = 0; i < SPINNERS; i++) {
		CHECK_EQ(sc(SYS_kill, pids[i], SIGKILL), 0);
		CHECK_KILLED(pids[i], SIGKILL);
	}
	turns = (all_rounds() - before) / turn;
	CHECK(turns < 2 * SPINNERS);
	return test_done();
}
