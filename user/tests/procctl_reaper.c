/*
 * procctl_reaper.c -- a process that has made itself a reaper gets the orphans
 * below it instead of init; twice is EALREADY, giving back what one has not
 * ENOTCONN; when a reaper dies the next one above takes over.  Generations of
 * reapers, each the child of one that ends, leave nothing behind.
 */
#include "user/lib/census.h"
#include "user/tests/test.h"

#define GENERATIONS 100

TEST_ROWS("N4");

static int32_t *shared; /* [0] go, [1] parent seen, [2] orphan's pid */

static long
ctl(int cmd, void *data)
{
	return sc(SYS_procctl, P_PID, getpid(), cmd, data);
}

static struct reaper_status
status(void)
{
	union reaper_info info;

	memset(&info, 0, sizeof(info));
	CHECK_EQ(ctl(PROC_REAP_STATUS, &info), 0);
	return info.status;
}

static void
errors(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_RELEASE, NULL), -ENOTCONN);
	CHECK_EQ(status().flags & REAPER_STAT_OWNED, 0);
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), -EALREADY);
	CHECK_EQ(status().flags, REAPER_STAT_OWNED);
	CHECK(status().refs >= 1);
	CHECK_EQ(status().pid_head, -1);
	CHECK_EQ(ctl(PROC_REAP_STATUS, (void *)8), -EFAULT);
	CHECK_EQ(ctl(PROC_REAP_RELEASE, NULL), 0);
	CHECK_EQ(ctl(PROC_REAP_RELEASE, NULL), -ENOTCONN);
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	CHECK_EQ(ctl(99, NULL), -EINVAL);
	CHECK_EQ(
	    sc(SYS_procctl, P_ALL, getpid(), PROC_REAP_ACQUIRE, NULL), -EINVAL);
	CHECK(sc(SYS_procctl, P_PID, 1, PROC_REAP_ACQUIRE, NULL) < 0);
}

static void
orphan(void *arg)
{
	(void)arg;
	store(&shared[2], getpid());
	WAIT_UNTIL(load(&shared[0]) == 1);
	store(&shared[1], getppid());
	WAIT_UNTIL(load(&shared[0]) == 2);
	store(&shared[3], getppid());
	test_exit(44);
}

static void
leaves_orphan(void *arg)
{
	(void)arg;
	test_fork(orphan, NULL);
	WAIT_UNTIL(load(&shared[2]) != 0);
}

/* The orphan comes to the caller, which reaps it. */
static void
adopt(void)
{
	memset(shared, 0, TEST_PAGE);
	CHECK_EXIT(test_fork(leaves_orphan, NULL), 0);
	CHECK_EQ(status().pid_head, load(&shared[2]));
	store(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) != 0);
	CHECK_EQ(shared[1], getpid());
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), 0);
	store(&shared[0], 2);
	CHECK_EXIT(shared[2], 44);
}

static void
reaper(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	adopt();
	adopt();
}

/* The inner reaper dies: its orphan goes on to the outer one. */
static void
inner_dies(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	CHECK_EXIT(test_fork(leaves_orphan, NULL), 0);
	store(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) != 0);
	CHECK_EQ(shared[1], getpid());
}

static void
outer(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	memset(shared, 0, TEST_PAGE);
	CHECK_EXIT(test_fork(inner_dies, NULL), 0);
	store(&shared[0], 2);
	CHECK_EXIT(shared[2], 44);
	CHECK_EQ(shared[3], getpid());
	/* An inner one that lives keeps them. */
	CHECK_EXIT(test_fork(reaper, NULL), 0);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), -ECHILD);
}

static void
released(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	CHECK_EQ(ctl(PROC_REAP_RELEASE, NULL), 0);
	memset(shared, 0, TEST_PAGE);
	CHECK_EXIT(test_fork(leaves_orphan, NULL), 0);
	store(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) != 0);
	CHECK_EQ(shared[1], 1);
	store(&shared[0], 2);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	WAIT_UNTIL(sc(SYS_kill, shared[2], 0) == -ESRCH);
}

/* A reaper that is a zombie, or gone, is no reaper. */
static void
dead_reaper(void *arg)
{
	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	leaves_orphan(NULL);
}

static long
records(void)
{
	struct census_list list = {0, NULL};
	long n;

	CHECK_EQ(census_read(&list), 0);
	n = census_count(&list, "mem:reaper");
	census_free(&list);
	return n;
}

/* The caller becomes a reaper, then its maker ends, then it makes the next of
 * n; what is left behind them are three records: the outermost, the last
 * one's, and its maker's, which goes when the last one ends. */
static void
generation(int n)
{
	pid_t maker = 0;

	for (int i = 1; i <= n; i++) {
		CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
		store(&shared[4], i);
		WAIT_UNTIL(maker == 0 || sc(SYS_kill, maker, 0) == -ESRCH);
		maker = getpid();
		if (sc(SYS_rfork, RFPROC | RFFDG | RFNOWAIT) != 0) {
			WAIT_UNTIL(load(&shared[4]) > i);
			if (i % 2 == 0)
				ctl(PROC_REAP_RELEASE, NULL);
			test_exit(0);
		}
	}
	CHECK_EQ(records(), 3);
	store(&shared[4], n + 1);
	test_exit(0);
}

static void
generations(void *arg)
{
	int n = GENERATIONS * test_scale;

	(void)arg;
	CHECK_EQ(ctl(PROC_REAP_ACQUIRE, NULL), 0);
	memset(shared, 0, TEST_PAGE);
	if (sc(SYS_rfork, RFPROC | RFFDG | RFNOWAIT) == 0)
		generation(n);
	WAIT_UNTIL(load(&shared[4]) > n);
	WAIT_UNTIL(records() == 1);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	CHECK_EXIT(test_fork(errors, NULL), 0);
	CHECK_EXIT(test_fork(generations, NULL), 0);
	for (int i = 0; i < 10 * test_scale; i++) {
		CHECK_EXIT(test_fork(reaper, NULL), 0);
		CHECK_EXIT(test_fork(outer, NULL), 0);
		CHECK_EXIT(test_fork(released, NULL), 0);

		memset(shared, 0, TEST_PAGE);
		CHECK_EXIT(test_fork(dead_reaper, NULL), 0);
		store(&shared[0], 1);
		WAIT_UNTIL(load(&shared[1]) != 0);
		CHECK_EQ(shared[1], 1);
		store(&shared[0], 2);
		WAIT_UNTIL(sc(SYS_kill, shared[2], 0) == -ESRCH);
	}
	return test_done();
}
