/*
 * stop_group_forking.c -- a stop for a group whose members all fork as fast as
 * they can: none escapes, the children that are just being born neither; and
 * all go on, and can be killed.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.13 2.16 E10");

#define FOUNDERS 4

static int *founded; /* shared */
static int *stop;    /* shared: the number of the stop; 0: they may run */
static int *escaped; /* shared: how often one went on nevertheless */

/* Whoever sees the stop has been told to stop before, and does not come back
 * from a call until it is over. */
static void
look(void)
{
	int number = load(stop);

	if (number == 0)
		return;
	sc(SYS_getpid);
	if (load(stop) == number)
		add(escaped, 1);
}

/* Each generation is one process, which has a child and ends. */
static void
generations(void)
{
	for (;;) {
		long pid = sc(SYS_fork);

		if (pid > 0)
			test_exit(0);
		look();
		if (pid < 0) /* there are too many, for the moment */
			test_yield();
	}
}

static void
founder(void *arg)
{
	CHECK_EQ(setpgid(0, (pid_t)(intptr_t)arg), 0);
	add(founded, 1);
	generations();
}

/* Is stopped itself, but has no part in the births. */
static void
leader(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	for (int i = 0; i < FOUNDERS; i++)
		test_fork(founder, (void *)(intptr_t)getpid());
	for (;;)
		pause();
}

/* All that live. */
static bool
have_stopped(pid_t pgid)
{
	int n = test_proclist();

	for (int i = 0; i < n; i++) {
		struct proc_row *row = &test_rows_buf[i];

		if (row->pgid == pgid && row->stat != PROC_STAT_ZOMBIE &&
		    (row->stat != PROC_STAT_STOP ||
			row->lwpstat != LWP_STAT_STOP))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	founded = test_shared(TEST_PAGE);
	stop = founded + 1;
	escaped = founded + 2;
	pid = test_fork(leader, NULL);
	WAIT_UNTIL(load(founded) == FOUNDERS);
	for (int i = 1; i <= test_rounds(40, 2000) && load(escaped) == 0; i++) {
		test_sleep_ms(i % 4);
		CHECK_EQ(sc(SYS_kill, -pid, SIGSTOP), 0);
		store(stop, i);
		WAIT_UNTIL(have_stopped(pid) || load(escaped) != 0);
		store(stop, 0);
		CHECK_EQ(sc(SYS_kill, -pid, SIGCONT), 0);
	}
	CHECK_EQ(load(escaped), 0);
	CHECK_EQ(sc(SYS_kill, -pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	/* Init buries the last of them. */
	WAIT_UNTIL(sc(SYS_kill, -pid, 0) == -ESRCH);
	return test_done();
}
