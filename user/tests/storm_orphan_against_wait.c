/*
 * storm_orphan_against_wait.c -- a process dies while its child dies, and the
 * grandparent waits for both: once it has the dead parent's status, the orphan
 * is its own (when it is a reaper) or init's, and is reaped exactly once.
 */
#include "user/tests/test.h"

TEST_ROWS("E54 E55 N4 O18 D28 X46");

#define WORKERS 4

static int *shared; /* [worker * 16]: the grandchild's pid */

static void
delay(unsigned n)
{
	for (; n > 0; n--)
		test_yield();
}

static void
parent(int i, int *slot)
{
	long pid = sc(SYS_fork);

	REQUIRE(pid >= 0);
	if (pid == 0) {
		delay((unsigned)i / 3 % 4);
		test_exit(22);
	}
	store(slot, (int)pid);
	delay((unsigned)i % 3);
	test_exit(11);
}

/* Gets both, whoever comes first, by waits for any. */
static void
wait_any(pid_t pid, pid_t *orphan)
{
	int status;
	long got;

	for (int n = 0; n < 2; n++) {
		status = -1;
		got = sc(SYS_wait4, -1, &status, 0, NULL);
		REQUIRE(got > 0);
		CHECK_EQ(status, got == pid ? 11 << 8 : 22 << 8);
		if (got != pid)
			*orphan = (pid_t)got;
	}
}

static void
one_round(int i, int *slot, bool reaper)
{
	pid_t pid, orphan = 0;

	store(slot, 0);
	pid = (pid_t)sc(SYS_fork);
	REQUIRE(pid >= 0);
	if (pid == 0)
		parent(i, slot);
	if (!reaper) {
		CHECK_EXIT(pid, 11);
	} else if (i % 4 == 0) {
		wait_any(pid, &orphan);
		CHECK_EQ(orphan, load(slot));
	} else {
		CHECK_EXIT(pid, 11);
		/* By any or by its number: it is here already. */
		CHECK_EQ(sc(SYS_wait4, i % 4 == 1 ? -1 : load(slot), NULL, 0,
			     NULL),
		    load(slot));
	}
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), -ECHILD);
}

static void
worker(void *arg)
{
	int me = (int)(intptr_t)arg, rounds = test_rounds(400, 10000) / WORKERS;

	if (me & 1)
		CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE,
			     NULL),
		    0);
	for (int i = 0; i < rounds; i++)
		one_round(i, &shared[me * 16], me & 1);
}

int
main(int argc, char **argv)
{
	pid_t pids[WORKERS];

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(worker, (void *)(intptr_t)i);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(pids[i], 0);
	return test_done();
}
