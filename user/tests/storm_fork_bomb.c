/*
 * storm_fork_bomb.c -- a user without privileges forks in every process as
 * fast as he can, up to his limit; then all are killed or exit, and there is
 * room again.
 */
#include "user/tests/test.h"

TEST_ROWS("E86 E88 2.10 N7");

#define LIMIT 100
#define USER 3000

static int *shared; /* [0] stop, [1] forks that worked, [2] refusals */

static void
bomb(void *arg)
{
	(void)arg;
	while (load(&shared[0]) == 0) {
		long pid = sc(SYS_fork);

		if (pid == 0) {
			add(&shared[1], 1);
			continue;
		}
		if (pid < 0) {
			CHECK(pid == -EAGAIN || pid == -ENOMEM);
			add(&shared[2], 1);
		}
		while (sc(SYS_wait4, -1, NULL, WNOHANG, NULL) > 0)
			;
		test_yield();
	}
	while (sc(SYS_wait4, -1, NULL, 0, NULL) > 0)
		;
	test_exit(0);
}

static int
of_user(bool kill_them)
{
	int n = test_proclist(), count = 0;

	for (int i = 0; i < n; i++) {
		if (test_rows_buf[i].uid != USER)
			continue;
		count++;
		if (kill_them)
			sc(SYS_kill, test_rows_buf[i].pid, SIGKILL);
	}
	return count;
}

static void
start(void *arg)
{
	struct rlimit rl = {.rlim_cur = LIMIT, .rlim_max = LIMIT};

	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NPROC, &rl), 0);
	CHECK_EQ(sc(SYS_setuid, USER), 0);
	bomb(arg);
}

/* All slots are free again, which only a fresh user process can tell. */
static void
room_again(void *arg)
{
	static pid_t pids[LIMIT];
	struct rlimit rl = {.rlim_cur = LIMIT, .rlim_max = LIMIT};
	int n = 0, tries = 0;
	long pid;

	(void)arg;
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NPROC, &rl), 0);
	CHECK_EQ(sc(SYS_setuid, USER), 0);
	while (n < LIMIT && tries < 20) {
		pid = sc(SYS_fork);
		if (pid == 0)
			test_exit(0);
		if (pid > 0)
			pids[n++] = (pid_t)pid;
		else if (n == LIMIT - 1)
			break;
		else
			/* init may still be about to count down. */
			tries++, test_sleep_ms(10);
	}
	CHECK_EQ(n, LIMIT - 1);
	while (n-- > 0)
		CHECK_EXIT(pids[n], 0);
}

int
main(int argc, char **argv)
{
	int rounds;
	pid_t pid;

	test_begin(argc, argv);
	rounds = test_rounds(2, 20);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < rounds; i++) {
		shared[0] = shared[1] = shared[2] = 0;
		pid = test_fork(start, NULL);
		WAIT_UNTIL(load(&shared[2]) > 0);
		WAIT_UNTIL(load(&shared[1]) >= LIMIT - 1);
		if (i & 1) {
			/* Stops by itself. */
			store(&shared[0], 1);
			CHECK_EXIT(pid, 0);
		} else {
			CHECK(of_user(false) >= 1);
			store(&shared[0], 1);
			WAIT_UNTIL(of_user(true) <= 1);
			CHECK(test_wait(pid) >= 0);
		}
		WAIT_UNTIL(of_user(false) == 0);
		CHECK_EXIT(test_fork(room_again, NULL), 0);
	}
	return test_done();
}
