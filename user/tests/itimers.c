/*
 * itimers.c -- setitimer and getitimer: a timer of real time comes once or
 * again and again, no sooner than asked, with its signal; what is left can be
 * asked for; a child has none and exec keeps them.  Timers of used time come
 * to a process that never leaves user mode by itself, count what all of its
 * threads use, and do not come while it sleeps.
 */
#include "user/tests/test.h"
#include <signal.h>
#include <sys/time.h>

TEST_ROWS("E30 D26 2.27");

#define MS 1000L

static int came; /* signals, of the kind that is being tested */
static int last_code;

static void
handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	last_code = si->si_code;
	add(&came, 1);
}

static void
catch_them(void)
{
	struct sigaction act = {
	    .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};

	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGVTALRM, &act, NULL);
	sigaction(SIGPROF, &act, NULL);
}

static struct itimerval
every(long usec, long interval)
{
	return (struct itimerval){
	    .it_value = {usec / 1000000, usec % 1000000},
	    .it_interval = {interval / 1000000, interval % 1000000}};
}

static long
set(int which, long usec, long interval)
{
	struct itimerval val = every(usec, interval);

	return sc(SYS_setitimer, which, &val, NULL);
}

/* Microseconds left; its interval in *interval. */
static long
left(int which, long *interval)
{
	struct itimerval val;

	memset(&val, 0xa5, sizeof(val));
	CHECK_EQ(sc(SYS_getitimer, which, &val), 0);
	if (interval != NULL)
		*interval = val.it_interval.tv_sec * 1000000 +
			    val.it_interval.tv_usec;
	return val.it_value.tv_sec * 1000000 + val.it_value.tv_usec;
}

static void
once(void)
{
	uint64_t start = test_now_ns();

	came = 0;
	CHECK_EQ(set(ITIMER_REAL, 5 * MS, 0), 0);
	CHECK(left(ITIMER_REAL, NULL) <= 5 * MS);
	WAIT_UNTIL(load(&came) == 1);
	CHECK(test_now_ns() - start >= 5000000);
	CHECK_EQ(last_code, SI_TIMER);
	CHECK_EQ(left(ITIMER_REAL, NULL), 0);
	test_sleep_ms(8);
	CHECK_EQ(load(&came), 1);
	/* The least there is. */
	CHECK_EQ(set(ITIMER_REAL, 1, 0), 0);
	WAIT_UNTIL(load(&came) == 2);
	/* Switched off in time, it does not come. */
	do {
		came = 2;
		start = test_now_ns();
		CHECK_EQ(set(ITIMER_REAL, 4 * MS, 4 * MS), 0);
		CHECK_EQ(set(ITIMER_REAL, 0, 4 * MS), 0);
	} while (test_now_ns() - start >= 4000000);
	CHECK_EQ(left(ITIMER_REAL, NULL), 0);
	test_sleep_ms(8);
	CHECK_EQ(load(&came), 2);
}

static void
again(void)
{
	uint64_t start = test_now_ns(), now;
	struct itimerval val = every(0, 0), old;
	long interval;

	came = 0;
	CHECK_EQ(set(ITIMER_REAL, 3 * MS, 2 * MS), 0);
	WAIT_UNTIL(load(&came) >= 5);
	/* Not sooner: 3 + 4 * 2 milliseconds. */
	now = test_now_ns();
	CHECK(now - start >= 11000000);
	CHECK(left(ITIMER_REAL, &interval) > 0);
	CHECK_EQ(interval, 2 * MS);
	memset(&old, 0xa5, sizeof(old));
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, &val, &old), 0);
	CHECK_EQ(old.it_interval.tv_sec, 0);
	CHECK_EQ(old.it_interval.tv_usec, 2 * MS);
	CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0);
	/* The least interval there is leaves time for others. */
	came = 0;
	CHECK_EQ(set(ITIMER_REAL, 1, 1), 0);
	WAIT_UNTIL(load(&came) >= 20);
	CHECK_EQ(set(ITIMER_REAL, 0, 0), 0);
}

/* A blocked call ends, or goes on. */
static void
calls(void)
{
	struct timespec long_time = {.tv_sec = 1000};

	came = 0;
	/* Again and again: the first may come before the sleep. */
	CHECK_EQ(set(ITIMER_REAL, 2 * MS, 2 * MS), 0);
	CHECK_EQ(sc(SYS_nanosleep, &long_time, NULL), -EINTR);
	CHECK(load(&came) >= 1);
	CHECK_EQ(set(ITIMER_REAL, 0, 0), 0);
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(0), 100);
	CHECK_EQ(alarm(0), 0);
	CHECK_EQ(ualarm(900000, 0), 0);
	CHECK(ualarm(0, 0) > 1000);
}

