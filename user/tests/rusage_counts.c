/*
 * rusage_counts.c -- each field of a process's usage counts what it says: time
 * in user mode and in the kernel apart, page faults, switches that a thread
 * asked for and that it did not, signals, and the most memory that it ever had,
 * also when that is gone or another program goes on.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.31 E57 E58 X60");

#define PAGES 256

static int handled;

static struct rusage
usage(int who)
{
	struct rusage ru;

	memset(&ru, 0xa5, sizeof(ru));
	CHECK_EQ(sc(SYS_getrusage, who, &ru), 0);
	return ru;
}

static long
usec(const struct timeval *tv)
{
	return tv->tv_sec * 1000000 + tv->tv_usec;
}

/* Time in the kernel while 20 ms pass in user mode. */
static long
kernel_share(void)
{
	struct rusage start = usage(RUSAGE_SELF), now;

	do {
		for (volatile int i = 0; i < 20000; i++)
			;
		now = usage(RUSAGE_SELF);
	} while (usec(&now.ru_utime) - usec(&start.ru_utime) < 20000);
	return usec(&now.ru_stime) - usec(&start.ru_stime);
}

static void
times_apart(void)
{
	struct rusage start, now;
	int tries = 0;

	/* The host may take its CPU away while the guest is in its kernel. */
	while (kernel_share() >= 10000 && tries < 20)
		tries++;
	CHECK(tries < 20);
	start = usage(RUSAGE_SELF);
	do {
		for (int i = 0; i < 100; i++)
			sc(SYS_getppid);
		now = usage(RUSAGE_SELF);
	} while (usec(&now.ru_stime) - usec(&start.ru_stime) < 5000);
}

static void
faults(void)
{
	struct rusage start = usage(RUSAGE_SELF), now;
	char *p = test_private(PAGES * TEST_PAGE);

	for (unsigned long i = 0; i < PAGES; i++)
		p[i * TEST_PAGE] = 1;
	now = usage(RUSAGE_SELF);
	CHECK(now.ru_minflt - start.ru_minflt >= PAGES);
	CHECK(now.ru_minflt - start.ru_minflt < PAGES + 16);
	/* There is no slow memory. */
	CHECK_EQ(now.ru_majflt, 0);
	CHECK(now.ru_maxrss >= (long)(PAGES * TEST_PAGE / 1024));
	CHECK(now.ru_maxrss < 8192);
	CHECK_EQ(sc(SYS_munmap, p, PAGES * TEST_PAGE), 0);
	/* The most, not what there is. */
	CHECK(usage(RUSAGE_SELF).ru_maxrss >= now.ru_maxrss);
}

static void
handler(int sig)
{
	(void)sig;
	handled++;
}

static void
signals(void)
{
	struct rusage start = usage(RUSAGE_SELF);

	signal(SIGUSR1, handler);
	for (int i = 0; i < 10; i++)
		kill(getpid(), SIGUSR1);
	CHECK_EQ(handled, 10);
	CHECK_EQ(usage(RUSAGE_SELF).ru_nsignals - start.ru_nsignals, 10);
}

/* Two that never sleep share a CPU. */
static void
shares(void *arg)
{
	int *stop = arg;
	struct rusage ru;

	test_pin(0);
	for (int i = 0; load(stop) == 0; i++) {
		test_spin();
		if (i % 4 != 0)
			continue;
		ru = usage(RUSAGE_SELF);
		if (ru.ru_nivcsw >= 3)
			store(stop, 1);
	}
}

static void
switches(void)
{
	struct rusage start, now;
	int *stop = test_shared(TEST_PAGE);
	pid_t pids[2];

	start = usage(RUSAGE_SELF);
	for (int i = 0; i < 10; i++)
		test_sleep_ms(2);
	now = usage(RUSAGE_SELF);
	CHECK(now.ru_nvcsw - start.ru_nvcsw >= 5);
	CHECK(now.ru_nvcsw - start.ru_nvcsw <= 20);
	for (int i = 0; i < 2; i++)
		pids[i] = test_fork(shares, stop);
	for (int i = 0; i < 2; i++)
		CHECK_EXIT(pids[i], 0);
	CHECK(usage(RUSAGE_CHILDREN).ru_nivcsw >= 3);
}

/* A program that uses little goes on where one had much. */
static void
grows_and_execs(void *arg)
{
	char *args[] = {arg, "exec", NULL}, *env[] = {NULL};
	char *p = test_private(4 * PAGES * TEST_PAGE);

	for (unsigned long i = 0; i < 4 * PAGES; i++)
		p[i * TEST_PAGE] = 1;
	sc(SYS_execve, arg, args, env);
	test_exit(1);
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	int status;
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "exec") == 0)
		return getrusage(RUSAGE_SELF, &ru) != 0 ||
		       ru.ru_maxrss < (long)(4 * PAGES * TEST_PAGE / 1024);
	test_begin(argc, argv);
	CHECK_EQ(usage(RUSAGE_CHILDREN).ru_minflt, 0);
	times_apart();
	faults();
	signals();
	switches();
	pid = test_fork(grows_and_execs, argv[0]);
	CHECK_EQ(sc(SYS_wait4, pid, &status, 0, &ru), pid);
	CHECK_EQ(status, 0);
	CHECK(ru.ru_maxrss >= (long)(4 * PAGES * TEST_PAGE / 1024));
	CHECK(usage(RUSAGE_CHILDREN).ru_maxrss >= ru.ru_maxrss);
	return test_done();
}
