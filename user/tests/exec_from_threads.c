/*
 * exec_from_threads.c -- a program with threads execs, from its first thread
 * or another, with siblings that run and sleep: the new image has one thread,
 * its own memory, can be signalled, can wait for the children of the old one,
 * and exits normally.  A failed exec leaves the threads alive.
 */
#include "user/tests/test.h"

TEST_ROWS("E13 D17 X15 E90");

#define NTHREADS 6
#define READY_FD 30

static const char *self;
static int stop;

static void
nothing(void *arg)
{
	(void)arg;
}

static int
new_image(const char *what)
{
	struct proc_row *row = test_ps(getpid());
	struct mthread t;

	if (row == NULL || row->nthreads != 1)
		return 1;
	if (strcmp(what, "child") == 0)
		return sc(SYS_wait4, -1, NULL, 0, NULL) > 0 ? 42 : 2;
	if (strcmp(what, "sleep") == 0) {
		sc(SYS_write, READY_FD, "!", 1);
		for (;;)
			test_sleep_ms(1000);
	}
	/* Threads work again. */
	test_failures = test_shared(TEST_PAGE);
	mthread_start(&t, nothing, NULL);
	mthread_join(&t);
	return *test_failures == 0 ? 42 : 3;
}

static void
busy(void *arg)
{
	(void)arg;
	while (load(&stop) == 0)
		test_spin();
}

static void
asleep(void *arg)
{
	(void)arg;
	while (load(&stop) == 0)
		sc(SYS_umtx_sleep, &stop, 0, 0);
}

static void
execs(void *arg)
{
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--new", arg, NULL};

	sc(SYS_execve, self, argv, argv + 3);
	test_exit(9);
}

struct how {
	char *what;
	bool from_second;
};

static void
threaded(void *arg)
{
	static struct mthread t[NTHREADS], last;
	struct how *how = arg;

	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], i & 1 ? busy : asleep, NULL);
	if (strcmp(how->what, "child") == 0)
		test_fork(nothing, NULL);
	if (how->from_second) {
		mthread_start(&last, execs, how->what);
		busy(NULL);
	}
	execs(how->what);
}

/* exec fails before it kills anybody. */
static void
failing(void *arg)
{
	struct mthread t[NTHREADS];
	char *argv[] = {arg, NULL};

	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], i & 1 ? busy : asleep, NULL);
	CHECK_EQ(sc(SYS_execve, "/does/not/exist", argv, argv + 1), -ENOENT);
	CHECK_EQ(sc(SYS_execve, self, 8, argv + 1), -EFAULT);
	for (int i = 0; i < NTHREADS; i++)
		CHECK_EQ(sc(SYS_lwp_kill, -1, t[i].tid, 0), 0);
	store(&stop, 1);
	sc(SYS_umtx_wakeup, &stop, 0);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
}

int
main(int argc, char **argv)
{
	char plain[] = "plain", child[] = "child", sleeping[] = "sleep";
	struct how how;
	int fds[2];
	pid_t pid;
	char c;

	if (argc == 3 && strcmp(argv[1], "--new") == 0)
		return new_image(argv[2]);
	test_begin(argc, argv);
	self = argv[0];
	REQUIRE(pipe(fds) == 0 && dup2(fds[1], READY_FD) == READY_FD);
	for (int i = 0; i < 10 * test_scale; i++) {
		how = (struct how){plain, i & 1};
		CHECK_EXIT(test_fork(threaded, &how), 42);
		how.what = child;
		CHECK_EXIT(test_fork(threaded, &how), 42);
		how.what = sleeping;
		pid = test_fork(threaded, &how);
		CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 1);
		CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		CHECK_KILLED(pid, SIGKILL);
		CHECK_EXIT(test_fork(failing, argv[0]), 0);
	}
	return test_done();
}
