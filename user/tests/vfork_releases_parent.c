/*
 * vfork_releases_parent.c -- the parent of a vfork child sleeps until the
 * child exits, execs or dies, sees what the child wrote, and is woken itself,
 * also when another thread of the parent reaps the child first.  The parent's
 * other threads run on meanwhile.  A deadly signal ends its sleep, whenever it
 * comes.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E28 D25 X28 X51 O16");

static volatile int written;
static int *shared;
static const char *self;

static void
exits(int n)
{
	pid_t pid;

	for (int i = 0; i < n; i++) {
		written = 0;
		pid = vfork();
		if (pid == 0) {
			sc(SYS_sched_yield);
			written = i + 1;
			test_exit(5);
		}
		CHECK_EQ(written, i + 1);
		CHECK_EXIT(pid, 5);
	}
}

static void
execs(const char *path, int status)
{
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--exit-6", NULL};
	pid_t pid;

	written = 0;
	pid = vfork();
	if (pid == 0) {
		written = 1;
		sc(SYS_execve, path, argv, argv + 2);
		test_exit(8);
	}
	CHECK_EQ(written, 1);
	CHECK_EXIT(pid, status);
}

static void
dies(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		written = 77;
		test_poke(16, 1);
		test_exit(1);
	}
	CHECK_EQ(written, 77);
	CHECK_KILLED(pid, SIGSEGV);

	pid = vfork();
	if (pid == 0) {
		sc(SYS_kill, getpid(), SIGKILL);
		test_exit(1);
	}
	CHECK_KILLED(pid, SIGKILL);
}

/* shared[0]: the sibling has been let go, [1]: it has worked that much, [2]:
 * stop. */
static void
sibling(void *arg)
{
	(void)arg;
	while (load(&shared[2]) == 0) {
		add(&shared[1], 1);
		test_yield();
	}
}

static void
sibling_runs(void *arg)
{
	struct mthread t;
	pid_t pid;

	(void)arg;
	mthread_start(&t, sibling, NULL);
	WAIT_UNTIL(load(&shared[1]) > 0);
	pid = vfork();
	if (pid == 0) {
		int seen = load(&shared[1]);

		/* Ends only because the sibling runs on. */
		while (load(&shared[1]) < seen + 3)
			test_yield();
		test_exit(9);
	}
	store(&shared[2], 1);
	mthread_join(&t);
	CHECK_EXIT(pid, 9);
}

static void
reap_any(void *arg)
{
	int *status = arg;

	/* There may be no child yet. */
	while (sc(SYS_wait4, -1, status, 0, NULL) == -ECHILD)
		test_yield();
}

/* The sibling takes the zombie while the parent is still in vfork(). */
static void
sibling_reaps(void *arg)
{
	struct mthread t;
	static int status;
	pid_t pid;

	(void)arg;
	for (int i = 0; i < 200 * test_scale; i++) {
		status = -1;
		mthread_start(&t, reap_any, &status);
		pid = test_vfork_exit(3);
		mthread_join(&t);
		CHECK_EQ(status, 3 << 8);
		CHECK_EQ(test_wait(pid), -ECHILD);
	}
}

/* shared[3]: the child runs, [4]: and ends, [5]: which it is. */
static void
vforks(void *arg)
{
	(void)arg;
	if (vfork() == 0) {
		store(&shared[5], getpid());
		test_post(&shared[3]);
		test_await(&shared[4], 1);
		test_exit(0);
	}
}

/* What came while it was stopped ends the sleep once it goes on. */
static void
killed_while_stopped(void)
{
	pid_t pid = test_fork(vforks, NULL);

	test_await(&shared[3], 1);
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_KILLED(pid, SIGTERM);
	test_post(&shared[4]);
	WAIT_UNTIL(sc(SYS_kill, load(&shared[5]), 0) == -ESRCH);
}

/* Ignores SIGTERM, and does not, in turn. */
static void
changes_its_mind(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;) {
		signal(SIGTERM, SIG_DFL);
		test_spin();
		signal(SIGTERM, SIG_IGN);
	}
}

static void
vforks_beside_another(void *arg)
{
	struct mthread t;

	mthread_start(&t, changes_its_mind, NULL);
	vforks(arg);
	CHECK_EQ(load(&shared[4]), 1);
	test_exit(0);
}

/* Who has been woken to die does, or sleeps on: but does not come back to the
 * stack that the child is on. */
static void
killed_or_not(void)
{
	pid_t pid;
	long got = 0;

	store(&shared[3], 0);
	store(&shared[4], 0);
	pid = test_fork(vforks_beside_another, NULL);
	test_await(&shared[3], 1);
	for (int i = 0; i < 100 && got == 0; i++) {
		CHECK_EQ(kill(pid, SIGTERM), 0);
		test_yield();
		got = sc(SYS_wait4, pid, NULL, WNOHANG, NULL);
	}
	test_post(&shared[4]);
	if (got == 0)
		CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, NULL), pid);
	WAIT_UNTIL(sc(SYS_kill, load(&shared[5]), 0) == -ESRCH);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--exit-6") == 0)
		test_exit(6);
	test_begin(argc, argv);
	self = argv[0];
	shared = test_shared(TEST_PAGE);
	exits(300 * test_scale);
	for (int i = 0; i < 20; i++)
		execs(self, 6);
	execs("/does/not/exist", 8);
	dies();
	CHECK_EXIT(test_fork(sibling_runs, NULL), 0);
	CHECK_EXIT(test_fork(sibling_reaps, NULL), 0);
	killed_while_stopped();
	for (int i = test_rounds(5, 500); i > 0; i--)
		killed_or_not();
	return test_done();
}
