/*
 * usage.h -- what a thread, a process and its dead children have used.
 *
 * A running LWP counts in its thread (td_uticks ...); what a dead one used is
 * added to p_ru as it leaves the tree, in one step (spec E58), so that no sum
 * of the two misses it or counts it twice; what a dead process and its
 * descendants used is added to its parent's p_cru when it is reaped (E57).
 */
#pragma once

#include <stdint.h>
#include "kernel/lockcheck.h"
#include "kernel/abi/resource.h"

struct lwp;
struct proc;

struct usage {
	uint64_t us_uticks, us_sticks; /* cycles */
	uint64_t us_minflt;
	uint64_t us_nvcsw, us_nivcsw;
	uint64_t us_nsignals;
	uint64_t us_maxrss; /* kilobytes: a maximum */
};

void usage_add(struct usage *sum, const struct usage *us);
/* Charges the threads of p that run on other CPUs for what they have used up
 * to now: else that is missing until they cross the border or switch. */
void usage_settle(struct proc *p) NEEDS(proc_token);
/* What a thread has used so far; see usage_settle(). */
struct usage usage_of_lwp(const struct lwp *lp);
/* The process: its dead LWPs and the living ones.  See
 * usage_settle(). */
struct usage usage_of_proc(struct proc *p) NEEDS(proc_token);
/* In the layout of the ABI; every byte of it is written. */
void usage_to_rusage(const struct usage *us, struct rusage *ru);
