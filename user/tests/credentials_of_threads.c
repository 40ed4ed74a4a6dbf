/*
 * credentials_of_threads.c -- one thread changes the user, the others see it
 * at their next call and end; who is not root cannot become another; who acts
 * by them meanwhile has them to the end of its call.  What
 * was counted for either user comes back (the census sees credentials).
 */
#include "user/tests/test.h"

TEST_ROWS("E70 E87 X58 D50");

#define NTHREADS 4

static int meeting;

static void
follower(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_getuid), 0);
	test_barrier(&meeting, NTHREADS + 1);
	test_barrier(&meeting, NTHREADS + 1);
	CHECK_EQ(sc(SYS_getuid), 1000);
	CHECK_EQ(sc(SYS_geteuid), 1000);
	CHECK_EQ(sc(SYS_setuid, 0), -EPERM);
	CHECK_EQ(sc(SYS_setuid, 1001), -EPERM);
	CHECK_EQ(sc(SYS_setuid, 1000), 0);
}

static void
heir(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_getuid), 1000);
	CHECK_EQ(sc(SYS_kill, 1, 0), -EPERM);
	CHECK_EQ(sc(SYS_kill, getppid(), 0), 0);
}

static void
child(void *arg)
{
	struct mthread t[NTHREADS];

	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], follower, NULL);
	test_barrier(&meeting, NTHREADS + 1);
	CHECK_EQ(sc(SYS_setuid, 1000), 0);
	test_barrier(&meeting, NTHREADS + 1);
	/* With the threads still on their way, or after them. */
	if (arg != NULL)
		for (int i = 0; i < NTHREADS; i++)
			mthread_join(&t[i]);
	CHECK_EXIT(test_fork(heir, NULL), 0);
	CHECK_EQ(sc(SYS_getuid), 1000);
}

/*
 * While some threads change what the process is, others act by it.
 */

static int stop;

static void
changes(void *arg)
{
	while (load(&stop) == 0)
		CHECK_EQ(sc(SYS_setuid, 0), 0);
	(void)arg;
}

static void
signals(void *arg)
{
	pid_t pid = getpid(), group = getpgrp();

	for (int i = 0; i < (int)(intptr_t)arg; i++) {
		CHECK_EQ(sc(SYS_kill, pid, 0), 0);
		CHECK_EQ(sc(SYS_kill, -group, 0), 0);
		CHECK_EQ(sc(SYS_lwp_kill, pid, 0, 0), 0);
	}
}

static void
changes_and_signals(void *arg)
{
	struct mthread changers[2], senders[2];

	for (int i = 0; i < 2; i++)
		mthread_start(&changers[i], changes, NULL);
	for (int i = 0; i < 2; i++)
		mthread_start(&senders[i], signals, arg);
	for (int i = 0; i < 2; i++)
		mthread_join(&senders[i]);
	store(&stop, 1);
	for (int i = 0; i < 2; i++)
		mthread_join(&changers[i]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	CHECK_EXIT(test_fork(changes_and_signals,
		       (void *)(intptr_t)test_rounds(300, 20000)),
	    0);
	for (int i = 0; i < 50 * test_scale; i++)
		CHECK_EXIT(test_fork(child, i & 1 ? argv : NULL), 0);
	CHECK_EQ(getuid(), 0);
	CHECK_EQ(geteuid(), 0);
	CHECK_EQ(getgid(), 0);
	CHECK_EQ(getegid(), 0);
	return test_done();
}
