/*
 * exit_without_polls.c -- a process with sleeping or spinning threads ends,
 * and is reaped, as soon as they have left: nobody looks once a tick whether
 * they have.
 *
 * The least time of many rounds counts, so that a slow machine does not
 * matter: a poll would be in every one of them.  And the kernel counts sleeps
 * that end by themselves though nobody asked for the time: there are none, also
 * not in vfork and in waits of any kind.
 */
#include "user/tests/test.h"

TEST_ROWS("E10 E11 E28 E66 E72 D05 D06 D07 D08 D10 X14");

#define NTHREADS 3
#define ROUNDS 40
#define TICK_NS 9000000U /* a little less than a tick of 100 Hz */

static char stacks[NTHREADS][MTHREAD_STACK] __attribute__((aligned(16)));
static int ready, never;

static void
sleeps(void *arg)
{
	(void)arg;
	add(&ready, 1);
	for (;;)
		sc(SYS_umtx_sleep, &never, 0, 0);
}

static void
spins(void *arg)
{
	(void)arg;
	add(&ready, 1);
	for (;;)
		test_spin();
}

/* Tells when it began to end. */
static void
child(void *arg)
{
	static struct mthread t[NTHREADS];
	uint64_t *began = arg;

	for (int i = 0; i < NTHREADS; i++)
		REQUIRE(mthread_start_on(&t[i], stacks[i],
			    *began == 1 ? spins : sleeps, NULL) == 0);
	while (load(&ready) < NTHREADS)
		test_yield();
	store(began, test_now_ns());
	test_exit(7);
}

static void
least_time(const char *what, uint64_t *began, uint64_t kind)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < ROUNDS * test_scale; i++) {
		uint64_t took;

		store(began, kind);
		CHECK_EXIT(test_fork(child, began), 7);
		took = test_now_ns() - load(began);
		if (took < least)
			least = took;
	}
	test_note("%s: %llu us", what, (unsigned long long)least / 1000);
	CHECK(least < TICK_NS);
}

static long
polls(void)
{
	static struct census_row rows[256];
	long n = sc(SYS_census, rows, COUNT(rows));

	for (long i = 0; i < n && i < (long)COUNT(rows); i++)
		if (strcmp(rows[i].name, "~sleeps:polls") == 0)
			return (long)rows[i].count;
	return -1;
}

static void
yields(void *arg)
{
	for (int i = (int)(intptr_t)arg; i > 0; i--)
		test_yield();
}

/* Waits that sleep, or come when the child is on its last steps. */
static void
other_sleeps(void)
{
	for (int i = 0; i < ROUNDS * test_scale; i++) {
		pid_t pid;

		CHECK_EXIT(test_vfork_exit(1), 1);
		pid = test_fork(yields, (void *)(intptr_t)(i % 8));
		if (i & 1)
			WAIT_UNTIL(test_is_zombie(pid));
		CHECK_EXIT(pid, 0);
	}
}

int
main(int argc, char **argv)
{
	uint64_t *began;
	long before;

	test_begin(argc, argv);
	before = polls();
	CHECK(before >= 0);
	began = test_shared(TEST_PAGE);
	least_time("with sleeping threads", began, 0);
	least_time("with spinning threads", began, 1);
	other_sleeps();
	CHECK_EQ(polls(), before);
	return test_done();
}
