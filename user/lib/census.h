/*
 * census.h -- counts of everything that must be let go of in the end.
 */
#pragma once

#include <mayfly.h>

struct census_list {
	int n;
	struct census_row *rows; /* malloc()'s */
};

/* Fills an empty list, or one filled before; 0, or -1 and errno. */
int census_read(struct census_list *list);
void census_free(struct census_list *list);
/* The count of this name; 0 when there is none. */
long census_count(const struct census_list *list, const char *name);
/* Is it for the reader only (it grows with the kernel's caches)? */
int census_uncompared(const char *name);
/* How many counts are larger in `after` than in `before`. */
int census_growth(
    const struct census_list *before, const struct census_list *after);
