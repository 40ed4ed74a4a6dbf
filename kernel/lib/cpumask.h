/*
 * cpumask.h -- sets of CPUs.  Numbers are unsigned here: that makes their
 * division a shift.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lib/atomic.h"
#include "kernel/param.h"

static inline bool
cpumask_test(const struct cpumask *mask, unsigned cpu)
{
	return atomic_load(&mask->m[cpu / 64]) >> (cpu % 64) & 1;
}

/* Atomic against other CPUs that change the same set. */
static inline void
cpumask_set(struct cpumask *mask, unsigned cpu)
{
	atomic_set(&mask->m[cpu / 64], 1UL << (cpu % 64));
}

static inline void
cpumask_clear(struct cpumask *mask, unsigned cpu)
{
	atomic_clear(&mask->m[cpu / 64], 1UL << (cpu % 64));
}

static inline bool
cpumask_empty(const struct cpumask *mask)
{
	for (int i = 0; i < CPUMASK_WORDS; i++)
		if (atomic_load(&mask->m[i]) != 0)
			return false;
	return true;
}

static inline int
cpumask_count(const struct cpumask *mask)
{
	int n = 0;

	for (int i = 0; i < CPUMASK_WORDS; i++)
		for (unsigned long w = mask->m[i]; w != 0; w &= w - 1)
			n++;
	return n;
}

/* The lowest CPU of a and b, -1 if there is none. */
static inline int
cpumask_first_and(const struct cpumask *a, const struct cpumask *b)
{
	for (int i = 0; i < CPUMASK_WORDS; i++) {
		unsigned long w = atomic_load(&a->m[i]) & b->m[i];

		if (w != 0)
			return i * 64 + __builtin_ctzl(w);
	}
	return -1;
}

/* CPUs 0 to n - 1. */
static inline struct cpumask
cpumask_upto(int n)
{
	struct cpumask mask = { 0 };

	for (int i = 0; i < n; i++)
		mask.m[i / 64] |= 1UL << (i % 64);
	return mask;
}
