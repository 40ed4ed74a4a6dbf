/*
 * storm_kill_exiting.c -- several processes send SIGKILL to one that is just
 * exiting: its status is its own or SIGKILL, nothing in between; kill() says
 * 0 until it has been reaped.
 */
#include "user/tests/test.h"

TEST_ROWS("E29 E71 D15 D44 N1");

#define KILLERS 3

static int *shared; /* [0] target, [1] stop, [2] child is up */

static void
killer(void *arg)
{
	(void)arg;
	while (load(&shared[1]) == 0) {
		pid_t pid = load(&shared[0]);

		if (pid > 0) {
			long error = sc(SYS_kill, pid, SIGKILL);

			CHECK(error == 0 || error == -ESRCH);
			test_yield();
		} else {
			sc(SYS_umtx_sleep, &shared[0], 0, 0);
		}
	}
}

static void
idles(void *arg)
{
	(void)arg;
	for (;;)
		test_yield();
}

static void
exiting(void *arg)
{
	struct mthread t[2];

	if (arg != NULL)
		for (int i = 0; i < 2; i++)
			mthread_start(&t[i], idles, NULL);
	store(&shared[2], 1);
	test_exit(77);
}

int
main(int argc, char **argv)
{
	int exited = 0, killed = 0, rounds;
	pid_t killers[KILLERS];

	test_begin(argc, argv);
	rounds = test_rounds(500, 2000);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < KILLERS; i++)
		killers[i] = test_fork(killer, NULL);
	for (int i = 0; i < rounds; i++) {
		pid_t pid;
		long status;

		store(&shared[2], 0);
		pid = test_fork(exiting, i & 1 ? shared : NULL);
		while (load(&shared[2]) == 0 && i % 4 < 2)
			test_yield();
		store(&shared[0], pid);
		sc(SYS_umtx_wakeup, &shared[0], 0);
		CHECK_EQ(sc(SYS_kill, pid, 0), 0);
		/* The number must not be another's while they still aim. */
		test_await_zombie(pid);
		CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		store(&shared[0], 0);
		status = test_wait(pid);
		CHECK(status == 77 << 8 || status == SIGKILL);
		if (status == SIGKILL)
			killed++;
		else
			exited++;
	}
	store(&shared[1], 1);
	store(&shared[0], -1);
	sc(SYS_umtx_wakeup, &shared[0], 0);
	for (int i = 0; i < KILLERS; i++)
		CHECK_EXIT(killers[i], 0);
	test_note("%d exited, %d were killed", exited, killed);
	return test_done();
}
