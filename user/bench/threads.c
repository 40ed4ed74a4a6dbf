/*
 * threads.c -- the end of a thread, and of a process that has many.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define THREADS 200
#define STACK 1024
#define SETTLE_MS 20

static void
nothing(void *unused)
{
	(void)unused;
}

static uint64_t
thread_exit_join(int unused)
{
	static char stack[4096] __attribute__((aligned(16)));
	uint64_t start = now_ns();
	struct thread *th;

	(void)unused;
	for (int i = 0; i < THREADS; i++) {
		th = thread_create(stack, sizeof(stack), nothing, NULL);
		if (th == NULL)
			bench_fail("lwp_create");
		if (thread_join(th) == -1)
			bench_fail("thread_join");
	}
	return (now_ns() - start) / THREADS;
}

static void
blocked(void *unused)
{
	(void)unused;
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	await(&shared->word);
}

/* In a child: n - 1 threads that sleep, and the one that exits. */
static void
exit_among(int n)
{
	char *stacks = table_alloc((size_t)n * STACK);

	if (stacks == NULL)
		_exit(1);
	for (int i = 1; i < n; i++) {
		if (thread_create(stacks + (size_t)i * STACK, STACK, blocked,
			NULL) == NULL)
			_exit(1);
	}
	while (shared->ready < n - 1)
		sleep_ms(1);
	sleep_ms(SETTLE_MS);
	shared->stamp = now_ns();
	_exit(0);
}

static uint64_t
exit_threads(int n)
{
	pid_t pid;

	shared_reset();
	pid = fork();
	if (pid == -1)
		bench_fail("fork");
	if (pid == 0)
		exit_among(n);
	reap(pid);
	return now_ns() - shared->stamp;
}

void
bench_threads(void)
{
	result("thread_exit_join", "-", median(thread_exit_join, 0));
	result_n("exit_threads", 1, median(exit_threads, 1));
	result_n("exit_threads", 64, median(exit_threads, 64));
	result_n("exit_threads", 512, median(exit_threads, 512));
}
