/*
 * killed_out_of_turn.c -- of many that never sleep, all on one CPU, each dies
 * when it is killed, and not when its turn comes: from one death to the next
 * two others have a turn at most, one of which the killer may wait.  The killer
 * is on that CPU, too: a host that stops one CPU and not another is no matter.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 X13");

#define SPINNERS 24

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

/* How many have run since the last call. */
static int
turns(void)
{
	static uint64_t seen[SPINNERS];
	int n = 0;

	for (int i = 0; i < SPINNERS; i++) {
		uint64_t now = load(&spinners[i].rounds);

		n += now != seen[i];
		seen[i] = now;
	}
	return n;
}

int
main(int argc, char **argv)
{
	pid_t pids[SPINNERS];
	int total = 0;

	test_begin(argc, argv);
	REQUIRE(test_pin(0) == 0);
	spinners = test_shared(sizeof(*spinners) * SPINNERS);
	for (int i = 0; i < SPINNERS; i++)
		pids[i] = test_fork(spin, &spinners[i]);
	for (int i = 0; i < SPINNERS; i++)
		WAIT_UNTIL(load(&spinners[i].rounds) != 0);
	turns();
	for (int i = 0; i < SPINNERS; i++) {
		CHECK_EQ(sc(SYS_kill, pids[i], SIGKILL), 0);
		CHECK_KILLED(pids[i], SIGKILL);
		total += turns();
	}
	printf("# %d turns\n", total);
	CHECK(total < 2 * SPINNERS);
	return test_done();
}
