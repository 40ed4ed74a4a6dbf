/*
 * rfork_peers.c -- processes of rfork(RFTHREAD) hang on their leader: when it
 * ends they are killed, also those of another user, and those that block all
 * signals or have stopped, and it becomes waitable only after them; a peer that
 * ends alone harms nobody; a plain fork of a peer is no peer.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E19 E20 D18 D19 X21 X33 2.12");

#define MAXPEERS 100

static int32_t *shared; /* [0] peers ready, [1] go, [10...] pids,
			  [200...] heartbeats */

static void
peer_body(int i, int uid)
{
	if (uid != 0)
		CHECK_EQ(sc(SYS_setuid, uid), 0);
	shared[10 + i] = getpid();
	if (i % 4 == 2) {
		sigset_t all;

		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
	}
	add(&shared[0], 1);
	if (i % 4 == 3)
		kill(getpid(), SIGSTOP);
	for (;;) {
		add(&shared[200 + i], 1);
		test_sleep_ms(1);
	}
}

static long
make_peer(int i, int uid)
{
	long pid = sc(SYS_rfork, RFPROC | RFFDG | RFTHREAD);

	REQUIRE(pid >= 0);
	if (pid == 0)
		peer_body(i, uid);
	return pid;
}

static void
leader(void *arg)
{
	int n = (int)(intptr_t)arg;

	for (int i = 0; i < n; i++)
		make_peer(i, i % 3 == 1 ? 4000 : 0);
	WAIT_UNTIL(load(&shared[0]) == n);
	/* It may not kill any of them itself: that is no matter (D18). */
	CHECK_EQ(sc(SYS_setuid, 5000), 0);
	test_exit(70);
}

static void
all_die(int n)
{
	static int32_t beats[MAXPEERS];

	memset(shared, 0, TEST_PAGE);
	CHECK_EXIT(test_fork(leader, (void *)(intptr_t)n), 70);
	memcpy(beats, shared + 200, sizeof(beats));
	/* Dying at least: none of them comes back to user mode. */
	for (int i = 0; i < n; i++) {
		struct proc_row *row = test_ps(shared[10 + i]);

		if (row != NULL && row->stat == PROC_STAT_ZOMBIE)
			CHECK_EQ(row->xstat & ~_WCORE, SIGKILL);
		WAIT_UNTIL(sc(SYS_kill, shared[10 + i], 0) == -ESRCH);
	}
	CHECK(memcmp(beats, shared + 200, sizeof(beats)) == 0);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
waits_for_go(void *arg)
{
	store(&shared[5], getpid());
	WAIT_UNTIL(load(&shared[1]) == 1);
	(void)arg;
	store(&shared[6], 1);
}

/* Peers come and go; the leader lives on and ends normally. */
static void
leader_lives(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		long pid = sc(SYS_rfork, RFPROC | RFFDG | RFTHREAD);

		if (pid == 0)
			test_exit(i);
		REQUIRE(pid > 0);
		CHECK_EXIT((pid_t)pid, i);
	}
	CHECK_EXIT(test_fork(nothing, NULL), 0);
}

/* The peer's ordinary child outlives leader and peer. */
static void
leader_with_grandchild(void *arg)
{
	long pid = sc(SYS_rfork, RFPROC | RFFDG | RFTHREAD);

	(void)arg;
	REQUIRE(pid >= 0);
	if (pid == 0) {
		test_fork(waits_for_go, NULL);
		peer_body(0, 0);
	}
	WAIT_UNTIL(load(&shared[0]) == 1 && load(&shared[5]) != 0);
}

/* A peer that makes peers while the leader dies.  Some of them stay until
 * they are killed: one that joins after the others have been must be, too. */
static void
breeder(void)
{
	for (int i = 0;; i++) {
		long more = sc(SYS_rfork, RFPROC | RFFDG | RFTHREAD);

		if (more == 0 && i < MAXPEERS)
			for (;;)
				test_sleep_ms(1000);
		if (more == 0)
			test_exit(0);
		if (more > 0 && i >= MAXPEERS)
			sc(SYS_wait4, more, NULL, 0, NULL);
		add(&shared[0], 1);
	}
}

static void
leader_of_breeders(void *arg)
{
	for (int i = 0; i < 2; i++) {
		long pid = sc(SYS_rfork, RFPROC | RFFDG | RFTHREAD);

		REQUIRE(pid >= 0);
		if (pid == 0)
			breeder();
	}
	WAIT_UNTIL(load(&shared[0]) > 4 * (int)(intptr_t)arg);
	test_exit(71);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < 5 * test_scale; i++) {
		all_die(1);
		all_die(5);
		CHECK_EXIT(test_fork(leader_lives, NULL), 0);

		memset(shared, 0, TEST_PAGE);
		CHECK_EXIT(test_fork(leader_with_grandchild, NULL), 0);
		CHECK_EQ(sc(SYS_kill, shared[5], 0), 0);
		store(&shared[1], 1);
		WAIT_UNTIL(sc(SYS_kill, shared[5], 0) == -ESRCH);
		CHECK_EQ(shared[6], 1);

		memset(shared, 0, TEST_PAGE);
		CHECK_EXIT(
		    test_fork(leader_of_breeders, (void *)(intptr_t)i), 71);
	}
	all_die(MAXPEERS);
	return test_done();
}
