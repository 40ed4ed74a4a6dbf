/*
 * orphans.c -- the exit of a process that leaves N children behind, for each
 * of them.
 *
 * orphan_exit_live: the children live; from _exit to the return of the parent's
 * wait.  orphan_exit_zombie: they are dead; from _exit until init has buried
 * the last of them.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define PATIENCE_MS 60000

/* In a child: makes the crowd and leaves it. */
static void
leave(int n, bool zombies)
{
	struct crowd crowd;
	int error;

	error = zombies ? crowd_zombies(&crowd, n)
			: crowd_living(&crowd, n, &shared->word);
	if (error == -1)
		_exit(errno);
	shared->other = (int)crowd.pids[0];
	shared->stamp = now_ns();
	_exit(0);
}

/* Until init has reaped what came to it. */
static void
await_quiet(int threads)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (proclist(NULL, 0) <= threads)
			return;
		sleep_ms(10);
	}
	errno = ETIMEDOUT;
	bench_fail("orphans");
}

/* Until a process is buried: a zombie can still be sent a signal. */
static void
await_burial(pid_t pid)
{
	while (kill(pid, 0) == 0)
		sched_yield();
}

static void
orphan_exit(const char *op, int n, bool zombies)
{
	int status, threads = proclist(NULL, 0);
	uint64_t now;
	pid_t pid;

	shared_reset();
	pid = fork();
	if (pid == -1)
		bench_fail("fork");
	if (pid == 0)
		leave(n, zombies);
	if (wait4(pid, &status, 0, NULL) == -1)
		bench_fail("wait4");
	/* Whoever died first is reaped last. */
	if (zombies && status == 0)
		await_burial(shared->other);
	now = now_ns();
	release(&shared->word);
	if (status == 0) {
		result_n(op, n, (now - shared->stamp) / (uint64_t)n);
	} else {
		errno = WEXITSTATUS(status);
		skipped(op, n, "rfork");
	}
	await_quiet(threads);
}

void
bench_orphans(void)
{
	for (int n = 100; n <= 10000; n *= 10)
		orphan_exit("orphan_exit_live", n, false);
	for (int n = 100; n <= 10000; n *= 10)
		orphan_exit("orphan_exit_zombie", n, true);
}
