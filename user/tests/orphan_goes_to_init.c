/*
 * orphan_goes_to_init.c -- when a process dies its children, living and dead,
 * become init's: who has waited for the parent finds the orphans with parent 1
 * at once; adopted zombies and orphans that die later are reaped by init.
 */
#include "user/tests/test.h"

TEST_ROWS("E54 E55 D28 D29 O18 X46");

#define NORPHANS 5

static int32_t *shared; /* [0] go, [1] saw, [10...] pids */

static void
orphan(void *arg)
{
	(void)arg;
	WAIT_UNTIL(load(&shared[0]) == 1);
	CHECK_EQ(getppid(), 1);
	add(&shared[1], 1);
	WAIT_UNTIL(load(&shared[0]) == 2);
}

static void
dies_at_once(void *arg)
{
	(void)arg;
}

/* Leaves orphans, alive and dead; some have another exit signal (it would
 * kill a parent that is there, see rfork_linuxthpn.c). */
static void
parent(void *arg)
{
	(void)arg;
	for (int i = 0; i < NORPHANS; i++)
		shared[10 + i] = test_fork(orphan, NULL);
	for (int i = 0; i < NORPHANS; i++)
		shared[20 + i] = test_fork(dies_at_once, NULL);
	for (int i = 0; i < NORPHANS; i++) {
		long pid = sc(SYS_rfork, RFPROC | RFFDG | RFLINUXTHPN);

		if (pid == 0) {
			WAIT_UNTIL(getppid() == 1);
			test_exit(i & 1);
		}
		REQUIRE(pid > 0);
		shared[30 + i] = (int32_t)pid;
	}
	WAIT_UNTIL(test_is_zombie(shared[20 + NORPHANS - 1]));
}

/* Leaves one zombie, whose own end is over: WNOWAIT has waited for that. */
static void
leaves_zombie(void *arg)
{
	pid_t pid = test_fork(dies_at_once, arg);

	CHECK_EQ(sc(SYS_wait6, P_PID, pid, NULL, WEXITED | WNOWAIT, NULL, NULL),
	    pid);
	store(&shared[0], pid);
}

/* Then nothing but the adoption tells init, which sleeps in its wait. */
static void
only_zombies(void)
{
	CHECK_EXIT(test_fork(leaves_zombie, NULL), 0);
	WAIT_UNTIL(sc(SYS_kill, shared[0], 0) == -ESRCH);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < 20 * test_scale; i++) {
		memset(shared, 0, TEST_PAGE);
		CHECK_EXIT(test_fork(parent, NULL), 0);
		/* The parent is gone: nobody may still have it. */
		for (int j = 0; j < NORPHANS; j++) {
			struct proc_row *row = test_ps(shared[10 + j]);

			CHECK(row != NULL && row->ppid == 1);
		}
		store(&shared[0], 1);
		WAIT_UNTIL(load(&shared[1]) == NORPHANS);
		store(&shared[0], 2);
		for (int j = 0; j < NORPHANS; j++) {
			WAIT_UNTIL(sc(SYS_kill, shared[10 + j], 0) == -ESRCH);
			WAIT_UNTIL(sc(SYS_kill, shared[20 + j], 0) == -ESRCH);
			WAIT_UNTIL(sc(SYS_kill, shared[30 + j], 0) == -ESRCH);
		}
		CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
		only_zombies();
	}
	return test_done();
}