static void
errors(void)
{
	struct itimerval val = every(MS, 0), bad;

	CHECK_EQ(set(ITIMER_REAL, 50000 * MS, 7 * MS), 0);
	CHECK_EQ(sc(SYS_setitimer, 3, &val, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_setitimer, -1, &val, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_getitimer, 3, &val), -EINVAL);
	CHECK_EQ(sc(SYS_getitimer, -1, &val), -EINVAL);
	CHECK_EQ(sc(SYS_getitimer, ITIMER_REAL, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_getitimer, ITIMER_REAL, ~0UL - 8), -EFAULT);
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, 8, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, ~0UL << 40, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, &val, 8), -EFAULT);
	for (int i = 0; i < 8; i++) {
		struct timeval *tv = i & 1 ? &bad.it_value : &bad.it_interval;

		bad = every(MS, MS);
		if (i < 2)
			tv->tv_usec = 1000000;
		else if (i < 4)
			tv->tv_usec = -1;
		else if (i < 6)
			tv->tv_sec = -1;
		else
			tv->tv_sec = 100000001;
		CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, &bad, NULL), -EINVAL);
	}
	/* Nothing has changed. */
	CHECK(left(ITIMER_REAL, NULL) > 10000 * MS);
	/* Without a value, only the old one. */
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, NULL, &val), 0);
	CHECK_EQ(val.it_interval.tv_usec, 7 * MS);
	CHECK(left(ITIMER_REAL, NULL) > 10000 * MS);
	val = every(0, 0);
	val.it_value.tv_sec = val.it_interval.tv_sec = 100000000;
	CHECK_EQ(sc(SYS_setitimer, ITIMER_REAL, &val, NULL), 0);
	CHECK_EQ(set(ITIMER_REAL, 0, 0), 0);
}

static void
child_has_none(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(left(i, NULL), 0);
	/* Its own is its own, and ends it. */
	signal(SIGALRM, SIG_DFL);
	CHECK_EQ(set(ITIMER_REAL, MS, 0), 0);
	for (;;)
		test_sleep_ms(1000);
}

static void
families(char **argv)
{
	pid_t pid;

	for (int i = 0; i < 3; i++)
		CHECK_EQ(set(i, 60000 * MS, 3 * MS), 0);
	pid = test_fork(child_has_none, NULL);
	CHECK_KILLED(pid, SIGALRM);
	CHECK(left(ITIMER_REAL, NULL) > 0);
	pid = (pid_t)sc(SYS_fork);
	if (pid == 0) {
		char *args[] = {argv[0], "exec", NULL}, *env[] = {NULL};

		for (int i = 0; i < 3; i++)
			set(i, 60000 * MS, 3 * MS);
		sc(SYS_execve, argv[0], args, env);
		test_exit(1);
	}
	CHECK_EXIT(pid, 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(set(i, 0, 0), 0);
}

/* The program that exec has begun: 0 when it has its timers. */
static int
after_exec(void)
{
	struct itimerval val;

	for (int i = 0; i < 3; i++)
		if (sc(SYS_getitimer, i, &val) != 0 ||
		    val.it_value.tv_sec < 10 ||
		    val.it_interval.tv_usec != 3 * MS)
			return 1;
	return 0;
}

static uint64_t
used_ns(int clock)
{
	struct timespec ts;

	CHECK_EQ(sc(SYS_clock_gettime, clock, &ts), 0);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

/* Makes no call and takes no fault until n signals have come. */
static void
spin_until(int n)
{
	while (load(&came) < n)
		test_spin();
}

static void
used(int which, int clock)
{
	uint64_t start;

	came = 0;
	start = used_ns(clock);
	CHECK_EQ(set(which, 10 * MS, 0), 0);
	/* Sleeping uses nothing. */
	test_sleep_ms(25);
	/* But for a host that takes the CPU away on the way there or back. */
	if (used_ns(clock) - start < 10000000) {
		CHECK_EQ(load(&came), 0);
		CHECK(left(which, NULL) > 0);
	}
	spin_until(1);
	CHECK(used_ns(clock) - start >= 10000000);
	CHECK_EQ(left(which, NULL), 0);
	start = used_ns(clock);
	CHECK_EQ(set(which, 2 * MS, 3 * MS), 0);
	spin_until(4);
	CHECK(used_ns(clock) - start >= 8000000);
	CHECK_EQ(set(which, 0, 0), 0);
}

static void
spinner(void *arg)
{
	spin_until((int)(intptr_t)arg);
}

/* Between them they use it up, one that sleeps besides. */
static void
used_by_two(void)
{
	struct mthread t[2];
	uint64_t start = used_ns(CLOCK_VIRTUAL);

	came = 0;
	CHECK_EQ(set(ITIMER_VIRTUAL, 20 * MS, 0), 0);
	for (int i = 0; i < 2; i++)
		mthread_start(&t[i], spinner, (void *)1);
	for (int i = 0; i < 2; i++)
		mthread_join(&t[i]);
	CHECK_EQ(load(&came), 1);
	CHECK(used_ns(CLOCK_VIRTUAL) - start >= 20000000);
}

/* Time in the kernel is SIGPROF's only. */
static void
used_in_kernel(void)
{
	uint64_t start = used_ns(CLOCK_PROF);

	came = 0;
	CHECK_EQ(set(ITIMER_PROF, 5 * MS, 0), 0);
	while (load(&came) == 0)
		sc(SYS_getppid);
	CHECK(used_ns(CLOCK_PROF) - start >= 5000000);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exec") == 0)
		return after_exec();
	test_begin(argc, argv);
	catch_them();
	once();
	again();
	calls();
	errors();
	families(argv);
	used(ITIMER_VIRTUAL, CLOCK_VIRTUAL);
	used(ITIMER_PROF, CLOCK_PROF);
	used_by_two();
	used_in_kernel();
	return test_done();
}
