/*
 * zombie_keeps_its_pid.c -- a zombie is listed with its status, kill() of it
 * succeeds and changes nothing, and its number is given to nobody; after the
 * reap it is ESRCH.  With a scale of 100 the numbers wrap around.
 */
#include "user/tests/test.h"

TEST_ROWS("E52 N1 E85 D43 X45");

static void
exits_33(void *arg)
{
	(void)arg;
	test_exit(33);
}

static void
faults(void *arg)
{
	(void)arg;
	test_poke(0, 1);
}

static void
look(pid_t pid, int xstat)
{
	struct proc_row row, *found;

	WAIT_UNTIL(test_is_zombie(pid));
	found = test_ps(pid);
	REQUIRE(found != NULL);
	row = *found;
	CHECK_EQ(row.stat, PROC_STAT_ZOMBIE);
	CHECK_EQ(row.xstat & ~_WCORE, xstat);
	CHECK_EQ(row.ppid, getpid());
	found = test_ps(getpid());
	CHECK(found != NULL && found->pgid == row.pgid);
	CHECK_EQ(sc(SYS_kill, pid, 0), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(sc(SYS_kill, pid, 129), -EINVAL);
	found = test_ps(pid);
	CHECK(found != NULL && (found->xstat & ~_WCORE) == xstat);
}

int
main(int argc, char **argv)
{
	int rounds = 300;
	pid_t zombie, zombie2, zombie3;

	test_begin(argc, argv);
	zombie = test_fork(exits_33, NULL);
	look(zombie, 33 << 8);
	zombie2 = test_fork(faults, NULL);
	look(zombie2, SIGSEGV);
	zombie3 = test_fork(exits_33, NULL);

	if (test_scale >= 100)
		rounds = 110000;
	for (int i = 0; i < rounds; i++) {
		pid_t pid = test_vfork_exit(0);

		CHECK(pid != zombie && pid != zombie2 && pid != zombie3);
		CHECK(pid > 1 && pid <= 99999);
		CHECK_EXIT(pid, 0);
	}
	CHECK_EXIT(zombie, 33);
	CHECK_EQ(sc(SYS_kill, zombie, 0), -ESRCH);
	CHECK_KILLED(zombie2, SIGSEGV);
	CHECK_EQ(sc(SYS_kill, zombie2, SIGKILL), -ESRCH);
	CHECK(test_ps(zombie) == NULL && test_ps(zombie2) == NULL);
	CHECK_EXIT(zombie3, 33);
	return test_done();
}
