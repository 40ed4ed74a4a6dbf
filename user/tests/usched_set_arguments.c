/*
 * usched_set_arguments.c -- the CPUs that a thread may run on: set, add,
 * delete and ask; the errors of bad arguments, after which all is as before.
 */
#include "user/tests/test.h"

TEST_ROWS("E68");

static int
where(void)
{
	int cpu = -1;

	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_GET_CPU, &cpu, sizeof(cpu)), 0);
	return cpu;
}

static void
errors(int ncpus)
{
	int cpu = 0, bad[] = {ncpus, 255, 100000, -1};

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_EQ(
		    sc(SYS_usched_set, 0, USCHED_SET_CPU, &bad[i], sizeof(int)),
		    -EFBIG);
	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_SET_CPU, &cpu, 1), -EINVAL);
	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_SET_CPU, &cpu, 8), -EINVAL);
	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_GET_CPU, &cpu, 2), -EINVAL);
	CHECK_EQ(
	    sc(SYS_usched_set, 1, USCHED_SET_CPU, &cpu, sizeof(cpu)), -EINVAL);
	CHECK_EQ(sc(SYS_usched_set, 0, 99, &cpu, sizeof(cpu)), -EINVAL);
	CHECK_EQ(
	    sc(SYS_usched_set, 0, USCHED_SET_CPU, NULL, sizeof(cpu)), -EFAULT);
	CHECK_EQ(
	    sc(SYS_usched_set, 0, USCHED_GET_CPU, NULL, sizeof(cpu)), -EFAULT);
}

static void
masks(void *arg)
{
	int ncpus = (int)(intptr_t)arg, last = ncpus - 1, zero = 0;

	CHECK_EQ(test_pin(last), 0);
	CHECK_EQ(where(), last);
	CHECK_EQ(
	    sc(SYS_usched_set, 0, USCHED_DEL_CPU, &last, sizeof(last)), -EPERM);
	CHECK_EQ(
	    sc(SYS_usched_set, getpid(), USCHED_ADD_CPU, &zero, sizeof(zero)),
	    0);
	if (ncpus > 1) {
		CHECK_EQ(
		    sc(SYS_usched_set, 0, USCHED_DEL_CPU, &last, sizeof(last)),
		    0);
		for (int i = 0; i < 50; i++) {
			CHECK_EQ(where(), 0);
			test_yield();
		}
	}
	errors(ncpus);
	CHECK_EQ(where(), 0);
}

/* A pinned thread stays; from CPU to CPU and back, many times. */
static void
travels(void *arg)
{
	int ncpus = (int)(intptr_t)arg;

	for (int i = 0; i < 200 * test_scale; i++) {
		int cpu = i * 7 % ncpus;

		CHECK_EQ(test_pin(cpu), 0);
		CHECK_EQ(where(), cpu);
		if (i % 10 == 0)
			test_sleep_ms(1);
		CHECK_EQ(where(), cpu);
	}
}

int
main(int argc, char **argv)
{
	int ncpus;

	test_begin(argc, argv);
	ncpus = test_ncpus();
	CHECK(where() >= 0 && where() < ncpus);
	errors(ncpus);
	CHECK_EXIT(test_fork(masks, (void *)(intptr_t)ncpus), 0);
	CHECK_EXIT(test_fork(travels, (void *)(intptr_t)ncpus), 0);
	return test_done();
}
