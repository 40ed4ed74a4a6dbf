/*
 * nproc_limit.c -- RLIMIT_NPROC counts the processes of a user, zombies
 * included, until they are reaped; a reap makes room for one more.  root is
 * not bound.  setuid moves the count from one user to the other.
 */
#include "user/tests/test.h"

TEST_ROWS("E86 D49 D50 X86 2.33");

#define LIMIT 5
#define USER 2000

static int *gate;

static void
set_limit(int n)
{
	struct rlimit rl = {.rlim_cur = n, .rlim_max = n};

	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NPROC, &rl), 0);
}

static void
waits(void *arg)
{
	(void)arg;
	while (load(gate) == 0)
		test_sleep_ms(1);
}

/* Processes of this user: self and four more. */
static void
user(void *arg)
{
	pid_t pids[LIMIT];
	int n = 1;

	(void)arg;
	set_limit(LIMIT);
	CHECK_EQ(sc(SYS_setuid, USER), 0);
	for (; n < LIMIT; n++)
		pids[n] = test_fork(waits, NULL);
	CHECK_EQ(sc(SYS_fork), -EAGAIN);
	CHECK_EQ(sc(SYS_rfork, RFPROC | RFFDG), -EAGAIN);
	/* Dead, not reaped: no room yet. */
	store(gate, 1);
	for (n = 1; n < LIMIT; n++)
		WAIT_UNTIL(test_is_zombie(pids[n]));
	CHECK_EQ(sc(SYS_fork), -EAGAIN);
	CHECK_EXIT(pids[2], 0);
	pids[2] = test_fork(waits, NULL);
	CHECK_EQ(sc(SYS_fork), -EAGAIN);
	for (n = 1; n < LIMIT; n++)
		CHECK_EXIT(pids[n], 0);
	CHECK_EXIT(test_fork(waits, NULL), 0);
}

/* The count leaves root and comes to the user with setuid. */
static void
moves(void *arg)
{
	pid_t pid;

	(void)arg;
	set_limit(1);
	/* root may. */
	CHECK_EXIT(test_fork(waits, NULL), 0);
	CHECK_EQ(sc(SYS_setuid, USER), 0);
	pid = (pid_t)sc(SYS_fork);
	if (pid == 0)
		test_exit(0);
	CHECK_EQ(pid, -EAGAIN);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	for (int i = 0; i < 2 * test_scale; i++) {
		store(gate, 0);
		CHECK_EXIT(test_fork(user, NULL), 0);
		store(gate, 1);
		CHECK_EXIT(test_fork(moves, NULL), 0);
	}
	return test_done();
}
