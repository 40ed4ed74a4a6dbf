/*
 * exec_keeps_signals.c -- a process is killed while one of its threads execs:
 * whatever the moment, the old program or the new one dies of it.
 */
#include "user/tests/test.h"

TEST_ROWS("E13 D17 X15");

#define NTHREADS 3
#define ROUNDS 150

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static const char *self;
static int *ready; /* shared */
static int never;

static void
busy(void *arg)
{
	(void)arg;
	for (;;)
		test_spin();
}

static void
asleep(void *arg)
{
	(void)arg;
	for (;;)
		sc(SYS_umtx_sleep, &never, 0, 0);
}

static void
execs(void *arg)
{
	static struct mthread t[NTHREADS];
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--stay", NULL};

	(void)arg;
	for (int i = 0; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i],
			    i == 0 ? busy : asleep, NULL) == 0);
	store(ready, 1);
	sc(SYS_execve, self, argv, argv + 2);
	test_exit(9);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--stay") == 0)
		for (;;)
			test_sleep_ms(100000);
	test_begin(argc, argv);
	self = argv[0];
	ready = test_shared(TEST_PAGE);
	for (int i = 0; i < ROUNDS * test_scale; i++) {
		int sig = i & 1 ? SIGTERM : SIGKILL;
		pid_t pid;

		store(ready, 0);
		pid = test_fork(execs, NULL);
		while (load(ready) == 0)
			test_yield();
		for (int k = 0; k < i % 16; k++)
			test_yield();
		CHECK_EQ(sc(SYS_kill, pid, sig), 0);
		CHECK_KILLED(pid, sig);
	}
	return test_done();
}
