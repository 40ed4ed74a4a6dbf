/*
 * callout.h -- functions that run later.
 *
 * A callout belongs to the CPU that armed it, and runs on that CPU's
 * softclock thread.  Deadlines are nanoseconds of uptime (no tick: the CPU's
 * timer is set for the earliest).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/tree.h>
#include "kernel/lockcheck.h"

struct globaldata;

struct callout {
	RB_ENTRY(callout) c_node;  /* GUARDED(callout_spin) */
	uint64_t c_deadline;	   /* GUARDED(callout_spin) ns of uptime */
	uint64_t c_seq;		   /* GUARDED(callout_spin) ties: first armed,
				      first run */
	struct globaldata *c_gd;   /* GUARDED(callout_spin) the CPU of the tree;
				      NULL: never armed */
	bool c_pending;		   /* GUARDED(callout_spin) */
	void (*c_fn)(void *);	   /* GUARDED(callout_spin) */
	void *c_arg;		   /* GUARDED(callout_spin) */
};

void callout_init(struct callout *c);
/* (Re)arms it on this CPU, or, while its body runs, on the CPU of the body:
 * fn(arg) runs timo_ns from now.  The body may free the callout, and must not
 * sleep.  Does not block. */
void callout_reset(struct callout *c, uint64_t timo_ns, void (*fn)(void *),
    void *arg);
/* Disarms it; true when it was pending.  A body that runs on another CPU may
 * still be running on return.  Does not block. */
bool callout_stop(struct callout *c);
/* Disarms it and waits until no body of it runs; the callout may be freed.
 * Not from the body itself. */
bool callout_stop_sync(struct callout *c) SLEEPS;
/* Is nothing armed on that CPU but callouts that run fn? */
bool callout_none_but(struct globaldata *gd, void (*fn)(void *));
/* The machine's timer interrupt of this CPU has come. */
void callout_timer_intr(struct globaldata *gd) NEEDS(crit);
void callout_cpu_init(struct globaldata *gd);
