/*
 * zombie_keeps_its_pid.c -- a zombie is listed with its status, kill() of it
 * succeeds and changes nothing, and its number is given to nobody; after the
 * reap it is ESRCH.  Nor is the number of a group or a session that has lost
 * its leader.  With a scale of 100 they wrap around; tests/pids.t does so
 * with few numbers.
 */
#include "user/tests/test.h"

TEST_ROWS("E52 N1 E85 D43 X45");

static int *gate; /* shared: [1] and [2]: somebody stays */

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
	CHECK_EQ(sc(SYS_getpgid, pid), row.pgid);
	CHECK_EQ(sc(SYS_getsid, pid), row.sid);
	found = test_ps(pid);
	CHECK(found != NULL && (found->xstat & ~_WCORE) == xstat);
}

static void
leads(void *arg)
{
	if (arg != NULL)
		CHECK_EQ(sc(SYS_setsid), getpid());
	else
		CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	test_exit(33);
}

/* A group's last member keeps it, and its session, until it is reaped. */
static void
group_until_reap(void *session)
{
	pid_t pid = test_fork(leads, session);

	WAIT_UNTIL(test_is_zombie(pid));
	CHECK_EQ(sc(SYS_getpgid, pid), pid);
	CHECK_EQ(
	    sc(SYS_getsid, pid), session != NULL ? pid : sc(SYS_getsid, 0));
	CHECK_EQ(sc(SYS_kill, -pid, 0), 0);
	CHECK_EQ(sc(SYS_wait4, -pid, NULL, 0, NULL), pid);
	CHECK_EQ(sc(SYS_kill, -pid, 0), -ESRCH);
	CHECK_EQ(sc(SYS_getpgid, pid), -ESRCH);
	CHECK_EQ(sc(SYS_getsid, pid), -ESRCH);
}

/* Stays in the group of a leader that has gone. */
static void
stays_in_group(void *arg)
{
	(void)arg;
	store(&gate[1], 1);
	while (load(&gate[0]) == 0)
		test_sleep_ms(1);
}

static void
leads_group(void *arg)
{
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	test_fork(stays_in_group, arg);
	WAIT_UNTIL(load(&gate[1]) == 1);
}

/* Stays in the session of such a leader, but in a group of its own. */
static void
stays_in_session(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	store(&gate[2], 1);
	while (load(&gate[0]) == 0)
		test_sleep_ms(1);
}

static void
leads_session(void *arg)
{
	CHECK_EQ(sc(SYS_setsid), getpid());
	test_fork(stays_in_session, arg);
	WAIT_UNTIL(load(&gate[2]) == 1);
}

int
main(int argc, char **argv)
{
	int rounds = 300;
	pid_t zombie, zombie2, zombie3, group, session;

	test_begin(argc, argv);
	zombie = test_fork(exits_33, NULL);
	look(zombie, 33 << 8);
	zombie2 = test_fork(faults, NULL);
	look(zombie2, SIGSEGV);
	zombie3 = test_fork(exits_33, NULL);
	group_until_reap(NULL);
	group_until_reap(&rounds);
	gate = test_shared(TEST_PAGE);
	group = test_fork(leads_group, NULL);
	CHECK_EXIT(group, 0);
	session = test_fork(leads_session, NULL);
	CHECK_EXIT(session, 0);
	CHECK_EQ(sc(SYS_kill, group, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, -group, 0), 0);
	CHECK_EQ(sc(SYS_kill, -session, 0), -ESRCH);

	if (test_scale >= 100)
		rounds = 110000;
	for (int i = 0; i < rounds; i++) {
		pid_t pid = test_vfork_exit(0);

		CHECK(pid != zombie && pid != zombie2 && pid != zombie3);
		CHECK(pid != group && pid != session);
		CHECK(pid > 1 && pid <= 99999);
		CHECK_EXIT(pid, 0);
	}
	store(&gate[0], 1);
	WAIT_UNTIL(sc(SYS_kill, -group, 0) == -ESRCH);
	CHECK_EXIT(zombie, 33);
	CHECK_EQ(sc(SYS_kill, zombie, 0), -ESRCH);
	CHECK_KILLED(zombie2, SIGSEGV);
	CHECK_EQ(sc(SYS_kill, zombie2, SIGKILL), -ESRCH);
	CHECK(test_ps(zombie) == NULL && test_ps(zombie2) == NULL);
	CHECK_EXIT(zombie3, 33);
	return test_done();
}
