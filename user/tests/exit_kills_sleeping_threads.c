/*
 * exit_kills_sleeping_threads.c -- threads sleep in a pipe's read and write,
 * nanosleep, umtx_sleep, wait4 and wait6, and one exits, execs, faults or the
 * process is killed: all are woken and die, the process is reaped.
 */
#include "user/tests/test.h"

TEST_ROWS("E11 X13 X14 D14");

enum { READ, WRITE, SLEEP, UMTX, WAIT4, WAIT6, KINDS };
#define NTHREADS (2 * KINDS)

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int *started, *word;
static int empty[2], full[2];
static const char *self;

static void
sleep_somewhere(void *arg)
{
	static char buf[4096];
	struct timespec ts = {.tv_sec = 100000};

	add(started, 1);
	for (;;) {
		switch ((int)(intptr_t)arg % KINDS) {
		case READ:
			sc(SYS_read, empty[0], buf, 1);
			break;
		case WRITE:
			sc(SYS_write, full[1], buf, sizeof(buf));
			break;
		case SLEEP:
			sc(SYS_nanosleep, &ts, NULL);
			break;
		case UMTX:
			sc(SYS_umtx_sleep, word, 0, 0);
			break;
		case WAIT4:
			sc(SYS_wait4, -1, NULL, 0, NULL);
			break;
		case WAIT6:
			sc(SYS_wait6, P_ALL, 0, NULL, WEXITED, NULL, NULL);
			break;
		}
	}
}

/* A child for the waits to wait for; it ends with the pipe's last writer. */
static void
grandchild(void *arg)
{
	char c;

	(void)arg;
	sc(SYS_close, empty[1]);
	sc(SYS_close, full[0]);
	sc(SYS_close, full[1]);
	sc(SYS_read, empty[0], &c, 1);
}

/* All of them have gone to sleep, as far as ps can see. */
static bool
all_asleep(pid_t pid)
{
	int n = test_proclist(), asleep = 0;

	for (int i = 0; i < n; i++)
		if (test_rows_buf[i].pid == pid &&
		    test_rows_buf[i].lwpstat == LWP_STAT_SLEEP)
			asleep++;
	return asleep >= NTHREADS;
}

static void
child(void *arg)
{
	static struct mthread t[NTHREADS];
	int how = (int)(intptr_t)arg;
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--exit-9", NULL};

	REQUIRE(pipe(empty) == 0 && pipe(full) == 0);
	test_fork(grandchild, NULL);
	for (int i = 0; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], sleep_somewhere,
			    (void *)(intptr_t)i) == 0);
	while (load(started) < NTHREADS)
		test_yield();
	if (how >= 4)
		WAIT_UNTIL(all_asleep(getpid()));
	switch (how % 4) {
	case 0:
		test_exit(9);
	case 1:
		sc(SYS_execve, self, argv, argv + 2);
		test_exit(10);
	case 2:
		test_poke(8, 1);
		test_exit(11);
	default:
		store(&started[1], 1);
		sleep_somewhere((void *)UMTX);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--exit-9") == 0)
		test_exit(9);
	test_begin(argc, argv);
	self = argv[0];
	started = test_shared(TEST_PAGE);
	word = test_shared(TEST_PAGE);
	for (int i = 0; i < 24 * test_scale; i++) {
		pid_t pid;

		started[0] = started[1] = 0;
		pid = test_fork(child, (void *)(intptr_t)(i % 8));
		switch (i % 4) {
		case 0:
		case 1:
			CHECK_EXIT(pid, 9);
			break;
		case 2:
			CHECK_KILLED(pid, SIGSEGV);
			break;
		default:
			WAIT_UNTIL(load(&started[1]) == 1);
			CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
			CHECK_KILLED(pid, SIGKILL);
		}
	}
	return test_done();
}
