/*
 * proctable.c -- the kernel's list of processes, for ps, the demonstrations
 * and whoever waits until the machine is quiet.
 */
#include <stdlib.h>
#include "user/lib/proctable.h"

/* Threads that may be born between asking for their number and for them. */
#define SPARE 32

struct proc_row *
proctable_read(int *n)
{
	struct proc_row *rows;
	int max = proclist(NULL, 0);

	if (max == -1)
		return NULL;
	max += SPARE;
	rows = calloc((size_t)max, sizeof(*rows));
	if (rows == NULL)
		return NULL;
	*n = proclist(rows, max);
	if (*n == -1) {
		free(rows);
		return NULL;
	}
	if (*n > max)
		*n = max;
	return rows;
}

char
proctable_state(const struct proc_row *row)
{
	switch (row->stat) {
	case PROC_STAT_ZOMBIE:
		return 'Z';
	case PROC_STAT_STOP:
		return 'T';
	case PROC_STAT_IDLE:
		return 'I';
	default:
		break;
	}
	switch (row->lwpstat) {
	case LWP_STAT_SLEEP:
		return 'S';
	case LWP_STAT_STOP:
		return 'T';
	default:
		return 'R';
	}
}
