/*
 * usched.c -- queues of runnable LWPs, one per CPU.
 *
 * An LWP in user mode is its CPU's designated one (gd_uschedcp).  It keeps the
 * designation through system calls that do not block; when it blocks, the
 * passive release (td_release, called by lwkt_switch) hands it to the best
 * LWP of the queue.  An LWP that comes back to the border takes a free
 * designation, takes it from an LWP of worse level, or queues itself: it
 * gives its thread away, so that any CPU may acquire it.
 *
 * A CPU with nothing to do says so in idle_cpus and then looks at the queues;
 * whoever queues an LWP does so first and then looks at idle_cpus: one of the
 * two sees the other.
 *
 * Time slices: a tick of TICK_NS runs on a CPU only while its queue holds
 * somebody, or an LWP that was woken waits for its waker to block.  It lets
 * idle CPUs pull, ages the designated LWP, ends its slice, and lets the woken
 * one have the CPU.
 *
 * Locks: uc_spin guards a CPU's queue.  gd_uschedcp belongs to its CPU, in a
 * critical section.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/usched.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"

#define LEVELS 32	      /* queues; 0 is the best */
#define STEAL_LEVELS 4	      /* how much better takes the CPU away at once */
#define TICK_NS (2 * NS_PER_MS)
#define SLICE_TICKS 5
#define DECAY_NS (100 * NS_PER_MS)
#define AGE_TAKES 16

MALLOC_DEFINE(M_USCHED, "usched");

TAILQ_HEAD(lwpq, lwp);

struct usched_pcpu {
	struct spinlock uc_spin;	/* SELF */
	struct lwpq uc_queues[LEVELS] GUARDED(runq_spin);
	uint32_t uc_mask GUARDED(runq_spin); /* non-empty ones */
	unsigned uc_takes GUARDED(runq_spin); /* choices made */
	uint64_t uc_inserts GUARDED(runq_spin); /* LWPs queued */
	int uc_count;			/* ATOMIC written under uc_spin */
	struct callout uc_tick;		/* SELF */
	bool uc_ticking GUARDED(crit);
};

static inline void
queue_lock(struct usched_pcpu *uc) TAKES(runq_spin) UNCHECKED
{
	spin_lock(&uc->uc_spin);
}

static inline void
queue_unlock(struct usched_pcpu *uc) DROPS(runq_spin) UNCHECKED
{
	spin_unlock(&uc->uc_spin);
}

static struct cpumask idle_cpus; /* ATOMIC */

static void tick_start(struct usched_pcpu *uc) NEEDS(crit);

static void
usched_init(void)
{
	for (int i = 0; i < ncpus; i++) {
		struct usched_pcpu *uc =
		    kmalloc(sizeof(*uc), &M_USCHED, M_ZERO);

		KASSERT(uc != NULL, "no memory for the user scheduler");
		spin_init(&uc->uc_spin, "usched", SPIN_RUNQ);
		for (int level = 0; level < LEVELS; level++)
			TAILQ_INIT(&uc->uc_queues[level]);
		callout_init(&uc->uc_tick);
		globaldata[i]->gd_usched = uc;
	}
}
SYSINIT(usched, SI_SUB_BOOT2_USCHED, SI_ORDER_FIRST, usched_init);

/* Recent use is halved every DECAY_NS. */
static void
decay(struct lwp *lp)
{
	uint64_t periods = (cpu_uptime_ns() - lp->lwp_decayed) / DECAY_NS;

	if (periods == 0)
		return;
	lp->lwp_estcpu = periods < 8 ? lp->lwp_estcpu >> periods : 0;
	lp->lwp_decayed += periods * DECAY_NS;
}

static void
queue_insert(struct usched_pcpu *uc, struct lwp *lp, int cpuid)
{
	int level = min(lp->lwp_estcpu, LEVELS - 1);

	queue_lock(uc);
	KKASSERT(!lp->lwp_onrunq);
	lp->lwp_onrunq = true;
	lp->lwp_qcpu = cpuid;
	lp->lwp_qlevel = level;
	lp->lwp_qseq = uc->uc_inserts++;
	TAILQ_INSERT_TAIL(&uc->uc_queues[level], lp, lwp_procq);
	uc->uc_mask |= 1U << level;
	atomic_add(&uc->uc_count, 1);
	queue_unlock(uc);
}

/* The LWP to run next on CPU cpuid: the first of the best level, but every
 * AGE_TAKESth time the one that has waited longest, so that nobody waits for
 * ever, whatever the levels of the others.  NULL: none may run there. */
