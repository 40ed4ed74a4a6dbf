/*
 * exec_against_exit.c -- one thread calls execve, another _exit, in the same
 * instant: the process becomes the new program or dies, and never hangs; the
 * same with two threads that both exec.
 */
#include "user/tests/test.h"

TEST_ROWS("E09 X10 D14");

static char stacks[3][MTHREAD_STACK] __attribute__((aligned(16)));
static int meeting, nthreads;
static const char *self;

static void
run_self(int status)
{
	char text[] = "31";
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--exit", text, NULL};
	char *envp[] = {NULL};

	text[1] = (char)('0' + status);
	sc(SYS_execve, self, argv, envp);
	/* It failed because another thread was first. */
	test_exit(77);
}

static void
exiter(void *arg)
{
	test_barrier(&meeting, nthreads);
	test_exit((int)(intptr_t)arg);
}

static void
execer(void *arg)
{
	test_barrier(&meeting, nthreads);
	run_self((int)(intptr_t)arg);
}

/* exec in the first thread, exit in the second; or the other way round. */
static void
exec_and_exit(void *arg)
{
	static struct mthread t;
	bool swap = arg != NULL;

	nthreads = 2;
	REQUIRE(mthread_start_on(
		    &t, stacks[0], swap ? execer : exiter, (void *)1) == 0);
	if (swap)
		exiter((void *)1);
	execer((void *)1);
}

static void
two_execs(void *arg)
{
	static struct mthread t[2];

	(void)arg;
	nthreads = 3;
	REQUIRE(mthread_start_on(&t[0], stacks[0], execer, (void *)1) == 0);
	REQUIRE(mthread_start_on(&t[1], stacks[1], execer, (void *)2) == 0);
	execer((void *)3);
}

int
main(int argc, char **argv)
{
	int dead = 0, renewed = 0, rounds;

	if (argc == 3 && strcmp(argv[1], "--exit") == 0)
		test_exit(atoi(argv[2]));
	test_begin(argc, argv);
	rounds = test_rounds(1000, 10000);
	self = argv[0];
	for (int i = 0; i < rounds; i++) {
		long status =
		    test_wait(test_fork(exec_and_exit, i & 1 ? argv : NULL));

		if (status == 1 << 8)
			dead++;
		else if (status == 31 << 8)
			renewed++;
		else
			CHECK_EQ(status, 31 << 8);
	}
	rounds = test_rounds(100, 2000);
	for (int i = 0; i < rounds; i++) {
		long status = test_wait(test_fork(two_execs, NULL));

		CHECK(status == 31 << 8 || status == 32 << 8 ||
		      status == 33 << 8);
	}
	test_note("%d died, %d became the new program", dead, renewed);
	return test_done();
}
