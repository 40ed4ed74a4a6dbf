/*
 * extexit_lwp_only.c -- extexit(LWP) ends one thread and nothing else: the
 * process lives, its parent is told nothing, the thread is not found any more
 * and not listed; the last thread to go takes the process along, and whoever
 * calls exit last says the status.
 */
#include "user/tests/test.h"

TEST_ROWS("E05 E06 X7 X8");

#define NTHREADS 8

static int *gate; /* shared: how far the child and its parent are */

static void
wait_gate(void *arg)
{
	(void)arg;
	while (load(&gate[0]) == 0)
		test_yield();
}

static void
many(void *arg)
{
	struct mthread t[NTHREADS];
	struct proc_row *row;

	(void)arg;
	for (int i = 0; i < NTHREADS; i++) {
		mthread_start(&t[i], wait_gate, NULL);
		CHECK_EQ(sc(SYS_lwp_kill, -1, t[i].tid, 0), 0);
		CHECK_EQ(sc(SYS_lwp_kill, getpid(), t[i].tid, 0), 0);
	}
	row = test_ps(getpid());
	CHECK(row != NULL && row->nthreads == NTHREADS + 1);
	store(&gate[0], 1);
	for (int i = 0; i < NTHREADS; i++) {
		mthread_join(&t[i]);
		CHECK_EQ(sc(SYS_lwp_kill, getpid(), t[i].tid, 0), -ESRCH);
	}
	row = test_ps(getpid());
	CHECK(row != NULL && row->nthreads == 1);
	store(&gate[1], 1);
	WAIT_UNTIL(load(&gate[2]) == 1);
	test_exit(4);
}

static void
second(void *arg)
{
	int32_t first = (int32_t)(intptr_t)arg;

	WAIT_UNTIL(sc(SYS_lwp_kill, -1, first, 0) == -ESRCH);
	test_exit(3);
}

/* The first thread goes with 9, the second exits with 3. */
static void
first_goes(void *arg)
{
	struct mthread *t = arg;

	mthread_start(t, second, (void *)sc(SYS_lwp_gettid));
	sc(SYS_extexit, EXTEXIT_LWP, 9, NULL);
}

static void
alone(void *arg)
{
	sc(SYS_extexit, (int)(intptr_t)arg, 7, NULL);
}

static void
takes_all(void *arg)
{
	(void)arg;
	sc(SYS_extexit, EXTEXIT_PROC, 0x108, NULL);
}

/* extexit(PROC) of any thread ends all. */
static void
proc_from_second(void *arg)
{
	mthread_start(arg, takes_all, NULL);
	for (;;)
		test_yield();
}

int
main(int argc, char **argv)
{
	static struct mthread t;
	int status = 99;
	pid_t pid;

	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	pid = test_fork(many, NULL);
	WAIT_UNTIL(load(&gate[1]) == 1);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WNOHANG, NULL), 0);
	CHECK_EQ(status, 99);
	store(&gate[2], 1);
	CHECK_EXIT(pid, 4);

	CHECK_EXIT(test_fork(first_goes, &t), 3);
	CHECK_EXIT(test_fork(alone, (void *)EXTEXIT_LWP), 7);
	CHECK_EXIT(test_fork(alone, (void *)EXTEXIT_PROC), 7);
	CHECK_EXIT(test_fork(proc_from_second, &t), 8);
	return test_done();
}
