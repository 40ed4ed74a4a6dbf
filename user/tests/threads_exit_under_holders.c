/*
 * threads_exit_under_holders.c -- threads end without a pause while others
 * look them up (lwp_kill with signal 0) and list them: nobody finds a thread
 * half gone, nobody waits for ever.
 */
#include "user/tests/test.h"

TEST_ROWS("E71 D07 X59 X70");

#define NTHREADS 4
#define ROUNDS 100

static int stop, newest;
/* Of the process: a stack that is mapped and unmapped for each thread would
 * interrupt all CPUs each time, and be most of what happens. */
static char stacks[NTHREADS][2][MTHREAD_STACK] __attribute__((aligned(16)));

static void
nothing(void *arg)
{
	store(&newest, (int)sc(SYS_lwp_gettid));
	if ((intptr_t)arg & 1)
		test_yield();
}

static void
maker(void *arg)
{
	char(*stack)[MTHREAD_STACK] = stacks[(intptr_t)arg];
	struct mthread t[2];

	for (int i = 0; i < ROUNDS * test_scale; i++) {
		for (intptr_t k = 0; k < 2; k++)
			REQUIRE(mthread_start_on(
				    &t[k], stack[k], nothing, (void *)k) == 0);
		mthread_join(&t[0]);
		mthread_join(&t[1]);
		CHECK_EQ(sc(SYS_lwp_kill, -1, t[0].tid, 0), -ESRCH);
		CHECK_EQ(sc(SYS_lwp_kill, -1, t[1].tid, 0), -ESRCH);
	}
}

static void
prober(void *arg)
{
	(void)arg;
	while (load(&stop) == 0) {
		int tid = load(&newest);

		for (int i = tid - 3; i <= tid + 3; i++) {
			long error = i < 1 ? 0 : sc(SYS_lwp_kill, -1, i, 0);

			CHECK(error == 0 || error == -ESRCH);
		}
		test_yield();
	}
}

static void
lister(void *arg)
{
	static struct proc_row rows[256];

	(void)arg;
	while (load(&stop) == 0) {
		CHECK(sc(SYS_proclist, rows, COUNT(rows)) > 0);
		test_yield();
	}
}

static void
storm(void *arg)
{
	struct mthread makers[NTHREADS], others[2];

	mthread_start(&others[0], prober, NULL);
	mthread_start(&others[1], lister, NULL);
	for (intptr_t i = 0; i < NTHREADS; i++)
		mthread_start(&makers[i], maker, (void *)i);
	/* Cut off in the middle, or to the end. */
	if (arg != NULL)
		test_exit(0);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&makers[i]);
	store(&stop, 1);
	mthread_join(&others[0]);
	mthread_join(&others[1]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < 10; i++)
		CHECK_EXIT(test_fork(storm, argv), 0);
	CHECK_EXIT(test_fork(storm, NULL), 0);
	return test_done();
}
