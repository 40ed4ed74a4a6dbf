/*
 * signal_hostile.c -- calls about signals that make no sense, or too much of
 * it: they give the error that fits, cost a bounded amount of memory, and wait
 * for nobody for ever.
 */
#include "user/tests/trace.h"
#include <limits.h>
#include <signal.h>

TEST_ROWS("2.15 2.16 2.17 E28 E.errors");

static int *shared; /* [0] ready, [1] go on */

/*
 * Numbers.
 */

static void
numbers(void)
{
	static const int bad[] = {-1, INT_MIN, 129, 1000, INT_MAX};
	struct sigaction act = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK_EQ(sc(SYS_kill, getpid(), bad[i]), -EINVAL);
		CHECK_EQ(sc(SYS_kill, INT_MIN, bad[i]), -EINVAL);
		CHECK_EQ(sc(SYS_lwp_kill, getpid(), 0, bad[i]), -EINVAL);
		CHECK_EQ(sc(SYS_sigaction, bad[i], &act, NULL), -EINVAL);
	}
	CHECK_EQ(sc(SYS_sigaction, 0, &act, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_kill, INT_MIN, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, INT_MIN, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_kill, INT_MIN + 1, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_kill, INT_MAX, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_lwp_kill, INT_MIN, 0, SIGKILL), -EINVAL);
	CHECK_EQ(sc(SYS_lwp_kill, -1, INT_MIN, SIGKILL), -EINVAL);
	CHECK_EQ(sc(SYS_lwp_kill, -1, INT_MAX, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_lwp_kill, INT_MAX, 0, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_sigprocmask, 77, &act, NULL) == -EINVAL, 1);
	CHECK_EQ(sc(SYS_sigprocmask, 77, NULL, NULL), 0);
}

/*
 * Times.
 */

static void
times(void)
{
	static const struct timespec bad[] = {{-1, 0}, {0, -1},
	    {0, 1000000000}, {LONG_MIN, 0}, {0, LONG_MIN}, {0, LONG_MAX}};
	static const struct timespec at_once = {0, 0}, soon = {0, 1};
	struct timespec long_time = {LONG_MAX, 999999999};
	siginfo_t info;
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_EQ(sc(SYS_sigtimedwait, &set, &info, &bad[i]), -EINVAL);
	CHECK_EQ(sc(SYS_sigtimedwait, &set, &info, &at_once), -EAGAIN);
	CHECK_EQ(sc(SYS_sigtimedwait, &set, NULL, &soon), -EAGAIN);
	CHECK_EQ(sc(SYS_sigtimedwait, NULL, NULL, &soon), -EFAULT);
	/* As long as there is time, until something comes. */
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_EQ(sc(SYS_kill, getpid(), SIGUSR1), 0);
	CHECK_EQ(sc(SYS_sigtimedwait, &set, &info, &long_time), SIGUSR1);
	CHECK_EQ(info.si_pid, getpid());
	CHECK_EQ(sc(SYS_sigtimedwait, &set, &info, &at_once), -EAGAIN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/*
 * Who waits for a signal that would stop him gets it, and does not stop.
 */

static void
waits_for_stops(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGTTIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	store(&shared[0], 1);
	CHECK_EQ(sc(SYS_sigwaitinfo, &set, NULL), SIGTSTP);
	store(&shared[0], 2);
	CHECK_EQ(sc(SYS_sigwaitinfo, &set, NULL), SIGTTIN);
	(void)arg;
}

static void
stops_that_are_waited_for(void)
{
	pid_t pid = test_fork(waits_for_stops, NULL);

	for (int i = 0; i < 2; i++) {
		WAIT_UNTIL(load(&shared[0]) == i + 1);
		WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "sigwait") == 0);
		CHECK_EQ(sc(SYS_kill, pid, SIGSTOP), 0);
		WAIT_UNTIL(test_ps(pid)->stat == PROC_STAT_STOP);
		CHECK_EQ(sc(SYS_kill, pid, SIGCONT), 0);
		CHECK_EQ(sc(SYS_kill, pid, i == 0 ? SIGTSTP : SIGTTIN), 0);
	}
	CHECK_EXIT(pid, 0);
}

/*
 * Stacks.
 */

static int came;

static void
handler(int sig)
{
	(void)sig;
	came++;
}

static const struct stack {
	uintptr_t sp;
	size_t size;
	int flags, error;
} stacks[] = {
    {0, 0, 0, ENOMEM},
    {0, 1, 0, ENOMEM},
    {8, MINSIGSTKSZ - 1, 0, ENOMEM},
    {8, MINSIGSTKSZ, 0, 0},
    {0, ~0UL, 0, 0},
    {~0UL, ~0UL, 0, 0},
    {1UL << 47, MINSIGSTKSZ, 0, 0},
    {0xffff800000000000UL, 1 << 20, 0, 0},
    {~0UL - MINSIGSTKSZ, 2 * MINSIGSTKSZ, 0, 0},
    {8, 1 << 16, 0x40, EINVAL},
    {8, 1 << 16, SS_ONSTACK, EINVAL},
    {~0UL, ~0UL, -1, EINVAL},
};

