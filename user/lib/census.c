/*
 * census.c -- counts of everything that must be let go of in the end.
 *
 * Rows are known by their names: while the kernel runs, new ones can appear
 * between the others.
 */
#include <stdlib.h>
#include <string.h>
#include "user/lib/census.h"

/* More than any kernel has. */
#define ROWS_MAX 256

int
census_read(struct census_list *list)
{
	size_t size = ROWS_MAX * sizeof(*list->rows);
	int n;

	if (list->rows == NULL) {
		list->rows = malloc(size);
		if (list->rows == NULL)
			return -1;
		/* Touched now: the reader's own memory is counted too. */
		memset(list->rows, 0, size);
	}
	n = census(list->rows, ROWS_MAX);
	if (n == -1)
		return -1;
	list->n = n < ROWS_MAX ? n : ROWS_MAX;
	return 0;
}

void
census_free(struct census_list *list)
{
	free(list->rows);
	list->rows = NULL;
	list->n = 0;
}

long
census_count(const struct census_list *list, const char *name)
{
	for (int i = 0; i < list->n; i++) {
		if (strcmp(list->rows[i].name, name) == 0)
			return (long)list->rows[i].count;
	}
	return 0;
}

int
census_uncompared(const char *name)
{
	return name[0] == '~';
}

int
census_growth(const struct census_list *before, const struct census_list *after)
{
	const struct census_row *row;
	int grown = 0;

	for (int i = 0; i < after->n; i++) {
		row = &after->rows[i];
		if (!census_uncompared(row->name) &&
		    row->count > census_count(before, row->name))
			grown++;
	}
	return grown;
}
