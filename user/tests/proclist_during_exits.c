/*
 * proclist_during_exits.c -- a process that lists all others without a pause
 * (and so holds each for a moment) does not make exits slow: nobody looks
 * "again in a tenth of a second".  Measured in lists made meanwhile, not by
 * the clock: one exit may take some, but not twenty times what most take.
 * And what the list says is never torn.
 */
#include "user/tests/test.h"

TEST_ROWS("E53 E71 D06 D07 D10");

#define ROUNDS 300
#define NTHREADS 4

static int *shared; /* [0] stop, [1] lists made */

static void
lister(void *arg)
{
	(void)arg;
	while (load(&shared[0]) == 0) {
		int n = test_proclist();

		for (int i = 0; i < n; i++) {
			struct proc_row *r = &test_rows_buf[i];

			CHECK(r->pid >= 0 && r->pid <= 99999);
			CHECK(r->stat >= PROC_STAT_IDLE &&
			      r->stat <= PROC_STAT_ZOMBIE);
			CHECK(r->comm[sizeof(r->comm) - 1] == '\0');
		}
		add(&shared[1], 1);
		test_yield();
	}
}

static void
nothing(void *arg)
{
	(void)arg;
	test_yield();
}

/* Half of them have had threads, which end on their own or with it. */
static void
child(void *arg)
{
	struct mthread t[NTHREADS];

	if (arg != NULL)
		for (int i = 0; i < NTHREADS; i++)
			mthread_start(&t[i], nothing, NULL);
	test_exit(1);
}

static int
by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int
main(int argc, char **argv)
{
	static int lists[ROUNDS];
	int ncpus, n = 0, median, most;
	pid_t pid;

	test_begin(argc, argv);
	ncpus = test_ncpus();
	shared = test_shared(TEST_PAGE);
	pid = test_fork(lister, NULL);
	WAIT_UNTIL(load(&shared[1]) > 0);
	for (int i = 0; i < ROUNDS * test_scale; i++) {
		int before = load(&shared[1]);

		CHECK_EXIT(test_fork(child, i & 1 ? shared : NULL), 1);
		if (n < ROUNDS)
			lists[n++] = load(&shared[1]) - before;
	}
	store(&shared[0], 1);
	CHECK_EXIT(pid, 0);

	qsort(lists, ROUNDS, sizeof(lists[0]), by_value);
	median = lists[ROUNDS / 2];
	most = lists[ROUNDS * 9 / 10];
	test_note("lists made during an exit: median %d, nine of ten <= %d, "
		  "longest %d",
	    median, most, lists[ROUNDS - 1]);
	/* With fewer CPUs it is the scheduler that is measured. */
	if (ncpus >= 4)
		CHECK(most <= 20 * median + 200);
	return test_done();
}
