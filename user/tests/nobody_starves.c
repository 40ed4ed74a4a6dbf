/*
 * nobody_starves.c -- on one CPU, between processes that sleep and wake all
 * the time and others that never sleep, one that has used some of it gets its
 * turn again and again.
 */
#include "user/tests/test.h"

TEST_ROWS("E90 X53");

#define SLEEPERS 24
#define HOGS 2
#define USED_NS 20000000U /* a third of what makes a hog */
#define HEATING_MS 500    /* until the hogs are known as such */

static int *shared; /* [0] ready, [1] go, [2] turns */

static void
get_ready(void)
{
	CHECK_EQ(test_pin(0), 0);
	add(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) == 1);
}

static void
sleeper(void *arg)
{
	struct timespec shortly = {.tv_nsec = 10000};

	(void)arg;
	get_ready();
	for (;;)
		sc(SYS_nanosleep, &shortly, NULL);
}

static void
hog(void *arg)
{
	(void)arg;
	get_ready();
	for (;;)
		test_spin();
}

static void
between(void *arg)
{
	uint64_t start;

	(void)arg;
	CHECK_EQ(test_pin(0), 0);
	WAIT_UNTIL(load(&shared[0]) == SLEEPERS + HOGS);
	start = test_now_ns();
	while (test_now_ns() - start < USED_NS)
		test_spin();
	store(&shared[1], 1);
	for (;;) {
		test_yield();
		add(&shared[2], 1);
	}
}

int
main(int argc, char **argv)
{
	pid_t pids[SLEEPERS + HOGS + 1];
	int n = 0, turns, before;

	test_begin(argc, argv);
	turns = test_rounds(100, 100);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < SLEEPERS; i++)
		pids[n++] = test_fork(sleeper, NULL);
	for (int i = 0; i < HOGS; i++)
		pids[n++] = test_fork(hog, NULL);
	pids[n++] = test_fork(between, NULL);
	WAIT_UNTIL(load(&shared[1]) == 1);
	test_sleep_ms(HEATING_MS);
	before = load(&shared[2]);
	WAIT_UNTIL(load(&shared[2]) >= before + turns);
	while (n > 0) {
		CHECK_EQ(sc(SYS_kill, pids[--n], SIGKILL), 0);
		CHECK_KILLED(pids[n], SIGKILL);
	}
	return test_done();
}
