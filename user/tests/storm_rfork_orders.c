/*
 * storm_rfork_orders.c -- two processes of rfork share memory, open files or
 * both with their parent; they exit in either order or at once, are reaped in
 * either order or by any-wait: the survivors' memory and files stay, and the
 * last one takes them along.
 */
#include "user/tests/test.h"

TEST_ROWS("E34 E40 X32 X38 X90 O9 O12 O24");

#define STACK 16384UL

static char stacks[2][STACK] __attribute__((aligned(16)));
static int *gates; /* shared: [i] member i may go */
static int fds[2];
static volatile int plain;
static int round_nr;

/* What all three share is there: memory by `plain`, files by the pipe. */
static int
member(void *arg)
{
	int i = (int)(intptr_t)arg;

	test_await(&gates[i], 1);
	if (sc(SYS_write, fds[1], "x", 1) != 1)
		return 100;
	plain = round_nr;
	return 50 + i;
}

static pid_t
make(int i, int flags)
{
	long pid;

	if (flags & RFMEM)
		return rfork_thread(RFPROC | flags, stacks[i] + STACK, member,
		    (void *)(intptr_t)i);
	pid = sc(SYS_rfork, RFPROC | flags);
	if (pid == 0)
		test_exit(member((void *)(intptr_t)i));
	return (pid_t)pid;
}

/* exits: 0, 1: that one first; 2: at once. */
static void
let_exit(const pid_t *pids, int exits)
{
	int first = exits == 1;

	test_post(&gates[first]);
	if (exits != 2)
		test_await_zombie(pids[first]);
	test_post(&gates[!first]);
}

static void
reap(const pid_t *pids, int reaps)
{
	for (int k = 0; k < 2; k++) {
		int i = k ^ (reaps == 1), status = -1;
		long got = sc(
		    SYS_wait4, reaps == 2 ? -1 : pids[i], &status, 0, NULL);

		if (reaps == 2)
			i = got == pids[1];
		CHECK_EQ(got, pids[i]);
		CHECK_EQ(status, (50 + i) << 8);
	}
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

/* The pipe has what both wrote, and ends when we close our end: nobody else
 * has one left. */
static void
check_pipe(void)
{
	char c[4];

	CHECK_EQ(sc(SYS_read, fds[0], c, sizeof(c)), 2);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	CHECK_EQ(sc(SYS_read, fds[0], c, 1), 0);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
}

static void
one_round(int i)
{
	static const int kinds[] = {RFMEM, RFMEM | RFFDG, 0};
	int flags = kinds[i % 3];
	pid_t pids[2];

	round_nr = i + 1;
	gates[0] = gates[1] = 0;
	REQUIRE(pipe(fds) == 0);
	for (int k = 0; k < 2; k++) {
		pids[k] = make(k, flags);
		REQUIRE(pids[k] > 0);
	}
	let_exit(pids, i / 3 % 3);
	reap(pids, i / 9 % 3);
	CHECK_EQ(plain == round_nr, (flags & RFMEM) != 0);
	check_pipe();
}

/* Leaves first; the two live on in its memory and with its files. */
static void
leaves_sharers(void *arg)
{
	int flags = (intptr_t)arg & 1 ? RFMEM : RFMEM | RFFDG;

	REQUIRE(pipe(fds) == 0);
	for (int k = 0; k < 2; k++)
		REQUIRE(make(k, flags) > 0);
	for (int k = 0; k < 2; k++)
		test_post(&gates[k ^ ((intptr_t)arg >> 1 & 1)]);
	test_exit(60);
}

static void
orphans_round(int i)
{
	int status, sum = 0;

	gates[0] = gates[1] = 0;
	test_fork(leaves_sharers, (void *)(intptr_t)i);
	while (sc(SYS_wait4, -1, &status, 0, NULL) > 0)
		sum += status >> 8;
	CHECK_EQ(sum, 50 + 51 + 60);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(360, 10000);
	gates = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < rounds; i++)
		one_round(i);
	for (int i = 0; i < rounds / 4; i++)
		orphans_round(i);
	return test_done();
}
