/*
 * waits.c -- wait4 and the number of children, dead or alive.
 *
 * reap_any and reap_pid_random: one of N zombies is reaped.  live_wait_any and
 * live_wait_pid: fork, _exit and wait while N siblings live.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define LIVES 100 /* born and reaped among the living */

static uint64_t
reap_all_any(struct crowd *crowd)
{
	uint64_t start = now_ns();
	int status;

	for (int i = 0; i < crowd->n; i++) {
		if (wait4(-1, &status, 0, NULL) == -1)
			bench_fail("wait4");
	}
	return (now_ns() - start) / (uint64_t)crowd->n;
}

static uint64_t
reap_all_pid(struct crowd *crowd)
{
	uint64_t start = now_ns();

	for (int i = 0; i < crowd->n; i++)
		reap(crowd->pids[i]);
	return (now_ns() - start) / (uint64_t)crowd->n;
}

/* The same order on every run: figures can be compared. */
static void
shuffle(struct crowd *crowd)
{
	uint32_t seed = 1;

	for (int i = crowd->n - 1; i > 0; i--) {
		int j;
		pid_t pid = crowd->pids[i];

		seed = seed * 1664525 + 1013904223;
		j = (int)(((uint64_t)seed * (uint64_t)(i + 1)) >> 32);
		crowd->pids[i] = crowd->pids[j];
		crowd->pids[j] = pid;
	}
}

static void
reap_zombies(int n)
{
	struct crowd crowd;

	if (crowd_zombies(&crowd, n) == -1) {
		skipped("reap_any", n, "rfork");
		return;
	}
	result_n("reap_any", n, reap_all_any(&crowd));
	crowd_free(&crowd);
	if (crowd_zombies(&crowd, n) == -1) {
		skipped("reap_pid_random", n, "rfork");
		return;
	}
	shuffle(&crowd);
	result_n("reap_pid_random", n, reap_all_pid(&crowd));
	crowd_free(&crowd);
}

/* The wait is for any child, or for that one. */
static uint64_t
live_among(bool any)
{
	uint64_t start = now_ns();
	int status;

	for (int i = 0; i < LIVES; i++) {
		pid_t pid = fork();

		if (pid == -1)
			bench_fail("fork");
		if (pid == 0)
			_exit(0);
		if (wait4(any ? -1 : pid, &status, 0, NULL) != pid)
			bench_fail("wait4");
	}
	return (now_ns() - start) / LIVES;
}

static void
wait_among_living(int n)
{
	struct crowd living;

	shared_reset();
	if (crowd_living(&living, n, &shared->word) == -1) {
		skipped("live_wait_any", n, "rfork");
		return;
	}
	result_n("live_wait_any", n, live_among(true));
	result_n("live_wait_pid", n, live_among(false));
	release(&shared->word);
	crowd_reap(&living);
}

void
bench_waits(void)
{
	static const int zombies[] = {10, 1000, 10000, 30000};

	for (size_t i = 0; i < sizeof(zombies) / sizeof(zombies[0]); i++)
		reap_zombies(zombies[i]);
	wait_among_living(0);
	wait_among_living(1000);
	wait_among_living(10000);
}
