/*
 * kill_group_forking.c -- one signal to a group whose members all fork as fast
 * as they can: none escapes.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.13 2.15 E10");

#define FOUNDERS 4

static int *shared; /* [0] founders ready */

/* Each generation is one process, which has a child and ends. */
static void
generations(void)
{
	for (;;) {
		long pid = sc(SYS_fork);

		if (pid > 0)
			test_exit(0);
		if (pid < 0) /* there are too many, for the moment */
			test_spin();
	}
}

static void
founder(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, (pid_t)(intptr_t)arg), 0);
	add(&shared[0], 1);
	generations();
}

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

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < test_rounds(20, 1000); i++) {
		pid_t pid;

		store(&shared[0], 0);
		pid = test_fork(leader, NULL);
		WAIT_UNTIL(load(&shared[0]) == FOUNDERS);
		test_sleep_ms(i % 5);
		CHECK_EQ(kill(-pid, i & 1 ? SIGKILL : SIGTERM), 0);
		CHECK_KILLED(pid, i & 1 ? SIGKILL : SIGTERM);
		/* Init buries the last of them. */
		WAIT_UNTIL(sc(SYS_kill, -pid, 0) == -ESRCH);
	}
	return test_done();
}
