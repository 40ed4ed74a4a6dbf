/*
 * storm_ps.c -- processes and threads come and go on all CPUs, and then the
 * other storms blow at once (half of them, at full length all), while two
 * processes list them, and read the traces of the dead, without a pause.
 */
#include "user/tests/test.h"

TEST_ROWS("E53 E71 D06 D07 2.46");

#define WORKERS 4

static int *stop;

static void
lister(void *arg)
{
	static struct exit_event events[256];
	static struct census_row rows[256];

	(void)arg;
	while (load(stop) == 0) {
		CHECK(test_proclist() > 0);
		CHECK(sc(SYS_exittrace, -1, events, COUNT(events)) >= 0);
		CHECK(sc(SYS_census, rows, COUNT(rows)) > 0);
		test_yield();
	}
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
threaded(void *arg)
{
	struct mthread t[3];

	(void)arg;
	for (int i = 0; i < 3; i++)
		mthread_start(&t[i], nothing, NULL);
	mthread_join(&t[0]);
	test_exit(1);
}

static void
worker(void *arg)
{
	(void)arg;
	for (int i = 0; i < test_rounds(300, 2500); i++)
		if (i & 1)
			CHECK_EXIT(test_fork(threaded, NULL), 1);
		else
			CHECK_EXIT(test_fork(nothing, NULL), 0);
}

/* The other storms, but for those of memory and size. */
static const char *const storms[] = {
    "exec_against_exit",
    "exit_many_threads_one_status",
    "extexit_all_threads_at_once",
    "lwp_create_against_exit",
    "rfork_peers",
    "storm_chain",
    "storm_fork_exit_wait",
    "storm_kill_exiting",
    "storm_orphan_against_wait",
    "storm_proc",
    "storm_ptrace",
    "storm_reaper",
    "storm_reparent",
    "storm_rfork_orders",
    "storm_threads",
    "storm_vfork_killed",
    "storm_waiters",
    "wait_two_threads_one_zombie",
};

static void
blow(void *arg)
{
	const char *const *name = arg;
	char path[64], brief[] = "brief";
	char *argv[] = {path, brief, NULL};

	snprintf(path, sizeof(path), "/tests/%s", *name);
	/* At full length each goes on as long as it does alone. */
	if (test_full)
		strcpy(brief, "1");
	CHECK_EQ(sc(SYS_execve, path, argv, argv + 2), 0);
	test_exit(1);
}

static void
all_at_once(void)
{
	pid_t pids[COUNT(storms)];
	size_t step = test_full ? 1 : test_brief ? 4 : 2;

	for (size_t i = 0; i < COUNT(storms); i += step)
		pids[i] = test_fork(blow, (void *)(uintptr_t)&storms[i]);
	for (size_t i = 0; i < COUNT(storms); i += step)
		if (test_wait(pids[i]) != 0)
			test_fail(__FILE__, __LINE__, storms[i]);
}

int
main(int argc, char **argv)
{
	pid_t pids[WORKERS], listers[2];

	test_begin(argc, argv);
	stop = test_shared(TEST_PAGE);
	for (int i = 0; i < 2; i++)
		listers[i] = test_fork(lister, NULL);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(worker, NULL);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(pids[i], 0);
	all_at_once();
	store(stop, 1);
	for (int i = 0; i < 2; i++)
		CHECK_EXIT(listers[i], 0);
	return test_done();
}
