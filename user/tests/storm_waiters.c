/*
 * storm_waiters.c -- two, then eight threads wait for the same children in
 * four ways at once, for any or for one pid, at once in earnest or some times
 * with WNOHANG before: each child is got by exactly one of them, with its own
 * status, and then all are told ECHILD.
 */
#include "user/tests/test.h"

TEST_ROWS("E82 D04 D48 X79 X84 X92");

#define MOST 8
#define CHILDREN 3

static char stacks[MOST][MTHREAD_STACK] __attribute__((aligned(16)));
static char child_stacks[CHILDREN][8192] __attribute__((aligned(16)));
static int nwaiters, rounds, start, finish;
static pid_t pids[CHILDREN];
static int got[CHILDREN], statuses[CHILDREN];

/* Was that one of ours?  Then it is noted. */
static void
note(long pid, int status)
{
	for (int k = 0; k < CHILDREN; k++) {
		if (pids[k] != pid)
			continue;
		add(&got[k], 1);
		store(&statuses[k], status);
		return;
	}
	CHECK_EQ(pid, 0);
}

static void
wait_all(int round, int me)
{
	int how = (round + me) % 4, tries = how & 2 ? 4 : 0, status;
	long whom = how & 1 ? pids[(round + me) / 4 % CHILDREN] : -1, pid;

	for (;;) {
		status = -1;
		pid = sc(SYS_wait4, whom, &status, tries > 0 ? WNOHANG : 0,
		    NULL);
		if (pid > 0)
			note(pid, status);
		else if (pid == 0 && tries-- > 0)
			test_yield();
		else
			break;
	}
	CHECK_EQ(pid, -ECHILD);
}

static void
waiter(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < rounds; i++) {
		test_barrier(&start, nwaiters);
		wait_all(i, me);
		test_barrier(&finish, nwaiters);
	}
}

static int
quick(void *arg)
{
	int i = (int)(intptr_t)arg;

	for (int n = i % 5; n > 0; n--)
		test_yield();
	return i & 127;
}

/* Children in our own memory: a copy would have to stop all our threads. */
static pid_t
make(int k, int i)
{
	pid_t pid = rfork_thread(RFPROC | RFMEM,
	    child_stacks[k] + sizeof(child_stacks[k]), quick,
	    (void *)(intptr_t)(i + k));

	REQUIRE(pid > 0);
	return pid;
}

/* The first thread makes the children, and is a waiter too. */
static void
storm(void *arg)
{
	static struct mthread t[MOST];

	nwaiters = (int)(intptr_t)arg;
	for (int w = 1; w < nwaiters; w++)
		REQUIRE(mthread_start_on(&t[w], stacks[w], waiter,
			    (void *)(intptr_t)w) == 0);
	for (int i = 0; i < rounds; i++) {
		memset(got, 0, sizeof(got));
		for (int k = 0; k < CHILDREN; k++)
			pids[k] = make(k, i);
		test_barrier(&start, nwaiters);
		wait_all(i, 0);
		test_barrier(&finish, nwaiters);
		for (int k = 0; k < CHILDREN; k++) {
			CHECK_EQ(got[k], 1);
			CHECK_EQ(statuses[k], ((i + k) & 127) << 8);
			CHECK_EQ(sc(SYS_kill, pids[k], 0), -ESRCH);
		}
	}
	for (int w = 1; w < nwaiters; w++)
		mthread_join(&t[w]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	rounds = test_rounds(200, 10000);
	CHECK_EXIT(test_fork(storm, (void *)2), 0);
	CHECK_EXIT(test_fork(storm, (void *)MOST), 0);
	return test_done();
}
