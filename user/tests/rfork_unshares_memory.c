/*
 * rfork_unshares_memory.c -- rfork() without RFPROC and RFMEM: a process that
 * shares its memory goes on in a copy of it; with RFMEM it goes on sharing.  A
 * process with threads does not, before the last other one has gone.
 */
#include "user/tests/test.h"

TEST_ROWS("2.10 E40");

static char stack[32768] __attribute__((aligned(16)));
static volatile int value; /* in the memory that is shared at first */
static int *step;	   /* shared whatever happens */

static int
sharer(void *arg)
{
	(void)arg;
	value = 5;
	store(step, 1);
	WAIT_UNTIL(load(step) == 2);
	CHECK_EQ(sc(SYS_rfork, RFFDG | RFMEM), 0);
	value = 6;
	store(step, 3);
	WAIT_UNTIL(load(step) == 4);
	CHECK_EQ(sc(SYS_rfork, RFFDG), 0);
	/* What was written before is in the copy; nothing goes over. */
	CHECK_EQ(value, 7);
	value = 8;
	store(step, 5);
	WAIT_UNTIL(load(step) == 6);
	CHECK_EQ(value, 8);
	return 9;
}

static void
ends(void *arg)
{
	(void)arg;
}

/* A thread on its way out stores its last word into the memory that it has
 * used: that is in the copy. */
static int
outlives_thread(void *arg)
{
	static char thread_stack[MTHREAD_STACK] __attribute__((aligned(16)));
	static struct mthread t;
	long error;

	(void)arg;
	CHECK_EQ(mthread_start_on(&t, thread_stack, ends, NULL), 0);
	while ((error = sc(SYS_rfork, RFFDG)) == -EINVAL)
		test_yield();
	CHECK_EQ(error, 0);
	CHECK_EQ(load(&t.done), 1);
	return 0;
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	step = test_shared(TEST_PAGE);
	pid = rfork_thread(RFPROC | RFMEM, stack + sizeof(stack), sharer,
	    NULL);
	REQUIRE(pid > 0);
	WAIT_UNTIL(load(step) == 1);
	CHECK_EQ(value, 5);
	store(step, 2);
	WAIT_UNTIL(load(step) == 3);
	CHECK_EQ(value, 6);
	value = 7;
	store(step, 4);
	WAIT_UNTIL(load(step) == 5);
	CHECK_EQ(value, 7);
	value = 10;
	store(step, 6);
	CHECK_EXIT(pid, 9);
	CHECK_EQ(value, 10);
	for (int i = 0; i < 30 * test_scale; i++) {
		pid = rfork_thread(RFPROC | RFMEM, stack + sizeof(stack),
		    outlives_thread, NULL);
		REQUIRE(pid > 0);
		CHECK_EXIT(pid, 0);
	}
	return test_done();
}
