/*
 * life.c -- where the instructions of fork, _exit and wait go: the mean of
 * LIVES children, for docs/performance.md.  Meant for --icount.
 *
 * The parent's own clock and the exit trace use the same counter (TSC).
 */
#include <mayfly.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define WARM 20
#define LIVES 20 /* 20 events each: fewer than a CPU's ring has */
#define STAGES 64

static struct exit_stage_row stages[STAGES];
static struct exit_event events[STAGES];
static uint64_t sums[STAGES + 4]; /* a stage's, then the phases' */

enum { FORK = STAGES, START, LAST, LIFE };

static uint64_t
now(void)
{
	return __builtin_ia32_rdtsc();
}

/* One life; adds its times if it counts. */
static int
live(int nstages, int counts)
{
	uint64_t begin = now(), forked, waited;
	int n, status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	forked = now();
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 1;
	waited = now();
	n = exittrace(pid, events, STAGES);
	if (n < 1 || n > STAGES)
		return 1;
	if (!counts)
		return 0;
	sums[FORK] += forked - begin;
	sums[START] += events[0].when_ns - forked;
	sums[LAST] += waited - events[n - 1].when_ns;
	sums[LIFE] += waited - begin;
	for (int i = 0; i < n - 1; i++) {
		for (int s = 0; s < nstages; s++)
			if (stages[s].table == events[i].table &&
			    stages[s].index == events[i].stage)
				sums[s] += events[i + 1].when_ns -
				    events[i].when_ns;
	}
	return 0;
}

static void
say(const char *what, const char *name, uint64_t sum)
{
	printf("%-28s %-12s %6lu\n", what, name, (unsigned long)(sum / LIVES));
}

int
main(void)
{
	struct rusage self, before, dead, dead_before;
	int n = exitstages(stages, STAGES);

	if (n < 1 || n > STAGES)
		return 1;
	for (int i = 0; i < WARM; i++)
		if (live(n, 0) != 0)
			return 1;
	getrusage(RUSAGE_SELF, &before);
	getrusage(RUSAGE_CHILDREN, &dead_before);
	for (int i = 0; i < LIVES; i++)
		if (live(n, 1) != 0)
			return 1;
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &dead);
	say("fork in the parent", "", sums[FORK]);
	say("fork's return to exit's walk", "", sums[START]);
	for (int s = 0; s < n; s++)
		say(stages[s].table == EXIT_TABLE_THREAD ? "thread's stage"
							 : "process's stage",
		    stages[s].name, sums[s]);
	say("last stage to wait's return", "", sums[LAST]);
	say("the whole", "", sums[LIFE]);
	printf("page faults a life: parent %ld.%02ld, child %ld.%02ld\n",
	    (self.ru_minflt - before.ru_minflt) / LIVES,
	    (self.ru_minflt - before.ru_minflt) % LIVES * 100 / LIVES,
	    (dead.ru_minflt - dead_before.ru_minflt) / LIVES,
	    (dead.ru_minflt - dead_before.ru_minflt) % LIVES * 100 / LIVES);
	return 0;
}
