/*
 * rusage_children.c -- what a child used reaches RUSAGE_CHILDREN at the reap
 * and not before, once, its own reaped children included; wait4() tells the
 * same, wait6() tells self and children apart; orphans do not count.
 */
#include "user/tests/test.h"

TEST_ROWS("E57 N3 D32 D33 D35 X47 X82 X85");

#define BURN_US 100000

static struct rusage *said; /* shared: what child and grandchild had used */

static long
usec(const struct timeval *tv)
{
	return tv->tv_sec * 1000000 + tv->tv_usec;
}

static long
cpu(const struct rusage *ru)
{
	return usec(&ru->ru_utime) + usec(&ru->ru_stime);
}

static void
burn(struct rusage *ru)
{
	do {
		for (volatile int i = 0; i < 20000; i++)
			;
		REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, ru) == 0);
	} while (cpu(ru) < BURN_US);
}

static void
grandchild(void *arg)
{
	(void)arg;
	burn(&said[1]);
}

static void
child(void *arg)
{
	(void)arg;
	CHECK_EXIT(test_fork(grandchild, NULL), 0);
	burn(&said[0]);
}

static void
leaves_orphan(void *arg)
{
	int32_t *pid = arg;

	store(pid, test_fork(grandchild, NULL));
}

int
main(int argc, char **argv)
{
	struct rusage before, now, from_wait;
	struct __wrusage both;
	long used, burnt;
	int32_t *orphan;
	pid_t pid;
	int status;

	test_begin(argc, argv);
	said = test_shared(TEST_PAGE);
	REQUIRE(getrusage(RUSAGE_CHILDREN, &before) == 0);
	CHECK_EQ(cpu(&before), 0);

	pid = test_fork(child, NULL);
	WAIT_UNTIL(test_is_zombie(pid));
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &now), 0);
	CHECK_EQ(cpu(&now), 0);

	/* Looks without reaping: nothing is added. */
	memset(&both, 0xff, sizeof(both));
	CHECK_EQ(
	    sc(SYS_wait6, P_PID, pid, &status, WEXITED | WNOWAIT, &both, NULL),
	    pid);
	CHECK(cpu(&both.wru_self) >= cpu(&said[0]));
	CHECK(cpu(&both.wru_self) < cpu(&said[0]) + BURN_US);
	CHECK(cpu(&both.wru_children) >= cpu(&said[1]));
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &now), 0);
	CHECK_EQ(cpu(&now), 0);

	CHECK_EQ(wait4(pid, &status, 0, &from_wait), pid);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &now), 0);
	burnt = cpu(&said[0]) + cpu(&said[1]);
	used = cpu(&now);
	test_note("burnt %ld us, CHILDREN %ld, wait4 %ld", burnt, used,
	    cpu(&from_wait));
	CHECK(used >= burnt);
	CHECK(used < burnt + burnt / 2);
	CHECK(cpu(&from_wait) >= burnt && cpu(&from_wait) <= used);
	CHECK(now.ru_maxrss >= from_wait.ru_maxrss);

	/* The grandchild that becomes init's is not ours. */
	orphan = (int32_t *)(said + 2);
	CHECK_EXIT(test_fork(leaves_orphan, orphan), 0);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &before), 0);
	WAIT_UNTIL(sc(SYS_kill, load(orphan), 0) == -ESRCH);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &now), 0);
	CHECK_EQ(cpu(&now), cpu(&before));
	CHECK_EQ(getrusage(1, &now), -1);
	CHECK_EQ(errno, EINVAL);
	return test_done();
}
