/*
 * lwp_create_arguments.c -- thread numbers are 0, 1, 2, ...; lwp_create with
 * a bad address of its parameters or of a number's place is EFAULT and leaves
 * no thread behind; a thread that returns, or starts in no man's land, faults
 * and takes the process along; fork from any thread makes one thread.
 */
#include "user/tests/test.h"

TEST_ROWS("E75 D61 X73");

#define STACK 16384UL

static int ran, go;
static char stack[STACK] __attribute__((aligned(16)));

static void
body(void *arg)
{
	add(&ran, (int)(intptr_t)arg);
	for (;;)
		sc(SYS_extexit, EXTEXIT_LWP, 0, NULL);
}

static int
threads_now(void)
{
	struct proc_row *row = test_ps(getpid());

	return row == NULL ? -1 : row->nthreads;
}

static void
bad_numbers(int32_t *tid1, int32_t *tid2)
{
	struct lwp_params params = {.func = body,
	    .arg = (void *)1000,
	    .stack = stack + STACK,
	    .tid1 = tid1,
	    .tid2 = tid2};

	CHECK_EQ(sc(SYS_lwp_create, &params), -EFAULT);
}

/* No room for the return address: D61, also when no number is asked for. */
static void
bad_stack(int32_t *tid1, int32_t *tid2)
{
	struct lwp_params params = {.func = body,
	    .arg = (void *)1000,
	    .stack = (void *)16,
	    .tid1 = tid1,
	    .tid2 = tid2};

	CHECK_EQ(sc(SYS_lwp_create, &params), -EFAULT);
}

static void
errors(void *arg)
{
	char *page = test_private(2 * TEST_PAGE);
	static int32_t good;

	(void)arg;
	REQUIRE(sc(SYS_munmap, page + TEST_PAGE, TEST_PAGE) == 0);
	for (int i = 0; i < 50; i++) {
		CHECK_EQ(sc(SYS_lwp_create, NULL), -EFAULT);
		CHECK_EQ(sc(SYS_lwp_create, 0xffff800000000000U), -EFAULT);
		CHECK_EQ(sc(SYS_lwp_create, page + TEST_PAGE - 16), -EFAULT);
		bad_stack(NULL, NULL);
		bad_stack(&good, &good);
		bad_numbers((int32_t *)8, NULL);
		bad_numbers(&good, (int32_t *)8);
		bad_numbers((int32_t *)(uintptr_t)errors, &good);
		bad_numbers((int32_t *)0xffffffff80000000U, NULL);
		bad_numbers((int32_t *)(page + TEST_PAGE - 2), &good);
	}
	WAIT_UNTIL(threads_now() == 1);
	CHECK_EQ(ran, 0);
}

static void
stays(void *arg)
{
	(void)arg;
	while (load(&go) == 0)
		test_yield();
}

static void
numbers(void *arg)
{
	struct mthread t[5];
	int32_t second = -1;
	struct lwp_params params = {.func = body,
	    .arg = (void *)1,
	    .stack = stack + STACK,
	    .tid2 = &second};

	(void)arg;
	CHECK_EQ(lwp_gettid(), 0);
	for (int i = 0; i < 5; i++) {
		mthread_start(&t[i], stays, NULL);
		CHECK_EQ(t[i].tid, i + 1);
	}
	CHECK_EQ(sc(SYS_lwp_create, &params), 0);
	CHECK_EQ(second, 6);
	store(&go, 1);
	for (int i = 0; i < 5; i++)
		mthread_join(&t[i]);
	WAIT_UNTIL(load(&ran) == 1);
}

static void
returns(void *arg)
{
	(void)arg;
}

/* how 0: returns into nothing; 1: starts at 8; 2: outside of all addresses;
 * 3: a stack that is not there. */
static void
faults(void *arg)
{
	struct lwp_params params = {.func = returns, .stack = stack + STACK};

	switch ((intptr_t)arg) {
	case 1:
		params.func = (void (*)(void *))8;
		break;
	case 2:
		params.func = (void (*)(void *))0x8000000000000000U;
		break;
	case 3:
		params.stack = (void *)16;
		params.func = stays;
		break;
	}
	/* Where the kernel writes to the stack it may say so at once. */
	if (sc(SYS_lwp_create, &params) < 0)
		test_poke(8, 1);
	for (;;)
		test_yield();
}

static void
forks_one(void *arg)
{
	(void)arg;
	CHECK_EQ(threads_now(), 1);
	CHECK_EXIT(test_fork(returns, NULL), 0);
}

static void
forker(void *arg)
{
	(void)arg;
	CHECK_EXIT(test_fork(forks_one, NULL), 0);
}

/* fork copies the thread that calls it, and only that one. */
static void
fork_from_second(void *arg)
{
	struct mthread other, t;

	(void)arg;
	mthread_start(&other, stays, NULL);
	mthread_start(&t, forker, NULL);
	mthread_join(&t);
	store(&go, 1);
	mthread_join(&other);
}

int
main(int argc, char **argv)
{
	long status;

	test_begin(argc, argv);
	CHECK_EXIT(test_fork(errors, NULL), 0);
	CHECK_EXIT(test_fork(numbers, NULL), 0);
	for (intptr_t how = 0; how < 4; how++) {
		status = test_wait(test_fork(faults, (void *)how));
		CHECK(status >= 0 && WIFSIGNALED(status));
		CHECK(
		    WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
	}
	for (int i = 0; i < 20 * test_scale; i++)
		CHECK_EXIT(test_fork(fork_from_second, NULL), 0);
	return test_done();
}
