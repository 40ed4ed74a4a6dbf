/*
 * sysinit.c -- runs the start-up functions: see sysinit.h for how they are
 * declared.
 *
 * The order is (subsystem, order within it, place in the section): two
 * records that are equal in the first two run in the order in which the
 * linker has laid them down, which no function may rely on.  kmain() calls
 * sysinit_run() once, on the boot CPU; no lock is held while a function runs.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"

#define SYSINIT_MAX 256

extern const struct sysinit __sysinit_start[], __sysinit_end[];

static const struct sysinit *sorted[SYSINIT_MAX];

static inline bool
sysinit_before(const struct sysinit *a, const struct sysinit *b)
{
	if (a->si_sub != b->si_sub)
		return a->si_sub < b->si_sub;
	return a->si_order < b->si_order;
}

void
sysinit_run(void)
{
	const struct sysinit *si;
	size_t n = 0;

	for (si = __sysinit_start; si < __sysinit_end; si++) {
		size_t at = n++;

		KASSERT(n <= SYSINIT_MAX, "more than %d SYSINITs",
		    SYSINIT_MAX);
		for (; at > 0 && sysinit_before(si, sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = si;
	}
	for (size_t i = 0; i < n; i++)
		sorted[i]->si_fn();
}
