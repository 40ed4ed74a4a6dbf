/*
 * time_goes_on.c -- the monotonic clock never steps back, from whatever CPU
 * it is read; nanosleep sleeps at least as long as asked and takes no nonsense;
 * used time never shrinks.
 */
#include "user/tests/test.h"

TEST_ROWS("3.6 N7");

#define NTHREADS 4

static uint64_t newest; /* of all threads */

static void
reader(void *arg)
{
	int ncpus = (int)(intptr_t)arg;

	for (int i = 0; i < 300; i++) {
		uint64_t before = load(&newest), now;

		if (i % 50 == 0)
			test_pin((i / 50) % ncpus);
		now = test_now_ns();
		CHECK(now >= before);
		/* Only ever forward. */
		while (before < now &&
		       !__atomic_compare_exchange_n(&newest, &before, now,
			   false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			;
	}
}

static void
clocks(void)
{
	struct timespec ts;
	struct timeval tv;
	long wall;

	CHECK_EQ(sc(SYS_clock_gettime, CLOCK_REALTIME, &ts), 0);
	wall = ts.tv_sec;
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	CHECK_EQ(sc(SYS_gettimeofday, &tv, NULL), 0);
	CHECK(tv.tv_sec >= wall && tv.tv_sec <= wall + 10);
	CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	CHECK_EQ(sc(SYS_clock_gettime, 99, &ts), -EINVAL);
	CHECK_EQ(sc(SYS_clock_gettime, CLOCK_MONOTONIC, NULL), -EFAULT);
}

static void
naps(void)
{
	struct timespec ts = {.tv_nsec = 3000000}, rest;
	uint64_t before = test_now_ns();

	CHECK_EQ(sc(SYS_nanosleep, &ts, &rest), 0);
	CHECK(test_now_ns() - before >= 3000000);
	ts.tv_nsec = 1000000000;
	CHECK_EQ(sc(SYS_nanosleep, &ts, NULL), -EINVAL);
	ts.tv_nsec = -1;
	CHECK_EQ(sc(SYS_nanosleep, &ts, NULL), -EINVAL);
	ts = (struct timespec){.tv_sec = -1};
	CHECK_EQ(sc(SYS_nanosleep, &ts, NULL), -EINVAL);
	ts = (struct timespec){0};
	CHECK_EQ(sc(SYS_nanosleep, &ts, NULL), 0);
	CHECK_EQ(sc(SYS_nanosleep, NULL, NULL), -EFAULT);
}

static void
usage(void)
{
	struct rusage ru;
	long last = 0;

	for (int i = 0; i < 200; i++) {
		long now;

		CHECK_EQ(sc(SYS_getrusage, RUSAGE_SELF, &ru), 0);
		now = (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 +
		      ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
		CHECK(now >= last);
		last = now;
	}
	CHECK(ru.ru_minflt > 0);
}

int
main(int argc, char **argv)
{
	struct mthread t[NTHREADS];
	int ncpus;

	test_begin(argc, argv);
	ncpus = test_ncpus();
	clocks();
	naps();
	usage();
	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], reader, (void *)(intptr_t)ncpus);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
	return test_done();
}
