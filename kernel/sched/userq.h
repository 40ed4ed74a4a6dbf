/*
 * userq.h -- the LWPs that wait for a CPU's user mode.
 *
 * Each is on one queue at the most, that of its lwp_qcpu, at the level of its
 * recent use; any CPU may take it off.  Any context; no lock is taken below a
 * queue's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lib/atomic.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"

struct cpumask;
struct lwp;

#define USERQ_LEVELS 32 /* 0 is the best */

TAILQ_HEAD(lwpq, lwp);

struct userq {
	struct spinlock uq_spin; /* SELF */
	int uq_cpu;		 /* STABLE */
	int uq_count;		 /* ATOMIC written under uq_spin */
	struct lwpq uq_levels[USERQ_LEVELS] GUARDED(runq_spin);
	uint32_t uq_mask GUARDED(runq_spin); /* levels that have some */
};

void userq_init(struct userq *uq, int cpuid);
/* lp begins to wait, at the level of its recent use. */
void userq_insert(struct userq *uq, struct lwp *lp);
/* lp, which userq_take() gave, goes on waiting here. */
void userq_move(struct userq *uq, struct lwp *lp);
/* Takes off the LWP to run next, of those that may run on CPU cpuid: the one
 * that is due first.  A better level is due sooner, but by a bounded time, so
 * that nobody waits for ever, whatever the levels of the others.  NULL: none.
 */
struct lwp *userq_take(struct userq *uq, int cpuid);
/* One of the CPUs of mask that somebody who waits here may run on; -1: there is
 * none. */
int userq_taker(struct userq *uq, const struct cpumask *mask);
/* Takes lp off; false: it is not on this queue (any more). */
bool userq_remove(struct userq *uq, struct lwp *lp);

static inline int
userq_count(const struct userq *uq)
{
	return atomic_load(&uq->uq_count);
}
