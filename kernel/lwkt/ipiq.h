/*
 * ipiq.h -- messages between CPUs.
 *
 * One bounded ring for each ordered pair of CPUs.  A message is a function
 * with two arguments that the target runs in a critical section, where it may
 * not block.  A sender that finds the ring full runs its own incoming
 * messages until there is room: so two CPUs that fill each other's rings do
 * not deadlock (spec 2.2).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lockcheck.h"
#include "kernel/param.h"

struct globaldata;

typedef void ipifunc_t(void *arg1, int arg2);

/* Sends to gd and returns when the message is queued; on the own CPU, runs it
 * at once.  Any context but a hard interrupt; never blocks, but may run
 * messages while it waits for room. */
void lwkt_send_ipiq(struct globaldata *gd, ipifunc_t *fn, void *arg1, int arg2);
/* The same, but ENOENT instead of waiting for room. */
int lwkt_send_ipiq_nowait(struct globaldata *gd, ipifunc_t *fn, void *arg1,
    int arg2);
/* Sends to every CPU in mask (this one included) and returns when all have
 * run it. */
void lwkt_ipiq_mask_sync(const struct cpumask *mask, ipifunc_t *fn, void *arg1,
    int arg2);
/* gd, which is not this CPU, takes an interrupt as if for a message, and then
 * looks at its notes that are no messages, too (usched_look).  Never waits. */
void lwkt_poke(struct globaldata *gd) NEEDS(crit);
/* Runs what has arrived. */
void lwkt_process_ipiq(void) NEEDS(crit);
/* Allocates the rings, once the number of CPUs is known (boot). */
void lwkt_ipiq_init(void);
