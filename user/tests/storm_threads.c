/*
 * storm_threads.c -- a process with very many threads (at full length ten
 * thousand) ends: by _exit in one of them, by all leaving on their own, by
 * SIGKILL, by execve, and by _exit in all of them.
 */
#include "user/tests/test.h"

TEST_ROWS("E03 E07 E08 E12 E27 X10 X14 X62 D11");

#define MOST 10000
#define STACK 4096UL

enum way { BY_EXIT, BY_LEAVING, BY_KILL, BY_EXEC, BY_ALL, WAYS };

static int nthreads, *gate, *ready;
static enum way way;
static const char *self;

static void
thread(void *arg)
{
	int i = (int)(intptr_t)arg;

	if (add(ready, 1) == nthreads)
		sc(SYS_umtx_wakeup, ready, 0);
	test_await(gate, 1);
	if (way == BY_ALL)
		test_exit(i % 100);
	if (way == BY_LEAVING)
		sc(SYS_extexit, EXTEXIT_LWP, i % 100, NULL);
	test_await(gate, 2);
}

static void
make_threads(void)
{
	char *stacks = test_private((size_t)nthreads * STACK);

	for (int i = 0; i < nthreads; i++) {
		struct lwp_params params = {.func = thread,
		    .arg = (void *)(intptr_t)i,
		    .stack = stacks + (size_t)(i + 1) * STACK};

		REQUIRE(sc(SYS_lwp_create, &params) == 0);
	}
	while (load(ready) < nthreads)
		sc(SYS_umtx_sleep, ready, load(ready), 0);
}

static void
process(void *arg)
{
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--exit-50", NULL};

	(void)arg;
	make_threads();
	if (way == BY_KILL)
		sc(SYS_kill, getpid(), SIGKILL);
	if (way == BY_EXIT)
		test_exit(50);
	if (way == BY_EXEC)
		sc(SYS_execve, self, argv, argv + 2);
	test_post(gate);
	sc(SYS_extexit, EXTEXIT_LWP, 50, NULL);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--exit-50") == 0)
		test_exit(50);
	test_begin(argc, argv);
	self = argv[0];
	gate = test_shared(TEST_PAGE);
	ready = gate + 16;
	for (way = 0; way < WAYS; way++) {
		long status;

		*gate = *ready = 0;
		/* The way that most processes of many threads end, and the one
		 * that has all of them move by themselves, with the most. */
		nthreads = way <= BY_LEAVING ? test_rounds(400, MOST) :
					       test_rounds(400, MOST / 5);
		status = test_wait(test_fork(process, NULL));
		if (way == BY_KILL)
			CHECK_EQ(status, SIGKILL);
		else if (way == BY_LEAVING || way == BY_ALL)
			CHECK(status >= 0 && WIFEXITED(status) &&
			    WEXITSTATUS(status) < 100);
		else
			CHECK_EQ(status, 50 << 8);
	}
	return test_done();
}
