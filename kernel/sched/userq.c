/*
 * userq.c -- queues of LWPs that wait for a CPU's user mode: see userq.h.
 */
#include "kernel/sched/userq.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/proc/proc.h"

/* How much later an LWP is due for each level: one to four milliseconds, in
 * cycles, which are read sooner than they are turned into nanoseconds. */
#define LEVEL_CYCLES (4UL << 20)

static inline void
userq_lock(struct userq *uq) TAKES(runq_spin) UNCHECKED
{
	spin_lock(&uq->uq_spin);
}

static inline void
userq_unlock(struct userq *uq) DROPS(runq_spin) UNCHECKED
{
	spin_unlock(&uq->uq_spin);
}

void
userq_init(struct userq *uq, int cpuid)
{
	spin_init(&uq->uq_spin, "userq", SPIN_RUNQ);
	uq->uq_cpu = cpuid;
	for (int level = 0; level < USERQ_LEVELS; level++)
		TAILQ_INIT(&uq->uq_levels[level]);
}

static inline void
put_on(struct userq *uq, struct lwp *lp)
{
	struct lwpq *q = &uq->uq_levels[lp->lwp_qlevel];
	struct lwp *first;

	userq_lock(uq);
	KKASSERT(lp->lwp_userq == NULL);
	lp->lwp_userq = uq;
	lp->lwp_qcpu = uq->uq_cpu;
	first = TAILQ_FIRST(q);
	if (first != NULL && lp->lwp_qdue < first->lwp_qdue)
		TAILQ_INSERT_HEAD(q, lp, lwp_procq);
	else
		TAILQ_INSERT_TAIL(q, lp, lwp_procq);
	uq->uq_mask |= 1U << lp->lwp_qlevel;
	atomic_add(&uq->uq_count, 1);
	userq_unlock(uq);
}

void
userq_insert(struct userq *uq, struct lwp *lp)
{
	int level = min(lp->lwp_estcpu, USERQ_LEVELS - 1);

	lp->lwp_qlevel = level;
	lp->lwp_qdue = cpu_cycles() + (unsigned)level * LEVEL_CYCLES;
	put_on(uq, lp);
}

void
userq_move(struct userq *uq, struct lwp *lp)
{
	chaos_point();
	put_on(uq, lp);
}

static inline void
take_off(struct userq *uq, struct lwp *lp) NEEDS(runq_spin)
{
	struct lwpq *q = &uq->uq_levels[lp->lwp_qlevel];

	TAILQ_REMOVE(q, lp, lwp_procq);
	if (TAILQ_EMPTY(q))
		uq->uq_mask &= ~(1U << lp->lwp_qlevel);
	atomic_sub(&uq->uq_count, 1);
	lp->lwp_userq = NULL;
}

static struct lwp *
choose(struct userq *uq, int cpuid) NEEDS(runq_spin)
{
	struct lwp *best = NULL, *lp;

	for (uint32_t mask = uq->uq_mask; mask != 0; mask &= mask - 1) {
		TAILQ_FOREACH(lp, &uq->uq_levels[__builtin_ctz(mask)],
		    lwp_procq)
			if (cpumask_test(&lp->lwp_cpumask, cpuid))
				break;
		if (lp != NULL &&
		    (best == NULL || lp->lwp_qdue < best->lwp_qdue))
			best = lp;
	}
	return best;
}

struct lwp *
userq_take(struct userq *uq, int cpuid)
{
	struct lwp *lp;

	if (userq_count(uq) == 0)
		return NULL;
	userq_lock(uq);
	lp = choose(uq, cpuid);
	if (lp != NULL)
		take_off(uq, lp);
	userq_unlock(uq);
	return lp;
}

int
userq_taker(struct userq *uq, const struct cpumask *mask)
{
	int cpuid = -1;
	struct lwp *lp;

	if (cpumask_empty(mask))
		return -1;
	userq_lock(uq);
	for (uint32_t left = uq->uq_mask; left != 0; left &= left - 1) {
		TAILQ_FOREACH(lp, &uq->uq_levels[__builtin_ctz(left)],
		    lwp_procq) {
			cpuid = cpumask_first_and(mask, &lp->lwp_cpumask);
			if (cpuid >= 0)
				goto out;
		}
	}
out:
	userq_unlock(uq);
	return cpuid;
}

bool
userq_remove(struct userq *uq, struct lwp *lp)
{
	bool found;

	chaos_point();
	userq_lock(uq);
	/* RACE: it may have gone to another queue meanwhile, whose lock is not
	 * this one.  Only who holds this lock makes it ours, or not. */
	found = lp->lwp_userq == uq;
	if (found)
		take_off(uq, lp);
	userq_unlock(uq);
	return found;
}
