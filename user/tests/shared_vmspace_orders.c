/*
 * shared_vmspace_orders.c -- processes that share an address space (RFMEM)
 * exit and are reaped in all four orders, and at the same time: the survivor's
 * memory is intact and nothing is left over.
 */
#include "user/tests/test.h"

TEST_ROWS("E40 X38 X90 O12 O24");

#define STACK 32768UL
#define PAGES 16

static char stacks[2][STACK] __attribute__((aligned(16)));
static char *memory;
static volatile int plain; /* in memory that A and B share */
static int gates[2];
static int *outcome; /* shared: what the orphans found */

static int
member(void *arg)
{
	int i = (int)(intptr_t)arg;

	while (load(&gates[i]) == 0)
		test_yield();
	for (int j = 0; j < PAGES; j++)
		if (memory[j * (int)TEST_PAGE] != (char)j)
			return 100;
	plain++;
	store(&outcome[2 + i], 1);
	return 50 + i;
}

static void
order(int first_exit, int first_reap)
{
	pid_t pids[2];

	memory = test_private(PAGES * TEST_PAGE);
	for (int j = 0; j < PAGES; j++)
		memory[j * (int)TEST_PAGE] = (char)j;
	plain = 0;
	for (int i = 0; i < 2; i++) {
		store(&gates[i], 0);
		pids[i] = rfork_thread(RFPROC | RFMEM, stacks[i] + STACK,
		    member, (void *)(intptr_t)i);
		REQUIRE(pids[i] > 0);
	}
	for (int k = 0; k < 2; k++) {
		int i = k ^ first_exit;

		store(&gates[i], 1);
		WAIT_UNTIL(test_is_zombie(pids[i]));
		CHECK_EQ(plain, k + 1);
		/* Reaped at once, where the order says so. */
		if (first_reap == first_exit && k == 0)
			CHECK_EXIT(pids[i], 50 + i);
	}
	if (first_reap != first_exit)
		CHECK_EXIT(pids[first_reap], 50 + first_reap);
	CHECK_EXIT(pids[!first_reap], 50 + !first_reap);
	CHECK_EQ(sc(SYS_munmap, memory, PAGES * TEST_PAGE), 0);
}

/* The parent itself leaves first; the sharers live on in its memory. */
static void
parent_leaves(void *arg)
{
	(void)arg;
	order(0, 0);
	outcome[2] = outcome[3] = 0;
	memory = test_private(PAGES * TEST_PAGE);
	for (int j = 0; j < PAGES; j++)
		memory[j * (int)TEST_PAGE] = (char)j;
	for (int i = 0; i < 2; i++) {
		store(&gates[i], 1);
		outcome[i] = rfork_thread(RFPROC | RFMEM, stacks[i] + STACK,
		    member, (void *)(intptr_t)i);
	}
}

/* Both leave at the same time, or nearly; init buries the one, we the other. */
static void
leave_together(void *arg)
{
	int delay = (int)(intptr_t)arg;

	memory = test_private(PAGES * TEST_PAGE);
	for (int j = 0; j < PAGES; j++)
		memory[j * (int)TEST_PAGE] = (char)j;
	store(&gates[0], 0);
	outcome[0] = rfork_thread(RFPROC | RFMEM, stacks[0] + STACK, member, 0);
	store(&gates[0], 1);
	while (delay > 0 && load(&outcome[2]) == 0)
		test_yield();
	if (delay > 1)
		test_sleep_ms(1);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	outcome = test_shared(TEST_PAGE);
	for (int i = 0; i < 20 * test_scale; i++)
		for (int o = 0; o < 4; o++)
			order(o & 1, o >> 1);
	CHECK_EXIT(test_fork(parent_leaves, NULL), 0);
	for (int i = 0; i < 2; i++) {
		WAIT_UNTIL(sc(SYS_kill, outcome[i], 0) == -ESRCH);
		CHECK_EQ(outcome[2 + i], 1);
	}
	for (int i = 0; i < 100 * test_scale; i++) {
		outcome[2] = 0;
		CHECK_EXIT(
		    test_fork(leave_together, (void *)(intptr_t)(i % 3)), 0);
		WAIT_UNTIL(sc(SYS_kill, outcome[0], 0) == -ESRCH);
		CHECK_EQ(outcome[2], 1);
	}
	return test_done();
}
