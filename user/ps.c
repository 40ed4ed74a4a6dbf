/*
 * ps.c -- the processes: who lives, on what CPU, and what it waits for.
 *
 * One line a process; -t: one line a thread, with its tid behind the pid.
 * Of a process with several threads the line shows one that runs, if any
 * does, and an `l' behind its state.  RSS in KB, TIME user and system in
 * seconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/proctable.h"

static int
by_pid(const void *a, const void *b)
{
	const struct proc_row *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void
heading(int threads)
{
	printf("  PID%s  PPID  PGID STAT THR CPU HOLDS %-8s    TIME    RSS "
	       "COMMAND\n",
	    threads ? "  TID" : "", "WAIT");
}

static void
line(const struct proc_row *row, int threads)
{
	unsigned long ms =
	    (unsigned long)((row->utime_us + row->stime_us) / 1000);
	char cpu[16] = "-", stat[4] = {proctable_state(row), 0};
	int zombie = row->stat == PROC_STAT_ZOMBIE;

	if (row->nthreads > 1 && !threads)
		stat[1] = 'l';
	if (!zombie && row->cpu >= 0)
		snprintf(cpu, sizeof(cpu), "%d", (int)row->cpu);
	printf("%5d ", (int)row->pid);
	if (threads)
		printf("%4d ", (int)row->tid);
	printf("%5d %5d %-4s %3d %3s %5d %-8.8s %4lu.%02lu %6lu %.20s%s\n",
	    (int)row->ppid, (int)row->pgid, stat, (int)row->nthreads, cpu,
	    (int)row->holds, row->wmesg[0] == '\0' ? "-" : row->wmesg,
	    ms / 1000, ms % 1000 / 10, (unsigned long)(row->rss_bytes / 1024),
	    row->comm, zombie ? " <zombie>" : "");
}

/* The row that stands for the process whose rows are [first, end). */
static const struct proc_row *
choose(const struct proc_row *first, const struct proc_row *end)
{
	for (const struct proc_row *row = first; row < end; row++) {
		if (proctable_state(row) == 'R')
			return row;
	}
	return first;
}

int
main(int argc, char **argv)
{
	int threads = argc == 2 && strcmp(argv[1], "-t") == 0;
	struct proc_row *rows;
	int n, next;

	if (argc > 2 || (argc == 2 && !threads)) {
		fprintf(stderr, "usage: ps [-t]\n");
		return 2;
	}
	rows = proctable_read(&n);
	if (rows == NULL) {
		fprintf(stderr, "ps: %s\n", strerror(errno));
		return 1;
	}
	qsort(rows, (size_t)n, sizeof(*rows), by_pid);
	heading(threads);
	for (int i = 0; i < n; i = next) {
		next = i + 1;
		while (!threads && next < n && rows[next].pid == rows[i].pid)
			next++;
		line(choose(rows + i, rows + next), threads);
	}
	free(rows);
	return 0;
}
