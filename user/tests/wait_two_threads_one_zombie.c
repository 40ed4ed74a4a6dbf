/*
 * wait_two_threads_one_zombie.c -- two threads wait for the same child, for
 * any, for one of a group or for this one: exactly one gets it, with its
 * status, the other is told ECHILD; with several children each goes to one
 * thread only.
 */
#include "user/tests/test.h"

TEST_ROWS("E82 D04 D48 X79 X84");

#define NCHILDREN 3

static char stack[MTHREAD_STACK] __attribute__((aligned(16)));
static int meeting;
static long whom, got[2][NCHILDREN + 1];
static int status[2][NCHILDREN + 1], ngot[2];

static void
waiter(void *arg)
{
	int me = (int)(intptr_t)arg, n = 0;

	test_barrier(&meeting, 2);
	do
		got[me][n] = sc(SYS_wait4, whom, &status[me][n], 0, NULL);
	while (got[me][n] > 0 && ++n < NCHILDREN + 1);
	ngot[me] = n;
}

static void
quick(void *arg)
{
	for (int i = (int)(intptr_t)arg % 4; i > 0; i--)
		test_yield();
	test_exit((int)(intptr_t)arg & 127);
}

static void
sleeps(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(100000);
}

/* A wait for one pid ends when another has taken that child, although the
 * process has a child that lives on. */
static void
one_child(int i)
{
	struct mthread t;
	pid_t other = i % 4 == 1 ? test_fork(sleeps, NULL) : -1;
	pid_t pid = test_fork(quick, (void *)(intptr_t)i);
	int winner;

	whom = i % 2 == 1 ? pid : i % 4 == 0 ? -1 : 0; /* 0: of our group */
	REQUIRE(mthread_start_on(&t, stack, waiter, (void *)1) == 0);
	waiter((void *)0);
	mthread_join(&t);
	CHECK_EQ(ngot[0] + ngot[1], 1);
	winner = ngot[0] == 1 ? 0 : 1;
	CHECK_EQ(got[winner][0], pid);
	CHECK_EQ(status[winner][0], (i & 127) << 8);
	CHECK_EQ(got[!winner][0], -ECHILD);
	CHECK_EQ(got[winner][1], -ECHILD);
	if (other != -1) {
		CHECK_EQ(sc(SYS_kill, other, SIGKILL), 0);
		CHECK_EQ(sc(SYS_wait4, other, NULL, 0, NULL), other);
	}
}

static void
some_children(int i)
{
	pid_t pids[NCHILDREN];
	struct mthread t;

	for (int k = 0; k < NCHILDREN; k++)
		pids[k] = test_fork(quick, (void *)(intptr_t)(i + k));
	whom = -1;
	REQUIRE(mthread_start_on(&t, stack, waiter, (void *)1) == 0);
	waiter((void *)0);
	mthread_join(&t);
	CHECK_EQ(ngot[0] + ngot[1], NCHILDREN);
	for (int k = 0; k < NCHILDREN; k++) {
		int found = 0;

		for (int w = 0; w < 2; w++)
			for (int n = 0; n < ngot[w]; n++)
				if (got[w][n] == pids[k]) {
					found++;
					CHECK_EQ(
					    status[w][n], ((i + k) & 127) << 8);
				}
		CHECK_EQ(found, 1);
	}
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(1000, 10000);
	for (int i = 0; i < rounds; i++)
		one_child(i);
	for (int i = 0; i < rounds / 5; i++)
		some_children(i);
	return test_done();
}
