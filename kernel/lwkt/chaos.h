/*
 * chaos.h -- disturbance at the interesting points.
 *
 * Under the kernel argument chaos=SEED a chaos_point() sometimes delays the
 * CPU for a while, so that others get in between; chaos_point_sleeps(), where
 * the caller may block anyway, sometimes lets other threads run first, or
 * moves the thread to another CPU if it is an LWP.  What it does is drawn from
 * a generator of its own for each CPU, started from the seed: in the
 * deterministic many-CPU mode of ./mayfly (--seed N) a run repeats exactly.
 * Left out of builds without CHAOS.
 */
#pragma once

#include "kernel/lockcheck.h"

enum chaos_act { CHAOS_DELAY, CHAOS_YIELD, CHAOS_MOVE, CHAOS_ACTS };

#ifdef CHAOS
#include <stdbool.h>

extern bool chaos_on; /* STABLE after boot */

void chaos_delay(void);
void chaos_delay_or_block(void) SLEEPS;

static inline void
chaos_point(void)
{
	if (__builtin_expect(chaos_on, 0))
		chaos_delay();
}

static inline void
chaos_point_sleeps(void)
{
	if (__builtin_expect(chaos_on, 0))
		chaos_delay_or_block();
}
#else
#define chaos_point() ((void)0)
#define chaos_point_sleeps() ((void)0)
#endif
