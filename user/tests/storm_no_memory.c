/*
 * storm_no_memory.c -- processes and threads come and go on all CPUs while
 * another takes all the memory there is, again and again: births are refused,
 * whoever needs a page and gets none dies, exits and waits go through, and
 * when the hog has gone all is as before.
 */
#include "user/tests/test.h"

TEST_ROWS("D.oom E75 E88 2.10 N7 X84");

#define WORKERS 4
#define CHUNK (1L << 20)
#define STOP 0 /* words of shared memory */
#define REFUSED 1
#define MADE 2
#define KILLED 3
#define FULL 4

static int *shared;

static bool
no_memory(long error)
{
	return error == -ENOMEM || error == -EAGAIN || error == -EFAULT;
}

/* Takes memory by read(), which fails where an instruction would kill, down
 * to the last page. */
static void
fill(long zero)
{
	for (long size = CHUNK; size >= (long)TEST_PAGE; size /= 4) {
		long p, got;

		do {
			p = sc(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANON, -1, 0, 0);
			got = p < 0 ? p : sc(SYS_read, zero, p, size);
		} while (got == size);
		CHECK(got >= 0 || no_memory(got));
	}
}

static int
felt(void)
{
	return load(&shared[REFUSED]) + load(&shared[KILLED]);
}

/* Holds all there is, and whatever is given back meanwhile, for a while, and
 * longer while nobody has felt it; then it dies. */
static void
hog(void *arg)
{
	long zero = sc(SYS_open, "/dev/zero", O_RDONLY, 0);
	int before = felt();

	(void)arg;
	REQUIRE(zero >= 0);
	fill(zero);
	add(&shared[FULL], 1);
	for (int turn = 0; turn < (felt() > before ? 50 : 1000); turn++) {
		fill(zero);
		test_sleep_ms(1);
	}
}

static void
born(void *arg)
{
	(void)arg;
	sc(SYS_extexit, EXTEXIT_LWP, 4, NULL);
}

static void
child(void)
{
	static char stacks[2][MTHREAD_STACK] __attribute__((aligned(16)));
	static struct mthread t[2];

	for (int i = 0; i < 2; i++) {
		long error = mthread_start_on(&t[i], stacks[i], born, NULL);

		CHECK(error == 0 || no_memory(error));
	}
	test_exit(4);
}

/* Its children may be killed for want of a page, and so may it itself. */
static void
worker(void *arg)
{
	(void)arg;
	while (load(&shared[STOP]) == 0) {
		long pid = sc(SYS_fork);
		int status = -1;

		if (pid == 0)
			child();
		if (pid < 0) {
			CHECK(no_memory(pid));
			add(&shared[REFUSED], 1);
			test_yield();
			continue;
		}
		add(&shared[MADE], 1);
		if (sc(SYS_wait4, pid, &status, 0, NULL) != pid)
			continue;
		CHECK(status == 4 << 8 || status == SIGBUS || status == -1);
		if (status != 4 << 8)
			add(&shared[KILLED], 1);
	}
}

/* The workers are made anew each time: some may have died. */
static void
one_round(void)
{
	int seen = load(&shared[MADE]);
	pid_t pids[WORKERS];

	store(&shared[STOP], 0);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = test_fork(worker, NULL);
	WAIT_UNTIL(load(&shared[MADE]) > seen);
	CHECK(test_wait(test_fork(hog, NULL)) >= 0);
	store(&shared[STOP], 1);
	for (int i = 0; i < WORKERS; i++) {
		long status = test_wait(pids[i]);

		CHECK(status == 0 || status == SIGBUS);
		if (status != 0)
			add(&shared[KILLED], 1);
	}
}

/* All but the waiting is a child's: who only waits needs no page. */
static void
director(void *arg)
{
	int rounds = test_rounds(1, 25);

	(void)arg;
	for (int i = 0; i < rounds; i++)
		one_round();
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	CHECK_EXIT(test_fork(director, NULL), 0);
	test_note("%d children, %d of them killed; %d births refused; %d times "
		  "full",
	    shared[MADE], shared[KILLED], shared[REFUSED], shared[FULL]);
	CHECK_EQ(shared[FULL], test_rounds(1, 25));
	CHECK(felt() > 0);
	return test_done();
}
