/*
 * wait_gives_back.c -- two threads wait; the one that takes the child cannot
 * store its status and gives it back: the other one, which has passed it by
 * meanwhile, gets it, whether it waits for any child or for that group's.
 */
#include "user/tests/test.h"

TEST_ROWS("E82 D04 X79");

#define ROUNDS 300

static int *gate; /* shared: the child may go */
static long bad_got, good_got;
static long whom; /* the good wait's */

static void
child(void *arg)
{
	(void)arg;
	while (load(gate) == 0)
		test_yield();
	test_exit(3);
}

static void
waits_badly(void *arg)
{
	(void)arg;
	store(&bad_got, sc(SYS_wait4, -1, 8, 0, NULL));
}

static void
waits(void *arg)
{
	int status = -1;

	(void)arg;
	store(&good_got, sc(SYS_wait4, whom, &status, 0, NULL));
	CHECK_EQ(status, 3 << 8);
}

static void
two(void *arg)
{
	struct mthread t[2];

	(void)arg;
	for (int i = 0; i < ROUNDS * test_scale; i++) {
		pid_t pid;

		store(gate, 0);
		pid = test_fork(child, NULL);
		CHECK_EQ(setpgid(pid, pid), 0);
		whom = i & 2 ? -pid : -1;
		mthread_start(&t[i & 1], waits, NULL);
		mthread_start(&t[!(i & 1)], waits_badly, NULL);
		for (int k = 0; k < i % 4; k++)
			test_yield();
		store(gate, 1);
		mthread_join(&t[0]);
		mthread_join(&t[1]);
		CHECK_EQ(good_got, pid);
		CHECK(bad_got == -EFAULT || bad_got == -ECHILD);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	CHECK_EXIT(test_fork(two, NULL), 0);
	return test_done();
}
