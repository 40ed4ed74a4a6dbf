/*
 * crowd.c -- many children at once, each as small as a process can be.
 *
 * They share this program's memory and descriptors (rfork with RFMEM), so
 * that ten thousand of them cost their kernel stacks and little else.  All
 * that they run is a system call or two, on a stack of half a kilobyte.
 */
#include <errno.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define STACK 512
#define SETTLE_MS 20

/* Nobody's crowd has tables, too: then the map of memory is the same, whatever
 * the number. */
static size_t
places(int n)
{
	return n > 0 ? (size_t)n : 1;
}

void
crowd_free(struct crowd *crowd)
{
	if (crowd->pids != NULL)
		table_free(
		    crowd->pids, places(crowd->n) * sizeof(*crowd->pids));
	if (crowd->stacks != NULL)
		table_free(crowd->stacks, places(crowd->n) * STACK);
	*crowd = (struct crowd){0};
}

void
crowd_reap(struct crowd *crowd)
{
	for (int i = 0; i < crowd->n; i++) {
		if (crowd->pids[i] > 0)
			reap(crowd->pids[i]);
	}
	crowd_free(crowd);
}

int
crowd_make(struct crowd *crowd, int n, int (*fn)(void *), void *arg)
{
	int error = 0, i;

	*crowd = (struct crowd){.n = n};
	crowd->pids = table_alloc(places(n) * sizeof(*crowd->pids));
	crowd->stacks = table_alloc(places(n) * STACK);
	if (crowd->pids == NULL || crowd->stacks == NULL) {
		error = errno;
		crowd_free(crowd);
		errno = error;
		return -1;
	}
	for (i = 0; i < n; i++) {
		crowd->pids[i] = rfork_thread(RFPROC | RFMEM,
		    crowd->stacks + (size_t)(i + 1) * STACK, fn, arg);
		if (crowd->pids[i] == -1) {
			error = errno;
			break;
		}
	}
	if (i == n)
		return 0;
	if (arg != NULL)
		release(arg);
	crowd_reap(crowd);
	errno = error;
	return -1;
}

static int
exits(void *unused)
{
	(void)unused;
	return 0;
}

int
crowd_zombies(struct crowd *crowd, int n)
{
	siginfo_t info;
	int status;

	if (crowd_make(crowd, n, exits, NULL) == -1)
		return -1;
	for (int i = 0; i < n; i++) {
		if (wait6(P_PID, crowd->pids[i], &status, WEXITED | WNOWAIT,
			NULL, &info) == -1)
			bench_fail("wait6");
	}
	/* The last of them are zombies, but perhaps still on their CPUs. */
	sleep_ms(SETTLE_MS);
	return 0;
}

int
crowd_living(struct crowd *crowd, int n, volatile int *word)
{
	if (crowd_make(crowd, n, await_main, (void *)(uintptr_t)word) == -1)
		return -1;
	sleep_ms(SETTLE_MS);
	return 0;
}
