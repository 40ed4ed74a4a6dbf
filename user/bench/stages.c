/*
 * stages.c -- where the instructions of a fork, an _exit and a wait go: the
 * mean of LIVES children, by the stages of the walk.
 *
 * The program's own clock and the exit trace use the same counter, the
 * processor's.  A kernel without self-checks traces only when its argument
 * "trace" says so, and each event costs some instructions.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mayfly.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "user/bench/bench.h"

#define WARM 20
#define LIVES 20 /* 20 events each: fewer than a CPU's ring has */
#define STAGES 64

static struct exit_stage_row stages[STAGES];
static struct exit_event events[STAGES];

/* In each stage; and from fork to fork, from there to the first stage, from
 * the last one to the wait's return. */
static struct {
	uint64_t stage[STAGES];
	uint64_t fork, start, last, whole;
} sums;

static uint64_t
now(void)
{
	return __builtin_ia32_rdtsc();
}

/* What n events say of the stages. */
static void
add_stages(int nstages, int n)
{
	for (int i = 0; i < n - 1; i++) {
		for (int s = 0; s < nstages; s++) {
			if (stages[s].table == events[i].table &&
			    stages[s].index == events[i].stage)
				sums.stage[s] += events[i + 1].when_ns -
						 events[i].when_ns;
		}
	}
}

/* One life. */
static void
live(int nstages)
{
	uint64_t begin = now(), forked, waited;
	pid_t pid = fork();
	int n;

	if (pid == -1)
		bench_fail("fork");
	if (pid == 0)
		_exit(0);
	forked = now();
	reap(pid);
	waited = now();
	n = exittrace(pid, events, STAGES);
	if (n < 1 || n > STAGES)
		bench_fail("no trace (kernel argument trace)");
	sums.fork += forked - begin;
	sums.start += events[0].when_ns - forked;
	sums.last += waited - events[n - 1].when_ns;
	sums.whole += waited - begin;
	add_stages(nstages, n);
}

static void
say(const char *what, const char *name, uint64_t sum)
{
	printf("%-28s %-12s %6lu\n", what, name, (unsigned long)(sum / LIVES));
}

void
bench_stages(void)
{
	int n = exitstages(stages, STAGES);

	if (n < 1 || n > STAGES)
		bench_fail("exitstages");
	for (int i = 0; i < WARM; i++)
		live(n);
	memset(&sums, 0, sizeof(sums));
	for (int i = 0; i < LIVES; i++)
		live(n);
	say("fork in the parent", "", sums.fork);
	say("fork's return to exit's walk", "", sums.start);
	for (int s = 0; s < n; s++)
		say(stages[s].table == EXIT_TABLE_THREAD ? "thread's stage"
							 : "process's stage",
		    stages[s].name, sums.stage[s]);
	say("last stage to wait's return", "", sums.last);
	say("the whole", "", sums.whole);
}
