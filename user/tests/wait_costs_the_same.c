/*
 * wait_costs_the_same.c -- a wait for any child or for that child takes no
 * longer with a thousand other children, living or dead, than with none.
 *
 * Times are compared: the least of many rounds, and a generous factor; a scan
 * of the lists would miss it by far.
 */
#include "user/tests/test.h"

TEST_ROWS("D55 X77 N5");

#define LIVING 400
#define DEAD 800
#define ROUNDS 40
#define CALLS 100
#define FACTOR 4

static int *gate;
static pid_t pids[LIVING + DEAD];

static void
stays(void *arg)
{
	(void)arg;
	while (load(gate) == 0)
		sc(SYS_umtx_sleep, gate, 0, 0);
}

static void
dies(void *arg)
{
	(void)arg;
}

/* CALLS waits that find nobody: the least time of all rounds. */
static uint64_t
cost(long whom)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = test_now_ns(), took;

		for (int n = 0; n < CALLS; n++)
			CHECK_EQ(sc(SYS_wait4, whom, NULL, WNOHANG, NULL), 0);
		took = test_now_ns() - start;
		if (took < least)
			least = took;
	}
	return least;
}

static void
compare(const char *what, uint64_t few, uint64_t many)
{
	test_note("%s: %llu ns, with many %llu ns", what,
	    (unsigned long long)few / CALLS, (unsigned long long)many / CALLS);
	CHECK(many < few * FACTOR);
}

int
main(int argc, char **argv)
{
	uint64_t any, one, many;
	pid_t first;

	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	first = test_fork(stays, NULL);
	any = cost(-1);
	one = cost(first);
	for (int i = 0; i < LIVING; i++)
		pids[i] = test_fork(stays, NULL);
	many = cost(-1);
	compare("any of the living", any, many);
	for (int i = 0; i < DEAD; i++)
		pids[LIVING + i] = test_fork(dies, NULL);
	for (int i = 0; i < DEAD; i++)
		CHECK_EQ(sc(SYS_wait6, P_PID, pids[LIVING + i], NULL,
			     WEXITED | WNOWAIT, NULL, NULL),
		    pids[LIVING + i]);
	many = cost(first);
	compare("one of all", one, many);
	for (int i = 0; i < DEAD; i++)
		CHECK_EXIT(pids[LIVING + i], 0);
	store(gate, 1);
	sc(SYS_umtx_wakeup, gate, 0);
	for (int i = 0; i < LIVING; i++)
		CHECK_EXIT(pids[i], 0);
	CHECK_EXIT(first, 0);
	return test_done();
}
