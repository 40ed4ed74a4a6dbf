/*
 * storm_chain.c -- a chain of processes, each the parent of the next (at full
 * length ten thousand), dies from the bottom, each reaped by its parent; from
 * the top, each orphaning the next; and in random order.  Some of them are
 * heirs of orphans.  Once all are but the last, which outlives the others: the
 * records of heirs that it holds together go all at once.
 */
#include "user/tests/test.h"

TEST_ROWS("E54 E55 N4 D28 D30 D63 X46 X97 1.13");

#define MOST 10000

static int depth;
static bool all_heirs, last_stays;
static pid_t top;  /* who begins the chain */
static int *gates; /* shared: [i] process i may go; behind: the counts */
static int *built, *early;

/* The one that outlives the others; it is no heir itself. */
static bool
is_last(int i)
{
	return last_stays && i == depth - 1;
}

/* What process i does when it is told to: reaps its child if that is dead
 * already, and exits. */
static void
leave(int i, pid_t child, bool reap)
{
	test_await(&gates[i], 1);
	if (is_last(i))
		WAIT_UNTIL(getppid() == top);
	if (is_last(i + 1))
		child = 0;
	if (reap && child > 0)
		CHECK_EXIT(child, 4);
	else if (child > 0 && sc(SYS_wait4, child, NULL, WNOHANG, NULL) > 0)
		add(early, 1);
	/* From the bottom: now it is the parent's turn. */
	if (i > 0 && reap)
		test_post(&gates[i - 1]);
	test_exit(4);
}

/* Process i of the chain makes the next one, or is the last; never returns.
 * A loop, not a recursion: nobody's stack is deep. */
static void
chain(bool reap)
{
	for (int i = 0;; i++) {
		long child = 0;

		if (all_heirs ? !is_last(i) : i % 100 == 50)
			CHECK_EQ(sc(SYS_procctl, P_PID, getpid(),
				     PROC_REAP_ACQUIRE, NULL),
			    0);
		if (i < depth - 1) {
			child = sc(SYS_fork);
			REQUIRE(child >= 0);
			if (child == 0)
				continue;
		}
		test_post(built);
		leave(i, (pid_t)child, reap);
	}
}

static void
from_bottom(void)
{
	test_post(&gates[depth - 1]);
}

/* The last goes when the others are gone. */
static void
around_last(void)
{
	test_post(&gates[depth - 2]);
	test_post(&gates[depth - 1]);
}

static void
from_top(void)
{
	for (int i = 0; i < depth; i++)
		test_post(&gates[i]);
}

static void
at_random(void)
{
	static int order[MOST];
	unsigned seed = 12345;

	for (int i = 0; i < depth; i++) {
		int k;

		seed = seed * 1103515245 + 12345;
		k = (int)(seed >> 8) % (i + 1);
		order[i] = order[k];
		order[k] = i;
	}
	for (int i = 0; i < depth; i++)
		test_post(&gates[order[i]]);
}

/* All that is left comes to us in the end: nobody is lost on the way. */
static void
one_chain(void (*die)(void), bool reap)
{
	int status, n = 0;
	long pid, got;

	memset(gates, 0, (size_t)depth * sizeof(*gates));
	store(built, 0);
	store(early, 0);
	pid = sc(SYS_fork);
	REQUIRE(pid >= 0);
	if (pid == 0)
		chain(reap);
	test_await(built, depth);
	die();
	while ((got = sc(SYS_wait4, -1, &status, 0, NULL)) > 0) {
		CHECK_EQ(status, 4 << 8);
		n++;
	}
	CHECK_EQ(got, -ECHILD);
	if (reap)
		CHECK_EQ(n, last_stays ? 2 : 1);
	else
		CHECK_EQ(n + load(early), depth);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	top = getpid();
	depth = test_rounds(250, MOST);
	gates = test_shared((MOST + 2) * sizeof(*gates));
	built = &gates[MOST];
	early = &gates[MOST + 1];
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	one_chain(from_bottom, true);
	one_chain(from_top, false);
	one_chain(at_random, false);
	all_heirs = true;
	one_chain(from_top, false);
	last_stays = true;
	one_chain(around_last, true);
	return test_done();
}
