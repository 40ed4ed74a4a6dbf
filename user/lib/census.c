/*
 * census.c -- counts of everything that must be let go of in the end.
 *
 * Rows are known by their names: while the kernel runs, new ones can appear
 * between the others.
 */
#include <stdlib.h>
#include <string.h>
#include "user/lib/census.h"

/* Rows that may appear between asking for their number and for the rows. */
#define SPARE 16

int
census_read(struct census_list *list)
{
	struct census_row *rows;
	int n = census(NULL, 0), max;

	if (n == -1)
		return -1;
	max = n + SPARE;
	if (list->n < n || list->rows == NULL) {
		rows = realloc(list->rows, (size_t)max * sizeof(*rows));
		if (rows == NULL)
			return -1;
		list->rows = rows;
	} else {
		max = list->n;
	}
	n = census(list->rows, max);
	if (n == -1)
		return -1;
	list->n = n < max ? n : max;
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
