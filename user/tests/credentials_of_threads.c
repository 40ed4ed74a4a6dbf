/*
 * credentials_of_threads.c -- one thread changes the user, the others see it
 * at their next call and end; who is not root cannot become another; who acts
 * by them meanwhile has them to the end of its call, and no longer; who gives
 * root up has given it up, whatever another thread was about to become.  What
 * was counted for either user comes back (the census sees credentials).
 */
#include "user/tests/test.h"

TEST_ROWS("E70 E87 X58 D50");

#define NTHREADS 4
#define SECRET "/credentials_of_threads"

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

/*
 * Threads that make no call, or are just being made, while another one gives
 * root up: their next call is a plain user's.
 */

static struct mthread openers[NTHREADS];
static int started, changed;

static void
opens(void *arg)
{
	(void)arg;
	add(&started, 1);
	while (load(&changed) == 0)
		test_spin();
	CHECK_EQ(sc(SYS_open, SECRET, O_RDONLY, 0), -EACCES);
}

static void
makes(void *arg)
{
	for (int i = (int)(intptr_t)arg; i < NTHREADS; i += 2)
		mthread_start(&openers[i], opens, NULL);
}

static void
gives_up_root(void *arg)
{
	struct mthread makers[2];

	for (int i = 0; i < 2; i++)
		mthread_start(&makers[i], makes, (void *)(intptr_t)i);
	WAIT_UNTIL(load(&started) >= (int)(intptr_t)arg);
	CHECK_EQ(sc(SYS_setuid, 1000), 0);
	store(&changed, 1);
	for (int i = 0; i < 2; i++)
		mthread_join(&makers[i]);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&openers[i]);
}

static void
stays_root(void *arg)
{
	long error;
	int last;

	(void)arg;
	add(&started, 1);
	do {
		last = load(&changed);
		error = sc(SYS_setuid, 0);
	} while (error == 0 && !last);
	CHECK_EQ(error, -EPERM);
}

/* One of two threads gives root up, the other one goes on being root. */
static void
never_again(void *arg)
{
	struct mthread t;

	(void)arg;
	mthread_start(&t, stays_root, NULL);
	WAIT_UNTIL(load(&started) == 1);
	CHECK_EQ(sc(SYS_setuid, 1000), 0);
	store(&changed, 1);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_getuid), 1000);
	CHECK_EQ(sc(SYS_geteuid), 1000);
	CHECK_EQ(sc(SYS_setuid, 0), -EPERM);
}

int
main(int argc, char **argv)
{
	long fd;

	test_begin(argc, argv);
	CHECK_EXIT(test_fork(changes_and_signals,
		       (void *)(intptr_t)test_rounds(300, 20000)),
	    0);
	for (int i = 0; i < 50 * test_scale; i++)
		CHECK_EXIT(test_fork(child, i & 1 ? argv : NULL), 0);
	fd = sc(SYS_open, SECRET, O_CREAT | O_RDWR, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	for (int i = 0; i < test_rounds(20, 1000); i++)
		CHECK_EXIT(test_fork(gives_up_root,
			       (void *)(intptr_t)(i % (NTHREADS + 1))),
		    0);
	CHECK_EQ(sc(SYS_unlink, SECRET), 0);
	for (int i = 0; i < test_rounds(20, 1000); i++)
		CHECK_EXIT(test_fork(never_again, NULL), 0);
	CHECK_EQ(getuid(), 0);
	CHECK_EQ(geteuid(), 0);
	CHECK_EQ(getgid(), 0);
	CHECK_EQ(getegid(), 0);
	return test_done();
}
