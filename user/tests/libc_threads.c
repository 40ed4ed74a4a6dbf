/*
 * libc_threads.c -- the C library's threads: created, joined, their stacks
 * given or made, malloc and printf from all of them at once.
 */
#include "user/tests/test.h"

TEST_ROWS("E03 D12 G.libc");

#define NTHREADS 6

static char stack[65536] __attribute__((aligned(16)));
static int sum;

static void
body(void *arg)
{
	for (int i = 0; i < 200; i++) {
		size_t n = (size_t)(i * 13 % 500 + 1);
		char *p = malloc(n), text[40];

		REQUIRE(p != NULL);
		memset(p, (int)(intptr_t)arg, n);
		snprintf(text, sizeof(text), "%d:%d", i, (int)(intptr_t)arg);
		CHECK(p[n / 2] == (char)(intptr_t)arg);
		free(p);
	}
	add(&sum, (int)(intptr_t)arg);
}

int
main(int argc, char **argv)
{
	struct thread *t[NTHREADS], *own;
	lwpid_t tid;

	test_begin(argc, argv);
	for (int round = 0; round < 20 * test_scale; round++) {
		sum = 0;
		for (int i = 0; i < NTHREADS; i++) {
			t[i] = thread_create(
			    NULL, 0, body, (void *)(intptr_t)(i + 1));
			REQUIRE(t[i] != NULL);
			CHECK(thread_tid(t[i]) > 0);
		}
		own = thread_create(stack, sizeof(stack), body, (void *)100);
		REQUIRE(own != NULL);
		tid = thread_tid(own);
		CHECK_EQ(thread_join(own), 0);
		CHECK_EQ(sc(SYS_lwp_kill, -1, tid, 0), -ESRCH);
		for (int i = 0; i < NTHREADS; i++)
			CHECK_EQ(thread_join(t[i]), 0);
		CHECK_EQ(sum, 100 + NTHREADS * (NTHREADS + 1) / 2);
	}
	return test_done();
}
