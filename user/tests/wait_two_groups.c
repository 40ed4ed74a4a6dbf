/*
 * wait_two_groups.c -- children in two groups: a wait by 0, by -pgid, by pid
 * and for any finds those it names and no others, the newest death first.
 */
#include "user/tests/test.h"

TEST_ROWS("E80 X75 X77");

#define N 4

static int *gates; /* shared: [i] child i may go */

static void
child(void *arg)
{
	int i = (int)(intptr_t)arg;

	WAIT_UNTIL(load(&gates[i]) == 1);
	test_exit(i);
}

/* N children; the odd ones in a group that the first odd one leads. */
static void
make(pid_t *pids)
{
	memset(gates, 0, TEST_PAGE);
	for (int i = 0; i < N; i++) {
		pids[i] = test_fork(child, (void *)(intptr_t)i);
		if (i & 1)
			CHECK_EQ(sc(SYS_setpgid, pids[i], pids[1]), 0);
	}
}

/* Lets child i go and end altogether. */
static void
end(pid_t *pids, int i)
{
	store(&gates[i], 1);
	CHECK_EQ(
	    sc(SYS_wait6, P_PID, pids[i], NULL, WEXITED | WNOWAIT, NULL, NULL),
	    pids[i]);
}

static long
poll_for(long whom)
{
	return sc(SYS_wait4, whom, NULL, WNOHANG, NULL);
}

static void
by_group(long mine, bool by_number)
{
	pid_t pids[N];

	make(pids);
	mine = by_number ? -mine : 0;
	/* The other group's dead are not ours, and ours not theirs. */
	end(pids, 1);
	CHECK_EQ(poll_for(mine), 0);
	end(pids, 0);
	CHECK_EQ(poll_for(mine), pids[0]);
	CHECK_EQ(poll_for(-pids[1]), pids[1]);
	end(pids, 2);
	CHECK_EQ(poll_for(-pids[1]), 0);
	end(pids, 3);
	CHECK_EQ(poll_for(-pids[1]), pids[3]);
	CHECK_EQ(poll_for(-pids[1]), -ECHILD);
	CHECK_EQ(poll_for(mine), pids[2]);
	CHECK_EQ(poll_for(mine), -ECHILD);
	CHECK_EQ(poll_for(-1), -ECHILD);
}

static void
newest_first(void)
{
	static const int order[N] = {2, 0, 3, 1};
	pid_t pids[N];

	make(pids);
	for (int k = 0; k < N; k++)
		end(pids, order[k]);
	for (int k = N - 1; k >= 0; k--)
		CHECK_EQ(poll_for(-1), pids[order[k]]);
	CHECK_EQ(poll_for(-1), -ECHILD);
}

/* In a group of its own, whose number is not 1: -1 would mean any. */
static void
all(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	for (int i = 0; i < 10 * test_scale; i++) {
		by_group(getpid(), false);
		by_group(getpid(), true);
		newest_first();
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	gates = test_shared(TEST_PAGE);
	CHECK_EXIT(test_fork(all, NULL), 0);
	return test_done();
}
