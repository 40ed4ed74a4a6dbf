/*
 * exit_needs_no_memory.c -- with every allocation failing, a process ends all
 * the same, in each of the ways there are and whatever it has, and its parent,
 * who gets no memory either, is told of it and reaps it with its status and
 * usage.
 */
#include "user/tests/test.h"

TEST_ROWS("E46 E64 E75 N6 O5 O12 O17 O18 X1 X84 2.43 D.oom");

#define NTHREADS 4

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int word = -1, ready; /* word: threads leave when it is 0 or more */
static int *shared; /* [0] a living orphan may go */

/* From here on this process gets no memory; what it writes to it has. */
static void
starve(void)
{
	store(&word, -1);
	CHECK_EQ(sc(SYS_failpoint, "*", 0, -1), 0);
}

static long
feed(void)
{
	return sc(SYS_failpoint, NULL, 0, 0);
}

static void
by_exit(void)
{
	test_exit(5);
}

static void
by_extexit(void)
{
	sc(SYS_extexit, EXTEXIT_PROC, 5, NULL);
}

static void
as_last_thread(void)
{
	store(&word, 0);
	sc(SYS_umtx_wakeup, &word, 0);
	sc(SYS_extexit, EXTEXIT_LWP | EXTEXIT_SETINT, 5, &word);
}

static void
by_signal(void)
{
	sc(SYS_kill, getpid(), SIGKILL);
}

static void
by_fault(void)
{
	test_poke(16, 1);
}

static const struct way {
	void (*fn)(void);
	int status;
} ways[] = {
    {by_exit, 5 << 8},
    {by_extexit, 5 << 8},
    {as_last_thread, 5 << 8},
    {by_signal, SIGKILL},
    {by_fault, SIGSEGV},
};

static void
nothing_more(void)
{
}

static void
sleeps(void *arg)
{
	add(&ready, 1);
	while (load(&word) < 0)
		sc(SYS_umtx_sleep, &word, -1, 0);
	sc(SYS_extexit, EXTEXIT_LWP | EXTEXIT_SETINT, 5, arg);
}

static void
threads(void)
{
	static struct mthread t[NTHREADS];

	for (int i = 0; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], sleeps, &ready) ==
		    0);
	WAIT_UNTIL(load(&ready) == NTHREADS);
}

static void
memory_and_files(void)
{
	int fds[2];

	for (int i = 0; i < 20; i++) {
		memset(test_private(4 * TEST_PAGE), i, 4 * TEST_PAGE);
		memset(test_shared(TEST_PAGE), i, TEST_PAGE);
		REQUIRE(pipe(fds) == 0);
	}
	REQUIRE(sc(SYS_write, fds[1], "never read", 10) == 10);
}

static void
waits(void *arg)
{
	(void)arg;
	WAIT_UNTIL(load(&shared[0]) == 1);
	test_exit(9);
}

static void
leaves(void *arg)
{
	(void)arg;
	test_exit(9);
}

/* One that is dead and one that lives. */
static void
children(void)
{
	store(&shared[0], 0);
	test_await_zombie(test_fork(leaves, NULL));
	test_fork(waits, NULL);
}

static void
group_and_heir(void)
{
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	children();
}

/* One that has stopped, in a group that will be orphaned: it is told. */
static void
stopped_group(void)
{
	pid_t pid;

	CHECK_EQ(sc(SYS_setsid), getpid());
	store(&shared[0], 0);
	pid = test_fork(waits, NULL);
	CHECK_EQ(setpgid(pid, pid), 0);
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	WAIT_UNTIL(test_ps(pid)->stat == PROC_STAT_STOP);
}

static void (*const belongings[])(void) = {nothing_more, threads,
    memory_and_files, children, group_and_heir, stopped_group};

/* Takes the pending SIGCHLD and looks at what came with it. */
static bool
take_sigchld(siginfo_t *info)
{
	static const struct timespec at_once;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	memset(info, 0, sizeof(*info));
	return sc(SYS_sigtimedwait, &set, info, &at_once) == SIGCHLD;
}

static void
told_of(pid_t pid, int status)
{
	siginfo_t info;

	CHECK(take_sigchld(&info));
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_code, WIFEXITED(status) ? CLD_EXITED : CLD_KILLED);
	CHECK_EQ(info.si_status,
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/* The parent's wait gets no memory either.  failed: what the end itself has
 * asked for, and has done without. */
static void
reap(pid_t pid, int expected, int failed)
{
	static struct rusage ru;
	static int status;
	uint64_t args[7] = {(uint64_t)pid, (uint64_t)&status, 0, (uint64_t)&ru};

	/* Written to: its page is ours alone. */
	status = -1;
	ru.ru_nivcsw = -1;
	test_await_zombie(pid);
	CHECK_EQ(feed(), failed);
	CHECK_EQ(sc(SYS_failcall, "*", 0, -1, SYS_wait4, args), pid);
	CHECK_EQ(feed(), 0);
	CHECK_EQ(status & ~_WCORE, expected);
	CHECK(ru.ru_nivcsw >= 0);
}

/* And so does a wait for any that finds its children gone. */
static void
reap_orphans(void)
{
	uint64_t args[7] = {(uint64_t)-1};

	store(&shared[0], 1);
	while (sc(SYS_failcall, "*", 0, -1, SYS_wait4, args) > 0)
		CHECK_EQ(feed(), 0);
}

static void
one(void (*have)(void), const struct way *way)
{
	siginfo_t info;
	long pid;

	/* Of others that came before. */
	take_sigchld(&info);
	pid = sc(SYS_fork);
	REQUIRE(pid >= 0);
	if (pid == 0) {
		have();
		starve();
		way->fn();
		test_exit(99);
	}
	/* A list of members for each of two signals. */
	reap((pid_t)pid, way->status, have == stopped_group ? 2 : 0);
	/* Of children, it would hear from others, too. */
	if (have != children && have != group_and_heir && have != stopped_group)
		told_of((pid_t)pid, way->status);
	reap_orphans();
}

/* A child of vfork wakes its parent; the last sharer of memory frees it. */
static void
vfork_child(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		sc(SYS_failpoint, "*", 0, -1);
		test_exit(7);
	}
	REQUIRE(pid > 0);
	reap(pid, 7 << 8, 0);
}

static void
starves(void *arg)
{
	(void)arg;
	starve();
}

/* A thread that leaves alone: its joiner sees the word. */
static void
joined_thread(void *arg)
{
	static struct mthread t;

	(void)arg;
	REQUIRE(mthread_start_on(&t, stacks[0], starves, NULL) == 0);
	mthread_join(&t);
	CHECK_EQ(feed(), 0);
}

int
main(int argc, char **argv)
{
	sigset_t set;

	test_begin(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (size_t h = 0; h < COUNT(belongings); h++)
		for (size_t w = 0; w < COUNT(ways); w++)
			one(belongings[h], &ways[w]);
	vfork_child();
	CHECK_EXIT(test_fork(joined_thread, NULL), 0);
	return test_done();
}
