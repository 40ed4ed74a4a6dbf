/*
 * wait_pingpong.c -- ten thousand times: fork, exit, wait, the parent sleeping
 * before the child exits or coming after it, from one CPU to the other or on
 * the same.  No wakeup is lost (the watchdog would find it), and none is made
 * good by a look at the clock: a poll once a second would show.
 */
#include "user/tests/test.h"

TEST_ROWS("E66 D05 D08 X51 X63 X96");

#define TOO_LONG_NS 10000000000U

static uint64_t longest;

/* A wait for pid, or for any child, and how long it took. */
static void
timed_wait(pid_t pid, bool any)
{
	uint64_t start = test_now_ns(), took;
	int status = -1;

	CHECK_EQ(sc(SYS_wait4, any ? -1 : pid, &status, 0, NULL), pid);
	CHECK_EQ(status, 0);
	took = test_now_ns() - start;
	if (took > longest)
		longest = took;
}

static void
late(void *arg)
{
	for (int i = (int)(intptr_t)arg; i > 0; i--)
		test_yield();
}

static void
rounds(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = test_fork(late, (void *)(intptr_t)(i % 3));

		if (i % 4 == 3)
			test_yield();
		timed_wait(pid, i % 2 == 0);
	}
}

/* wait6 sleeps on the same things. */
static void
rounds_of_wait6(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = test_fork(late, (void *)(intptr_t)(i % 3));

		CHECK_EQ(sc(SYS_wait6, P_PID, pid, NULL, WEXITED | WNOWAIT,
			     NULL, NULL),
		    pid);
		CHECK_EQ(
		    sc(SYS_wait6, P_ALL, 0, NULL, WEXITED, NULL, NULL), pid);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	rounds(test_rounds(8000, 8000));
	rounds_of_wait6(test_rounds(1000, 1000));
	test_pin(0);
	rounds(test_rounds(1000, 1000));
	test_note(
	    "the longest wait: %llu us", (unsigned long long)longest / 1000);
	CHECK(longest < TOO_LONG_NS);
	return test_done();
}
