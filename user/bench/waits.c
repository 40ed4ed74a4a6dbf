/*
 * waits.c -- wait4 and the number of children, dead or alive.
 *
 * reap_any and reap_pid_random: one of N zombies is reaped.  live_wait_any and
 * live_wait_pid: one zombie is reaped while N siblings live.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define DEAD 100 /* zombies reaped among the living */

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

static void
reap_among(const char *op, int n, uint64_t (*reap_all)(struct crowd *))
{
	struct crowd dead;

	if (crowd_zombies(&dead, DEAD) == -1) {
		skipped(op, n, "rfork");
		return;
	}
	result_n(op, n, reap_all(&dead));
	crowd_free(&dead);
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
	reap_among("live_wait_any", n, reap_all_any);
	reap_among("live_wait_pid", n, reap_all_pid);
	release(&shared->word);
	crowd_reap(&living);
}

void
bench_waits(void)
{
	for (int n = 10; n <= 10000; n *= n == 10 ? 100 : 10)
		reap_zombies(n);
	wait_among_living(0);
	wait_among_living(1000);
	wait_among_living(10000);
}
