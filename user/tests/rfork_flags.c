/*
 * rfork_flags.c -- which flags go together: copying and emptying the
 * descriptors at once, unknown and kernel-only flags are EINVAL; without
 * RFPROC a process with threads may not change itself; what each combination
 * shares, the actions for signals among it.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E34 E87 D60 2.15");

static int value = 1; /* shared or copied */
static char stack[32768] __attribute__((aligned(16)));

static void
bad_flags(void)
{
	static const unsigned bad[] = {RFFDG | RFCFDG, RFPROC | RFFDG | RFCFDG,
	    0x40000000, 0x80000000, RFPROC | 0x40000000, RFPROC | 0x80000000,
	    RFPROC | 0x1, RFPROC | 0x100000, 0xffffffff};

	for (size_t i = 0; i < COUNT(bad); i++) {
		long pid = sc(SYS_rfork, bad[i]);

		if (pid == 0)
			test_exit(0);
		if (pid != -EINVAL)
			test_note("rfork(%#x)", bad[i]);
		CHECK_EQ(pid, -EINVAL);
		if (pid > 0)
			test_wait((pid_t)pid);
	}
}

/* Without RFMEM: a copy of the memory, whatever else is shared. */
static void
copies(void)
{
	static const int flags[] = {0, RFFDG, RFCFDG, RFSIGSHARE, RFTHREAD,
	    RFSIGSHARE | RFTHREAD, RFFDG | RFSIGSHARE | RFTHREAD};

	for (size_t i = 0; i < COUNT(flags); i++) {
		long pid = sc(SYS_rfork, RFPROC | flags[i]);

		if (pid == 0) {
			value = 2;
			test_exit(12);
		}
		REQUIRE(pid > 0);
		CHECK_EXIT((pid_t)pid, 12);
		CHECK_EQ(value, 1);
	}
}

static int
changes(void *arg)
{
	(void)arg;
	value++;
	return 13;
}

static void
shares(void)
{
	static const int flags[] = {0, RFFDG, RFCFDG, RFSIGSHARE, RFTHREAD,
	    RFSIGSHARE | RFTHREAD, RFFDG | RFSIGSHARE | RFTHREAD};

	for (size_t i = 0; i < COUNT(flags); i++) {
		pid_t pid = rfork_thread(RFPROC | RFMEM | flags[i],
		    stack + sizeof(stack), changes, NULL);

		REQUIRE(pid > 0);
		CHECK_EXIT(pid, 13);
		CHECK_EQ(value, (int)i + 2);
	}
	value = 1;
}

static int *caught, *set; /* shared */

static void
on_urg(int sig)
{
	(void)sig;
	add(caught, 1);
}

/* What is ignored by default reaches a process that has not set the handler
 * itself. */
static void
shares_actions(void *arg)
{
	int child_sets = arg != NULL;
	long pid;

	store(caught, 0);
	store(set, 0);
	pid = sc(SYS_rfork, RFPROC | RFFDG | RFSIGSHARE);
	REQUIRE(pid >= 0);
	if ((pid == 0) == child_sets) {
		signal(SIGURG, on_urg);
		test_post(set);
	} else {
		test_await(set, 1);
		CHECK_EQ(kill(getpid(), SIGURG), 0);
		CHECK(load(caught) >= 1); /* testrun -s sends it, too */
	}
	if (pid == 0)
		test_exit(14);
	CHECK_EXIT((pid_t)pid, 14);
}

static void
waits(void *arg)
{
	int *stop = arg;

	while (load(stop) == 0)
		test_yield();
}

static void
self_with_threads(void *arg)
{
	static int stop;
	struct mthread t;

	(void)arg;
	mthread_start(&t, waits, &stop);
	CHECK_EQ(sc(SYS_rfork, RFFDG), -EINVAL);
	CHECK_EQ(sc(SYS_rfork, RFCFDG), -EINVAL);
	store(&stop, 1);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_rfork, RFFDG), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	bad_flags();
	copies();
	shares();
	caught = test_shared(TEST_PAGE);
	set = caught + 1;
	CHECK_EXIT(test_fork(shares_actions, NULL), 0);
	CHECK_EXIT(test_fork(shares_actions, "child"), 0);
	CHECK_EXIT(test_fork(self_with_threads, NULL), 0);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	return test_done();
}