static struct lwp *
queue_choose(struct usched_pcpu *uc, int cpuid) NEEDS(runq_spin)
{
	bool longest = ++uc->uc_takes % AGE_TAKES == 0;
	struct lwp *best = NULL, *lp;

	for (uint32_t mask = uc->uc_mask; mask != 0; mask &= mask - 1) {
		TAILQ_FOREACH(lp, &uc->uc_queues[__builtin_ctz(mask)],
		    lwp_procq)
			if (cpumask_test(&lp->lwp_cpumask, cpuid))
				break;
		if (lp == NULL ||
		    (best != NULL && best->lwp_qseq < lp->lwp_qseq))
			continue;
		best = lp;
		if (!longest)
			break;
	}
	return best;
}

/* Takes the LWP to run next on CPU cpuid off a queue; NULL. */
static struct lwp *
queue_take(struct usched_pcpu *uc, int cpuid)
{
	struct lwp *lp;

	if (atomic_load(&uc->uc_count) == 0)
		return NULL;
	queue_lock(uc);
	lp = queue_choose(uc, cpuid);
	if (lp != NULL) {
		struct lwpq *q = &uc->uc_queues[lp->lwp_qlevel];

		TAILQ_REMOVE(q, lp, lwp_procq);
		if (TAILQ_EMPTY(q))
			uc->uc_mask &= ~(1U << lp->lwp_qlevel);
		atomic_sub(&uc->uc_count, 1);
		lp->lwp_onrunq = false;
	}
	queue_unlock(uc);
	return lp;
}

static void
passive_release(struct thread *td)
{
	td->td_release = NULL;
	td->td_pri = TDPRI_KERN_USER; /* it is on no run queue here */
	usched_release_curproc(td->td_lwp);
}

/* lp becomes this CPU's; its thread is the current one or will be acquired. */
static void
designate(struct usched_pcpu *uc, struct lwp *lp) NEEDS(crit)
{
	lp->lwp_qcpu = mycpu->gd_cpuid;
	lp->lwp_slice = SLICE_TICKS;
	mycpu->gd_uschedcp = lp;
	if (atomic_load(&uc->uc_count) != 0)
		tick_start(uc);
}

/* Takes an LWP that was queued over to this CPU and lets it run. */
static void
adopt(struct usched_pcpu *uc, struct lwp *lp) NEEDS(crit)
{
	struct thread *td = lp->lwp_thread;

	designate(uc, lp);
	lwkt_acquire(td);
	td->td_pri = TDPRI_USER_NORM;
	td->td_release = passive_release;
	lwkt_schedule(td);
}

/* Message to a CPU: look at the user run queues. */
static void
kick_message(void *unused, int unused2) NEEDS(crit)
{
	struct usched_pcpu *uc = mycpu->gd_usched;

	(void)unused;
	(void)unused2;
	gd_note(mycpu, RQF_USER_RESCHED);
	if (mycpu->gd_uschedcp != NULL && atomic_load(&uc->uc_count) != 0)
		tick_start(uc);
}

static void
kick(int cpuid)
{
	lwkt_send_ipiq(globaldata[cpuid], kick_message, NULL, 0);
}

/* Wakes an idle CPU of mask, if there is one; it will pull. */
static void
kick_idle(const struct cpumask *mask)
{
	int cpuid = cpumask_first_and(&idle_cpus, mask);

	if (cpuid < 0)
		return;
	cpumask_clear(&idle_cpus, cpuid);
	kick(cpuid);
}

/* Where an LWP waits for a CPU: where it was, if it may. */
static int
home_cpu(struct lwp *lp)
{
	struct cpumask all = cpumask_upto(ncpus);

	if (cpumask_test(&lp->lwp_cpumask, lp->lwp_qcpu))
		return lp->lwp_qcpu;
	return cpumask_first_and(&lp->lwp_cpumask, &all);
}

/* Puts lp, whose thread has been given away, on a queue, and finds it a CPU
 * if one is free; in a critical section. */
static void
setrunqueue(struct lwp *lp, bool seek_idle) NEEDS(crit)
{
	struct cpumask mask = lp->lwp_cpumask;
	int cpuid = home_cpu(lp);
	struct globaldata *gd = globaldata[cpuid];

	queue_insert(gd->gd_usched, lp, cpuid);
	/* From here on lp may run, anywhere: it is not looked at again. */
	atomic_fence();
	/* RACE: the CPU that is kicked may take another LWP than this one, so
	 * its own is told all the same. */
	if (seek_idle)
		kick_idle(&mask);
	if (gd != mycpu)
		kick(cpuid);
	else if (gd->gd_uschedcp == NULL)
		gd_note(gd, RQF_USER_RESCHED);
	else
		tick_start(gd->gd_usched);
}

