/*
 * usched.c -- which LWP a CPU runs in user mode.
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
 * two sees the other.  The CPU that is kicked then may just have found other
 * work: the tick of the queue's CPU looks for another one.
 *
 * Time slices: a tick of TICK_NS runs on a CPU while its queue holds somebody,
 * designated LWP or not, or an LWP that was woken waits for its waker to block.
 * It lets an idle CPU pull, gives one LWP to a CPU whose queue is shorter, ages
 * the designated LWP, ends its slice, and lets the woken one have the CPU.
 *
 * Locks: a CPU's queue has one of its own (userq.h).  gd_uschedcp belongs to
 * its CPU, in a critical section.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/usched.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"
#include "kernel/sched/userq.h"

#define STEAL_LEVELS 4	      /* how much better takes the CPU away at once */
#define TICK_NS (2 * NS_PER_MS)
#define SLICE_TICKS 5
#define DECAY_NS (100 * NS_PER_MS)

MALLOC_DEFINE(M_USCHED, "usched");

struct usched_pcpu {
	struct userq uc_queue;	/* SELF */
	struct callout uc_tick; /* SELF */
	bool uc_ticking GUARDED(crit);
	uint32_t uc_kicked; /* ATOMIC 1: the queues are to be looked at */
};

static inline struct userq *
queue_of(int cpuid)
{
	return &globaldata[cpuid]->gd_usched->uc_queue;
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
		userq_init(&uc->uc_queue, i);
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
passive_release(struct thread *td)
{
	td->td_release = NULL;
	td->td_pri = TDPRI_KERN_USER; /* it is on no run queue here */
	usched_release_curproc(td->td_lwp);
}

/* lp becomes this CPU's; its thread is the current one or will be acquired. */
static void
designate(struct lwp *lp) NEEDS(crit)
{
	lp->lwp_qcpu = mycpu->gd_cpuid;
	lp->lwp_slice = SLICE_TICKS;
	mycpu->gd_uschedcp = lp;
}

/* Takes an LWP that was queued over to this CPU and lets it run. */
static void
adopt(struct lwp *lp) NEEDS(crit)
{
	struct thread *td = lp->lwp_thread;

	designate(lp);
	lwkt_acquire(td);
	td->td_pri = TDPRI_USER_NORM;
	td->td_release = passive_release;
	lwkt_schedule(td);
}

void
usched_look(void)
{
	struct usched_pcpu *uc = mycpu->gd_usched;

	if (uc == NULL || atomic_load(&uc->uc_kicked) == 0 ||
	    atomic_swap(&uc->uc_kicked, 0) == 0)
		return;
	gd_note(mycpu, RQF_USER_RESCHED);
	if (userq_count(&uc->uc_queue) != 0)
		tick_start(uc);
}

/* Has a CPU look at the queues.  RACE: not by a message, for there might be no
 * room in the ring.  Who waits for room runs messages, and one of them may
 * acquire a thread, while the current one has been given away (wait_for_cpu):
 * two CPUs would wait for ever, each for the stack that the other is on. */
static void
kick(int cpuid) NEEDS(crit)
{
	struct globaldata *gd = globaldata[cpuid];

	chaos_point();
	(void)atomic_swap(&gd->gd_usched->uc_kicked, 1);
	if (gd != mycpu)
		lwkt_poke(gd);
	else
		usched_look();
}

/* Wakes an idle CPU, if cpuid is one; it will pull. */
static void
kick_idle(int cpuid) NEEDS(crit)
{
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

	userq_insert(queue_of(cpuid), lp);
	/* From here on lp may run, anywhere: it is not looked at again. */
	atomic_fence();
	/* RACE: the CPU that is kicked may take another LWP than this one, so
	 * its own is told all the same. */
	if (seek_idle)
		kick_idle(cpumask_first_and(&idle_cpus, &mask));
	if (gd != mycpu)
		kick(cpuid);
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

__rare void
usched_hurry(struct lwp *lp)
{
	struct thread *td = lp->lwp_thread;
	struct userq *uq = atomic_load(&lp->lwp_userq);

	crit_enter();
	if (uq != NULL && userq_remove(uq, lp)) {
		td->td_pri = TDPRI_KERN_USER;
		lwkt_give(td, lp->lwp_qcpu);
	}
	crit_exit();
}

/* Hands a free designation of this CPU to the best of its queue. */
static void
hand_over(struct usched_pcpu *uc) NEEDS(crit)
{
	struct lwp *lp = userq_take(&uc->uc_queue, mycpu->gd_cpuid);

	if (lp != NULL)
		adopt(lp);
}

/* The current LWP takes the designation of its CPU. */
static inline void
designate_self(struct lwp *lp) NEEDS(crit)
{
	designate(lp);
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

		/* It has an end to come to first. */
		if (atomic_load(&lp->lwp_thread->td_mpflags) & TDF_MP_KILL)
			break;
		if (!cpumask_test(&lp->lwp_cpumask, gd->gd_cpuid)) {
			wait_for_cpu(lp);
		} else if (cur == NULL ||
		    cur->lwp_estcpu >= lp->lwp_estcpu + STEAL_LEVELS) {
			/* Who loses it is runnable still: it is let run as far
			 * as its own border, where it queues. */
			if (cur != NULL)
				gd_note(gd, RQF_LWKT_RESCHED);
			designate_self(lp);
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
		designate_self(lp);
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
	if (userq_count(&uc->uc_queue) == 0)
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
usched_user_yield(void)
{
	struct lwp *lp = curthread->td_lwp;

	if (lp != NULL) {
		if (MYCPU(gd_reqflags) & RQF_USER_RESCHED)
			usched_resched(lp); /* sleeps */
		usched_acquire_curproc(lp); /* sleeps */
	}
	lwkt_yield(); /* sleeps */
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

/* One that waits here goes to the shortest queue, if that is shorter still with
 * it.  RACE: counts change meanwhile; then it is the next tick's turn. */
static void
share_queue(struct usched_pcpu *uc) NEEDS(crit)
{
	int to = mycpu->gd_cpuid;
	struct lwp *lp;

	for (int i = 0; i < ncpus; i++)
		if (userq_count(queue_of(i)) < userq_count(queue_of(to)))
			to = i;
	if (userq_count(&uc->uc_queue) < userq_count(queue_of(to)) + 2)
		return;
	lp = userq_take(&uc->uc_queue, to);
	if (lp == NULL)
		return;
	userq_move(queue_of(to), lp);
	kick(to);
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
		if (lp->lwp_estcpu < USERQ_LEVELS - 1)
			lp->lwp_estcpu++;
		lp->lwp_slice--;
	} else if (lp != NULL) {
		lp->lwp_slice--;
	}
	/* Whom usched_look_later() has made wait. */
	if (mycpu->gd_runqmask & (1U << TDPRI_KERN_USER))
		gd_note(mycpu, RQF_LWKT_RESCHED);
	if (userq_count(&uc->uc_queue) != 0) {
		kick_idle(userq_taker(&uc->uc_queue, &idle_cpus));
		share_queue(uc);
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

			lp = userq_take(queue_of(from), gd->gd_cpuid);
		}
		if (lp != NULL) {
			cpumask_clear(&idle_cpus, gd->gd_cpuid);
			adopt(lp);
		}
	}
	crit_exit();
	return lp != NULL;
}

void
usched_idle_end(void)
{
	cpumask_clear(&idle_cpus, mycpu->gd_cpuid);
}

bool
usched_is_idle(int cpuid)
{
	return cpumask_test(&idle_cpus, cpuid);
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
		n += userq_count(queue_of(i));
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
