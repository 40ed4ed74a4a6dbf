/*
 * storm_reaper.c -- a process becomes and ceases to be the heir of orphans,
 * again and again, while below it parents die and leave some, and in the end
 * dies in the middle of it: every orphan comes to it or to the next heir
 * above, and is reaped exactly once.
 */
#include "user/tests/test.h"

TEST_ROWS("N4 E54 E55 D28 D63");

#define ORPHANS 2

static char stack[MTHREAD_STACK] __attribute__((aligned(16)));
static int *shared; /* [0] orphans that the lower heir has reaped, [1] begin */

static long
ctl(int cmd)
{
	return sc(SYS_procctl, P_PID, getpid(), cmd, NULL);
}

static void
toggles(void *arg)
{
	(void)arg;
	for (;;) {
		CHECK_EQ(ctl(PROC_REAP_RELEASE), 0);
		test_yield();
		CHECK_EQ(ctl(PROC_REAP_ACQUIRE), 0);
		test_yield();
	}
}

static void
leaves_orphans(int i)
{
	for (int k = 0; k < ORPHANS; k++) {
		long pid = sc(SYS_fork);

		REQUIRE(pid >= 0);
		if (pid == 0) {
			for (int n = (i + k) % 3; n > 0; n--)
				test_yield();
			test_exit(33);
		}
	}
	test_await(&shared[1], 1);
	test_exit(22);
}

/* Waits for the parent; for its orphans only now and then. */
static void
heir(void *arg)
{
	static struct mthread t;
	int i = (int)(intptr_t)arg, status;
	pid_t pid;
	long got;

	CHECK_EQ(ctl(PROC_REAP_ACQUIRE), 0);
	pid = (pid_t)sc(SYS_fork);
	REQUIRE(pid >= 0);
	if (pid == 0)
		leaves_orphans(i);
	/* After the fork, which would have to stop it. */
	REQUIRE(mthread_start_on(&t, stack, toggles, NULL) == 0);
	test_post(&shared[1]);
	if (i % 3 > 0)
		CHECK_EXIT(pid, 22);
	while (i % 3 == 2 &&
	    (got = sc(SYS_wait4, -1, &status, WNOHANG, NULL)) > 0) {
		CHECK_EQ(status, 33 << 8);
		add(&shared[0], 1);
	}
	test_exit(11);
}

static void
one_round(int i)
{
	int status, orphans = 0, heirs = 0, parents = 0;
	long got;

	store(&shared[0], 0);
	store(&shared[1], 0);
	test_fork(heir, (void *)(intptr_t)i);
	while ((got = sc(SYS_wait4, -1, &status, 0, NULL)) > 0) {
		heirs += status == 11 << 8;
		parents += status == 22 << 8;
		orphans += status == 33 << 8;
	}
	CHECK_EQ(got, -ECHILD);
	CHECK_EQ(heirs, 1);
	CHECK_EQ(parents, i % 3 == 0);
	CHECK_EQ(orphans + load(&shared[0]), ORPHANS);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(400, 10000);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE), 0);
	for (int i = 0; i < rounds; i++)
		one_round(i);
	return test_done();
}
