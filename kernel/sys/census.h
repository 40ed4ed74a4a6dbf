/*
 * census.h -- everything that must be let go of in the end, counted by name.
 *
 * Rows: "obj:CACHE" objects in use, "mem:TYPE" live allocations, "pages:USE",
 * "threads", and whatever a subsystem adds with CENSUS.  A name that begins
 * with '~' is for the reader only: it grows with the caches, and comparisons
 * leave it out.
 *
 * The counts of several CPUs are added up without stopping them, so a census
 * is exact only when nothing moves.
 */
#pragma once

#include "kernel/abi/mayfly.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/sys/sysent.h"

#define CENSUS_MAX 192

struct census_counter {
	const char *cc_name;		/* STABLE */
	long (*cc_fn)(void);		/* STABLE */
	struct census_counter *cc_next; /* STABLE after boot */
};

/* CENSUS(var, "name", fn): one more row, with the value of fn(). */
#define CENSUS(var, name, fn)                                                  \
	static void census_add_##var(void)                                     \
	{                                                                      \
		static struct census_counter counter = { name, fn, 0 };        \
		census_register(&counter);                                     \
	}                                                                      \
	SYSINIT(census_##var, SI_SUB_CONFIGURE, SI_ORDER_ANY, census_add_##var)

struct census_set {
	int cs_n;			       /* OWNER */
	struct census_row cs_rows[CENSUS_MAX]; /* OWNER */
};

/* Boot only. */
void census_register(struct census_counter *cc);
/* Fills at most max rows; returns how many there are.  Does not block. */
int census_take(struct census_row *rows, int max);
/* A whole census. */
void census_set_take(struct census_set *set);
/* Calls fn (if any) for every compared row whose count is not the same, a
 * missing row counting as 0; returns how many there are. */
int census_set_diff(const struct census_set *before,
    const struct census_set *after,
    void (*fn)(const char *name, int64_t before, int64_t after));

SYSCALL(census);
