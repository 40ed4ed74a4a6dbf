/*
 * cpu_limit.c -- RLIMIT_CPU: past the soft limit SIGXCPU comes, once; five
 * seconds past the hard one SIGKILL.  Only what the process itself uses counts,
 * with all of its threads, those among them that it gets later; a child begins
 * anew, under the same limit; an exec does not.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.32");

#define SECOND 1000000000UL

static int came; /* SIGXCPUs */
static struct mthread threads[3];

static void
handler(int sig)
{
	CHECK_EQ(sig, SIGXCPU);
	add(&came, 1);
}

static void
catch_it(void)
{
	struct sigaction act = {.sa_handler = handler};

	CHECK_EQ(sigaction(SIGXCPU, &act, NULL), 0);
}

static long
limit(int64_t soft, int64_t hard)
{
	struct rlimit rl = {.rlim_cur = soft, .rlim_max = hard};

	return sc(SYS_setrlimit, RLIMIT_CPU, &rl);
}

static uint64_t
used_ns(void)
{
	struct timespec ts;

	CHECK_EQ(sc(SYS_clock_gettime, CLOCK_PROF, &ts), 0);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* Makes no call and takes no fault; pauses seldom, for there the CPUs of a run
 * by a seed take turns, and time goes on slowly. */
static void
spin(void *arg)
{
	int n = (int)(intptr_t)arg;

	for (unsigned i = 0; load(&came) < n; i++)
		if (i % 8192 == 0)
			__asm__ volatile("pause");
}

#define FOR_EVER ((void *)(intptr_t)1000)

/* None is left: the first look finds it used up. */
static void
dies_at_once(void *arg)
{
	CHECK_EQ(limit(0, RLIM_INFINITY), 0);
	spin(arg);
}

static void
child_dies(void *arg)
{
	CHECK_EQ(limit(1, RLIM_INFINITY), 0);
	spin(arg);
}

/* Its parent has used none of its own limit. */
static void
only_children_use(void *arg)
{
	uint64_t before;

	catch_it();
	CHECK_EQ(limit(1, 1), 0);
	for (int i = 0; i < 2; i++) {
		signal(SIGXCPU, SIG_DFL);
		CHECK_KILLED(test_fork(spin, arg), SIGXCPU);
		catch_it();
		CHECK_EQ(load(&came), 0);
	}
	/* And now it does, with a thread more. */
	before = used_ns();
	CHECK(before < SECOND);
	mthread_start(&threads[0], spin, (void *)1);
	spin((void *)1);
	CHECK(used_ns() >= SECOND);
	test_exit(0);
}

/* With threads that it gets later all is used up the sooner. */
static void
gets_threads(void *arg)
{
	(void)arg;
	catch_it();
	CHECK_EQ(limit(1, RLIM_INFINITY), 0);
	for (int i = 0; i < 3; i++)
		mthread_start(&threads[i], spin, (void *)1);
	spin((void *)1);
	test_exit(used_ns() < 2 * SECOND ? 0 : 1);
}

/* A host that stands still makes it late now and then, but not always. */
static void
comes_in_time(void)
{
	bool did = false;

	for (int i = 0; i < 5 && !did; i++)
		did = test_wait(test_fork(gets_threads, NULL)) == 0;
	CHECK(did);
}

/* Once, whatever the limit is then. */
static void
only_once(void *arg)
{
	uint64_t start;

	(void)arg;
	catch_it();
	CHECK_EQ(limit(0, RLIM_INFINITY), 0);
	spin((void *)1);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(limit(i, RLIM_INFINITY), 0);
		start = used_ns();
		while (used_ns() - start < SECOND / 50)
			;
	}
	CHECK_EQ(load(&came), 1);
	CHECK_EQ(limit(RLIM_INFINITY, RLIM_INFINITY), 0);
}

/* SIGXCPU may be ignored, what comes then not. */
static void
killed_in_the_end(void *arg)
{
	signal(SIGXCPU, SIG_IGN);
	CHECK_EQ(limit(0, 0), 0);
	for (int i = 0; i < 3; i++)
		mthread_start(&threads[i], spin, arg);
	spin(arg);
}

/* Is a limit that an exec keeps: see main(). */
static void
execs(void *arg)
{
	char *args[] = {arg, "spin", NULL}, *env[] = {NULL};

	CHECK_EQ(limit(1, 1), 0);
	sc(SYS_execve, arg, args, env);
}

/* Without memory for what keeps it there is no limit, nor a child. */
static void
no_memory(void *arg)
{
	struct rlimit rl = {.rlim_cur = 100, .rlim_max = 100}, got;
	uint64_t args[7] = {RLIMIT_CPU, (uint64_t)&rl};

	(void)arg;
	CHECK_EQ(sc(SYS_failcall, "itimer", 0, 1, SYS_setrlimit, args),
	    -ENOMEM);
	CHECK_EQ(sc(SYS_getrlimit, RLIMIT_CPU, &got), 0);
	CHECK_EQ(got.rlim_cur, RLIM_INFINITY);
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_CPU, &rl), 0);
	CHECK_EQ(sc(SYS_failcall, "itimer", 0, 1, SYS_fork, args), -ENOMEM);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	int status;
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "spin") == 0)
		spin(FOR_EVER);
	test_begin(argc, argv);
	CHECK_KILLED(test_fork(dies_at_once, FOR_EVER), SIGXCPU);
	CHECK_EXIT(test_fork(only_once, NULL), 0);
	CHECK_EXIT(test_fork(no_memory, NULL), 0);
	CHECK_KILLED(test_fork(child_dies, FOR_EVER), SIGXCPU);
	/* What follows is made of whole seconds. */
	if (test_brief)
		return test_done();
	comes_in_time();
	CHECK_EXIT(test_fork(only_children_use, FOR_EVER), 0);
	CHECK_KILLED(test_fork(execs, argv[0]), SIGXCPU);
	pid = test_fork(killed_in_the_end, FOR_EVER);
	CHECK_EQ(sc(SYS_wait4, pid, &status, 0, &ru), pid);
	CHECK_EQ(status, SIGKILL);
	CHECK(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec >= 4);
	return test_done();
}