void
usched_setrunqueue_new(struct lwp *lp)
{
	crit_enter();
	lwkt_giveaway(lp->lwp_thread);
	lp->lwp_qcpu = mycpu->gd_cpuid;
	/* It starts where its maker is, whose memory is warm and who is likely
	 * to wait for it; the tick lets idle CPUs have it otherwise. */
	setrunqueue(lp, false);
	crit_exit();
}

bool
usched_may_run(const struct lwp *lp, int cpuid)
{
	return cpumask_test(&lp->lwp_cpumask, cpuid);
}

/* Queues the current LWP and runs others until a CPU has adopted it. */
static void
wait_for_cpu(struct lwp *lp) NEEDS(crit)
{
	struct thread *td = lp->lwp_thread;

	decay(lp);
	td->td_release = NULL;
	td->td_nivcsw++;
	lwkt_deschedule_self();
	lwkt_giveaway(td);
	setrunqueue(lp, true);
	lwkt_block();
}

/* Hands a free designation of this CPU to the best of its queue. */
static void
hand_over(struct usched_pcpu *uc) NEEDS(crit)
{
	struct lwp *lp = queue_take(uc, mycpu->gd_cpuid);

	if (lp != NULL)
		adopt(uc, lp);
}

/* The current LWP takes the designation of its CPU. */
static inline void
designate_self(struct globaldata *gd, struct lwp *lp) NEEDS(crit)
{
	designate(gd->gd_usched, lp);
	lwkt_setpri_self(TDPRI_USER_NORM);
	lp->lwp_thread->td_release = passive_release;
}

/* The designation is another's, or this is not a CPU for lp. */
static __rare void
acquire_or_wait(struct lwp *lp) NEEDS(crit)
{
	decay(lp);
	while (mycpu->gd_uschedcp != lp) {
		struct globaldata *gd = mycpu;
		struct lwp *cur = gd->gd_uschedcp;

		if (!cpumask_test(&lp->lwp_cpumask, gd->gd_cpuid)) {
			wait_for_cpu(lp);
		} else if (cur == NULL ||
		    cur->lwp_estcpu >= lp->lwp_estcpu + STEAL_LEVELS) {
			/* Who loses it is runnable still: it is let run as far
			 * as its own border, where it queues. */
			if (cur != NULL)
				gd_note(gd, RQF_LWKT_RESCHED);
			designate_self(gd, lp);
		} else {
			wait_for_cpu(lp);
		}
	}
}

void
usched_acquire_curproc(struct lwp *lp)
{
	struct globaldata *gd;

	crit_enter();
	gd = mycpu;
	if (likely(gd->gd_uschedcp == NULL &&
		cpumask_test(&lp->lwp_cpumask, gd->gd_cpuid)))
		designate_self(gd, lp);
	else if (gd->gd_uschedcp != lp)
		acquire_or_wait(lp);
	crit_exit();
}

void
usched_release_curproc(struct lwp *lp)
{
	struct usched_pcpu *uc;

	crit_enter();
	uc = mycpu->gd_usched;
	if (mycpu->gd_uschedcp == lp) {
		mycpu->gd_uschedcp = NULL;
		hand_over(uc);
	}
	crit_exit();
}

/* The designated LWP lets the next of the queue have the CPU, if any. */
static void
step_back(struct usched_pcpu *uc, struct lwp *lp) NEEDS(crit)
{
	if (atomic_load(&uc->uc_count) == 0)
		return;
	mycpu->gd_uschedcp = NULL;
	hand_over(uc);
	if (mycpu->gd_uschedcp != NULL)
		wait_for_cpu(lp);
}

void
usched_resched(struct lwp *lp)
{
	struct usched_pcpu *uc;

	crit_enter();
	uc = mycpu->gd_usched;
	gd_unnote(mycpu, RQF_USER_RESCHED);
	if (mycpu->gd_uschedcp == lp && lp->lwp_slice <= 0) {
		lp->lwp_slice = SLICE_TICKS;
		step_back(uc, lp);
	}
	crit_exit();
}

void
usched_yield(struct lwp *lp)
{
	struct usched_pcpu *uc;

	crit_enter();
	uc = mycpu->gd_usched;
	if (mycpu->gd_uschedcp == lp)
		step_back(uc, lp);
	crit_exit();
	lwkt_yield(); /* sleeps */
}

