/*
 * rusage_threads.c -- what a thread used is not lost when it dies before the
 * process does, and counted once: CPU time in getrusage() and for the parent,
 * voluntary switches not doubled; what a thread uses that runs counts at once.
 */
#include "user/tests/test.h"

TEST_ROWS("E58 D32 D33 X60");

#define NAPS 60
#define PAGES 40

static struct rusage *said;

static long
cpu(const struct rusage *ru)
{
	return (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000 +
	       ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;
}

static long
used(void)
{
	struct rusage ru;

	REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, &ru) == 0);
	return cpu(&ru);
}

static void
burn(void *arg)
{
	long until = used() + (long)(intptr_t)arg;

	while (used() < until)
		for (volatile int i = 0; i < 20000; i++)
			;
}

/* Two threads burn one after the other and are gone before the process. */
static void
burner(void *arg)
{
	struct mthread t;

	(void)arg;
	for (int i = 0; i < 2; i++) {
		mthread_start(&t, burn, (void *)100000);
		mthread_join(&t);
	}
	REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, &said[0]) == 0);
}

static void
sleeper(void *arg)
{
	(void)arg;
	for (int i = 0; i < NAPS; i++)
		test_sleep_ms(1);
	REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, &said[1]) == 0);
}

/* What the process has used never falls: at no moment is a thread that ends
 * counted twice, among the living and the dead. */
static void
watched(void *arg)
{
	struct mthread t[3];

	(void)arg;
	for (int i = 0; i < 100; i++) {
		long before = 0, now;
		bool over = false;

		for (int k = 0; k < 3; k++)
			mthread_start(&t[k], burn, (void *)2000);
		while (!over) {
			over = load(&t[0].done) && load(&t[1].done) &&
			       load(&t[2].done);
			now = used();
			CHECK(now >= before);
			before = now;
			test_yield();
		}
		for (int k = 0; k < 3; k++)
			mthread_join(&t[k]);
	}
}

/* What it used last of all is in what its parent hears, who looks as soon as
 * there is a zombie. */
static void
touches(void *arg)
{
	char *p = test_private(4 * TEST_PAGE);

	(void)arg;
	for (int i = 0; i < 4; i++)
		p[(unsigned long)i * TEST_PAGE] = 1;
	REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, &said[2]) == 0);
}

static void
heard_at_once(void)
{
	for (int i = 0; i < 300 * test_scale; i++) {
		struct rusage ru = {0};
		int status;
		pid_t pid = test_fork(touches, NULL);

		for (int k = 0; k < i % 8; k++)
			test_yield();
		CHECK_EQ(sc(SYS_wait4, pid, &status, 0, &ru), pid);
		CHECK(ru.ru_minflt >= said[2].ru_minflt);
	}
}

/* Each thread's faults once, and whole numbers: in the process's own usage
 * while it lives, and in what its parent hears. */
static void
touches_much(void *arg)
{
	char *p = arg;

	for (int i = 0; i < PAGES; i++)
		p[(unsigned long)i * TEST_PAGE] = 1;
}

static long
own_faults(void)
{
	struct rusage ru;

	REQUIRE(sc(SYS_getrusage, RUSAGE_SELF, &ru) == 0);
	return ru.ru_minflt;
}

static void
many_touch(void *arg)
{
	static char stacks[4][MTHREAD_STACK] __attribute__((aligned(16)));
	struct mthread t[4];
	char *p = test_private(COUNT(t) * PAGES * TEST_PAGE);
	long before;

	(void)arg;
	/* The stacks are there, and everything else that is needed. */
	memset(stacks, 1, sizeof(stacks));
	before = own_faults();
	for (size_t i = 0; i < COUNT(t); i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i], touches_much,
			    p + i * PAGES * TEST_PAGE) == 0);
	for (size_t i = 0; i < COUNT(t); i++)
		mthread_join(&t[i]);
	said[3].ru_minflt = own_faults();
	CHECK(said[3].ru_minflt >= before + (long)COUNT(t) * PAGES);
	CHECK(said[3].ru_minflt <= before + (long)COUNT(t) * PAGES + 4);
}

static void
counted_once(void)
{
	struct rusage ru;
	int status;
	pid_t pid = test_fork(many_touch, NULL);

	CHECK_EQ(sc(SYS_wait4, pid, &status, 0, &ru), pid);
	CHECK_EQ(status, 0);
	CHECK(ru.ru_minflt >= said[3].ru_minflt);
	CHECK(ru.ru_minflt <= said[3].ru_minflt + 4);
}

static void
spins(void *arg)
{
	store((int *)arg, 1);
	while (load((int *)arg) != 2)
		test_spin();
}

static long
shown_us(pid_t pid)
{
	struct proc_row *row = test_ps(pid);

	REQUIRE(row != NULL);
	return (long)row->utime_us;
}

/* What runs elsewhere, alone and without a call, counts all the time: for
 * another thread, and for another process. */
static void
running(void)
{
	static int word;
	int *far = test_shared(TEST_PAGE);
	struct mthread t;
	long before, least = test_ncpus() > 1 ? 2000 : 0;
	pid_t pid;

	mthread_start(&t, spins, &word);
	WAIT_UNTIL(load(&word) == 1);
	for (int i = 0; i < 3; i++) {
		before = used();
		test_sleep_ms(20);
		CHECK(used() >= before + least);
	}
	store(&word, 2);
	mthread_join(&t);
	pid = test_fork(spins, far);
	WAIT_UNTIL(load(far) == 1);
	for (int i = 0; i < 3; i++) {
		before = shown_us(pid);
		test_sleep_ms(20);
		CHECK(shown_us(pid) >= before + least);
	}
	store(far, 2);
	CHECK_EXIT(pid, 0);
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	int status;
	pid_t pid;

	test_begin(argc, argv);
	said = test_shared(TEST_PAGE);
	pid = test_fork(burner, NULL);
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	CHECK_EQ(status, 0);
	test_note("process said %ld us, its parent heard %ld", cpu(&said[0]),
	    cpu(&ru));
	CHECK(cpu(&said[0]) >= 200000);
	CHECK(cpu(&ru) >= cpu(&said[0]));
	CHECK(cpu(&ru) < cpu(&said[0]) + 150000);

	pid = test_fork(sleeper, NULL);
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	test_note("process said %ld voluntary switches, its parent heard %ld",
	    said[1].ru_nvcsw, ru.ru_nvcsw);
	/* A nap that was over before the thread had left its CPU is none. */
	CHECK(said[1].ru_nvcsw >= NAPS / 2);
	CHECK(ru.ru_nvcsw >= said[1].ru_nvcsw);
	CHECK(ru.ru_nvcsw < said[1].ru_nvcsw + NAPS / 2);
	CHECK_EXIT(test_fork(watched, NULL), 0);
	heard_at_once();
	counted_once();
	running();
	CHECK_EQ(sc(SYS_getrusage, RUSAGE_SELF, 8), -EFAULT);
	CHECK_EQ(sc(SYS_getrusage, 7, &ru), -EINVAL);
	return test_done();
}