/* The frame cannot be there, and so the process ends. */
static void
bad_stack(void *arg)
{
	const struct stack *st = arg;
	struct sigaltstack ss = {.ss_sp = (void *)st->sp, .ss_size = st->size,
	    .ss_flags = st->flags};
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_ONSTACK};

	CHECK_EQ(sc(SYS_sigaltstack, &ss, NULL), -st->error);
	if (st->error != 0)
		test_exit(3);
	sigaction(SIGUSR1, &act, NULL);
	sc(SYS_kill, getpid(), SIGUSR1);
	test_exit(4);
}

static void
bad_stacks(void)
{
	for (size_t i = 0; i < COUNT(stacks); i++) {
		long status = test_wait(
		    test_fork(bad_stack, (void *)(uintptr_t)&stacks[i]));

		/* One that is said to be everywhere has the handler on it
		 * already. */
		CHECK(status == (stacks[i].error != 0 ? 3 << 8 : SIGILL) ||
		    (stacks[i].size == ~0UL && status == 4 << 8));
	}
}

/*
 * Many.
 */

static void
blocks_all(void *arg)
{
	sigset_t set;

	(void)arg;
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	add(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) == 1);
}

#define NTHREADS 4

/* How many siginfos there are in the kernel. */
static long
siginfos(void)
{
	static struct census_row rows[400];
	int n = census(rows, COUNT(rows));

	for (int i = 0; i < n; i++)
		if (strcmp(rows[i].name, "mem:siginfo") == 0)
			return (long)rows[i].count;
	return 0;
}

static void
crowd(void *arg)
{
	static struct mthread t[NTHREADS];

	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], blocks_all, NULL);
	blocks_all(arg);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
}

/* To each thread and the process, each of all, again and again: no more is
 * kept than one of each. */
static void
pending(void)
{
	int rounds = test_rounds(20, 2000);
	long before = 0, after = 0;
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(crowd, NULL);
	WAIT_UNTIL(load(&shared[0]) == NTHREADS + 1);
	for (int i = 0; i < rounds; i++) {
		for (int sig = 1; sig <= 128; sig++) {
			if (sig == SIGKILL || sig == SIGSTOP)
				continue;
			CHECK_EQ(sc(SYS_kill, pid, sig), 0);
			for (int tid = 0; tid <= NTHREADS; tid++)
				CHECK_EQ(sc(SYS_lwp_kill, pid, tid, sig), 0);
		}
		after = siginfos();
		if (i == 0)
			before = after;
	}
	CHECK_EQ(after, before);
	CHECK(after >= NTHREADS * 100 && after <= (NTHREADS + 2) * 128);
	store(&shared[1], 1);
	CHECK_EXIT(pid, 0);
	store(&shared[1], 0);
}

/*
 * Stops and a vfork.
 */

static void
vforks(void *arg)
{
	(void)arg;
	store(&shared[0], getpid());
	while (load(&shared[1]) == 0) {
		pid_t pid = vfork();

		if (pid == 0) {
			store(&shared[2], getpid());
			for (int i = 0; i < 20; i++)
				sc(SYS_sched_yield);
			_exit(5);
		}
		CHECK(pid > 0);
		CHECK_EXIT(pid, 5);
	}
}

static void
stops_at_a_vfork(void)
{
	pid_t pid;

	store(&shared[0], 0);
	store(&shared[2], 0);
	pid = test_fork(vforks, NULL);
	WAIT_UNTIL(load(&shared[0]) == pid && load(&shared[2]) != 0);
	for (int i = 0; i < test_rounds(300, 20000); i++) {
		sc(SYS_kill, pid, i % 3 ? SIGSTOP : SIGTSTP);
		sc(SYS_kill, load(&shared[2]), SIGSTOP);
		if (i % 4 == 0)
			test_yield();
		sc(SYS_kill, load(&shared[2]), SIGCONT);
		sc(SYS_kill, pid, SIGCONT);
	}
	store(&shared[1], 1);
	CHECK_EXIT(pid, 0);
	store(&shared[1], 0);
}

/*
 * Who traces whom.
 */

static void
traces_its_parent(void *arg)
{
	pid_t pp = getppid();
	long error;

	(void)arg;
	error = PT(PT_ATTACH, pp, 0, 0);
	if (error != 0) {
		CHECK(error == -EINVAL || error == -EBUSY);
		test_exit(7);
	}
	CHECK_EQ(sc(SYS_wait4, pp, NULL, WUNTRACED, NULL), pp);
	CHECK_EQ(PT(PT_DETACH, pp, 1, 0), 0);
	test_exit(7);
}

/* A child and its parent, each at the other. */
static void
traces_its_child(void *arg)
{
	pid_t pid = test_fork(traces_its_parent, arg);
	int status = 0;

	if (PT(PT_ATTACH, pid, 0, 0) == 0) {
		sc(SYS_wait4, pid, &status, WUNTRACED, NULL);
		if (WIFSTOPPED(status))
			CHECK_EQ(PT(PT_DETACH, pid, 1, 0), 0);
	}
	if (!WIFEXITED(status) || status == 0)
		sc(SYS_wait4, pid, &status, 0, NULL);
	CHECK_EQ(status, 7 << 8);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	numbers();
	times();
	stops_that_are_waited_for();
	bad_stacks();
	pending();
	stops_at_a_vfork();
	for (int i = 0; i < test_rounds(20, 500); i++)
		CHECK_EXIT(test_fork(traces_its_child, NULL), 0);
	return test_done();
}