/* The tick of a CPU, on its softclock thread, above the designated LWP. */
static void
tick(void *arg)
{
	struct usched_pcpu *uc = arg;
	struct lwp *lp;

	crit_enter();
	uc->uc_ticking = false;
	lp = mycpu->gd_uschedcp;
	if (lp != NULL && lp->lwp_thread->td_flags & TDF_PREEMPT_LOCK) {
		/* It runs now, below us. */
		if (lp->lwp_estcpu < LEVELS - 1)
			lp->lwp_estcpu++;
		lp->lwp_slice--;
	} else if (lp != NULL) {
		lp->lwp_slice--;
	}
	/* Whom usched_look_later() has made wait. */
	if (mycpu->gd_runqmask & (1U << TDPRI_KERN_USER))
		gd_note(mycpu, RQF_LWKT_RESCHED);
	if (atomic_load(&uc->uc_count) != 0) {
		struct cpumask all = cpumask_upto(ncpus);

		kick_idle(&all);
		if (lp == NULL || lp->lwp_slice <= 0)
			gd_note(mycpu, RQF_USER_RESCHED);
		tick_start(uc);
	}
	crit_exit();
}

static void
tick_start(struct usched_pcpu *uc) NEEDS(crit)
{
	if (uc->uc_ticking)
		return;
	uc->uc_ticking = true;
	callout_reset(&uc->uc_tick, TICK_NS, tick, uc);
}

void
usched_look_later(void)
{
	tick_start(mycpu->gd_usched);
}

bool
usched_idle_pull(void)
{
	struct globaldata *gd = mycpu;
	struct usched_pcpu *uc = gd->gd_usched;
	struct lwp *lp = NULL;

	if (uc == NULL)
		return false;
	crit_enter();
	gd_unnote(gd, RQF_USER_RESCHED);
	if (mycpu->gd_uschedcp == NULL) {
		cpumask_set(&idle_cpus, gd->gd_cpuid);
		for (int i = 0; i < ncpus && lp == NULL; i++) {
			int from = (gd->gd_cpuid + i) % ncpus;

			lp = queue_take(globaldata[from]->gd_usched,
			    gd->gd_cpuid);
		}
		if (lp != NULL) {
			cpumask_clear(&idle_cpus, gd->gd_cpuid);
			adopt(uc, lp);
		}
	}
	crit_exit();
	return lp != NULL;
}

void
usched_heuristic_forking(struct lwp *plp, struct lwp *lp)
{
	lp->lwp_estcpu = plp->lwp_estcpu;
	lp->lwp_decayed = plp->lwp_decayed;
	lp->lwp_cpumask = plp->lwp_cpumask;
}

void
usched_heuristic_exiting(struct lwp *plp, const struct lwp *lp)
{
	plp->lwp_estcpu = max(plp->lwp_estcpu, lp->lwp_estcpu);
}

void
usched_exit(struct lwp *lp)
{
	struct thread *td = lp->lwp_thread;

	td->td_release = NULL;
	lwkt_setpri_self(TDPRI_EXITING);
	usched_release_curproc(lp);
}

int
usched_queued(void)
{
	int n = 0;

	for (int i = 0; i < ncpus; i++)
		n += atomic_load(&globaldata[i]->gd_usched->uc_count);
	return n;
}

static int
set_cpu(struct lwp *lp, int cmd, int cpuid)
{
	struct cpumask mask = lp->lwp_cpumask;

	if (cpuid < 0 || cpuid >= ncpus)
		return EFBIG;
	if (cmd == USCHED_SET_CPU)
		mask = (struct cpumask){ 0 };
	if (cmd == USCHED_DEL_CPU)
		cpumask_clear(&mask, cpuid);
	else
		cpumask_set(&mask, cpuid);
	if (cpumask_empty(&mask))
		return EPERM;
	crit_enter();
	lp->lwp_cpumask = mask;
	/* On a CPU that is no longer its own it moves at the border to user
	 * mode, where it has to acquire a designation again. */
	if (!cpumask_test(&mask, mycpu->gd_cpuid))
		usched_release_curproc(lp);
	crit_exit();
	return 0;
}

int
kern_usched_set(struct lwp *lp, int cmd, void *kdata, int bytes)
{
	int *cpuid = kdata;

	switch (cmd) {
	case USCHED_SET_CPU:
	case USCHED_ADD_CPU:
	case USCHED_DEL_CPU:
		if (bytes != sizeof(int))
			return EINVAL;
		return set_cpu(lp, cmd, *cpuid);
	case USCHED_GET_CPU:
		if (bytes != sizeof(int))
			return EINVAL;
		*cpuid = mycpu->gd_cpuid;
		return 0;
	default:
		return EINVAL;
	}
}
