/*
 * load_is_shared.c -- many that never sleep, all made on one CPU, are spread
 * over all CPUs: within some turns each has had about as much as another.
 */
#include "user/tests/test.h"

TEST_ROWS("E90 X53");

#define SPINNERS 24
#define SLICE_MS 10
#define TURNS 6	 /* of each in a window, if they are even */
#define TRIES 30 /* windows; the host has other things to do, too */

static struct spinner {
	uint64_t turns;
	char pad[56]; /* on a cache line of its own */
} *spinners;

static void
spin(void *arg)
{
	struct spinner *me = arg;

	for (;;) {
		test_spin();
		store(&me->turns, me->turns + 1);
	}
}

/* Has each had at least a third of what the others have on average? */
static bool
even_window(int cpus)
{
	uint64_t before[SPINNERS], least = UINT64_MAX, sum = 0;

	for (int i = 0; i < SPINNERS; i++)
		before[i] = load(&spinners[i].turns);
	test_sleep_ms(TURNS * SLICE_MS * SPINNERS / cpus);
	for (int i = 0; i < SPINNERS; i++) {
		uint64_t turns = load(&spinners[i].turns) - before[i];

		sum += turns;
		if (turns < least)
			least = turns;
	}
	return least * 3 >= sum / SPINNERS;
}

int
main(int argc, char **argv)
{
	pid_t pids[SPINNERS];
	int cpus = test_ncpus();
	bool even = false;

	test_begin(argc, argv);
	spinners = test_shared(sizeof(*spinners) * SPINNERS);
	for (int i = 0; i < SPINNERS; i++)
		pids[i] = test_fork(spin, &spinners[i]);
	for (int i = 0; i < TRIES && !even; i++)
		even = even_window(cpus);
	CHECK(even);
	for (int i = 0; i < SPINNERS; i++) {
		CHECK_EQ(sc(SYS_kill, pids[i], SIGKILL), 0);
		CHECK_KILLED(pids[i], SIGKILL);
	}
	return test_done();
}
