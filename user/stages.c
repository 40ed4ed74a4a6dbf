/*
 * stages.c -- the walk of the dying: the kernel's two tables of stages, or,
 * with pids (or -a), the steps that dead processes have taken.
 *
 *	stages			both tables, with the reason for each place
 *	stages PID...		the trace of these dead processes
 *	stages -a		all that the trace still holds
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mayfly.h>

static struct exit_stage_row *stages;
static int nstages;

static int
complain(const char *what)
{
	fprintf(stderr, "stages: %s: %s\n", what, strerror(errno));
	return 1;
}

static int
read_stages(void)
{
	int max = exitstages(NULL, 0);

	if (max == -1)
		return complain("exitstages");
	stages = calloc((size_t)max + 1, sizeof(*stages));
	if (stages == NULL)
		return complain("calloc");
	nstages = exitstages(stages, max);
	return nstages == -1 ? complain("exitstages") : 0;
}

static void
print_table(int table, const char *title)
{
	printf("%s\n", title);
	for (int i = 0; i < nstages; i++) {
		if (stages[i].table == table)
			printf("%3d %-20.31s %s\n", stages[i].index,
			    stages[i].name, stages[i].reason);
	}
}

static const char *
stage_name(const struct exit_event *ev)
{
	for (int i = 0; i < nstages; i++) {
		if (stages[i].table == ev->table &&
		    stages[i].index == ev->stage)
			return stages[i].name;
	}
	return "?";
}

static int
print_trace(pid_t pid)
{
	struct exit_event *events;
	int max = exittrace(pid, NULL, 0), n;
	uint64_t start;

	if (max == -1)
		return complain("exittrace");
	events = calloc((size_t)max + 1, sizeof(*events));
	if (events == NULL)
		return complain("calloc");
	n = exittrace(pid, events, max);
	if (n == -1) {
		free(events);
		return complain("exittrace");
	}
	if (n > max)
		n = max;
	start = n > 0 ? events[0].when_ns : 0;
	printf("%10s %6s %5s %3s  %s\n", "us", "PID", "TID", "CPU", "stage");
	for (int i = 0; i < n; i++) {
		const struct exit_event *ev = &events[i];
		long ns = (long)(ev->when_ns - start);

		printf("%8ld.%ld %6d %5d %3u  %s%s\n", ns / 1000,
		    ns % 1000 / 100, (int)ev->pid, (int)ev->tid,
		    (unsigned)ev->cpu,
		    ev->table == EXIT_TABLE_THREAD ? "  " : "", stage_name(ev));
	}
	free(events);
	return 0;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (read_stages() != 0)
		return 1;
	if (argc == 1) {
		print_table(EXIT_TABLE_PROC, "A process, once:");
		print_table(EXIT_TABLE_THREAD, "Each thread:");
	}
	for (int i = 1; i < argc; i++)
		failed |= print_trace(
		    strcmp(argv[i], "-a") == 0 ? -1 : (pid_t)atoi(argv[i]));
	return failed;
}
