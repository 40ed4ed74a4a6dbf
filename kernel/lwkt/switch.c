/*
 * switch.c -- the run queues of a CPU and the switch between threads.
 *
 * States of a thread, by the flags that say so:
 *
 *	TDF_RUNNING  TDF_RUNQ
 *	     -          -     asleep, or on a user run queue, or just made
 *	     -          x     runnable: waits for its CPU
 *	     x          x     runs (it stays on its queue while it runs)
 *	     x          -     runs, and has descheduled itself: it is about to
 *	                      switch away, or to its last switch (TDF_EXITING)
 *	     -    TDF_PREEMPT_LOCK   an interrupt thread runs on top of it; its
 *	                      stack is in use, its tokens stay its own
 *
 * On both sides of cpu_switch() the CPU is in a critical section.  The thread
 * that is switched to clears TDF_RUNNING of the one before it, on its own
 * stack (lwkt_switch_return): only from then on may another CPU take that
 * thread over (lwkt_acquire), or its stack be used for another.  A dead
 * thread loses the CPU's reference there.
 *
 * A thread that waits for tokens stays runnable; the choice skips it while it
 * cannot have all of them.  When only such threads are left the CPU runs its
 * idle thread, which tries again and again without halting.  So nothing ever
 * spins on the stack of a thread that has given itself away.
 *
 * Entry points: lwkt_schedule, lwkt_deschedule_self, lwkt_switch,
 * lwkt_final_switch, giveaway/acquire, splz (what interrupts left behind).
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/intr.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/sched/usched.h"

static inline void
runq_insert(struct globaldata *gd, struct thread *td) NEEDS(crit)
{
	td->td_flags |= TDF_RUNQ;
	TAILQ_INSERT_TAIL(&gd->gd_runq[td->td_pri], td, td_threadq);
	gd->gd_runqmask |= 1U << td->td_pri;
}

static inline void
runq_remove(struct globaldata *gd, struct thread *td) NEEDS(crit)
{
	td->td_flags &= ~TDF_RUNQ;
	TAILQ_REMOVE(&gd->gd_runq[td->td_pri], td, td_threadq);
	if (TAILQ_EMPTY(&gd->gd_runq[td->td_pri]))
		gd->gd_runqmask &= ~(1U << td->td_pri);
}

static inline int
runq_best(const struct globaldata *gd) NEEDS(crit)
{
	return 31 ^ __builtin_clz(gd->gd_runqmask);
}

/*
 * Makes td, which belongs to this CPU, runnable; in a critical section.
 * lazy: the current thread wakes it in a system call.  If both are LWPs it
 * waits until that one blocks, as it is likely to do soon, or for the user
 * scheduler's tick: a switch to and fro is saved.
 * MODEL: sleep.pml.
 */
static void
schedule_here(struct globaldata *gd, struct thread *td, bool lazy) NEEDS(crit)
{
	/* A message that comes late may name a thread that runs already, that
	 * waits on a user run queue, or that is dead and only held. */
	if (td->td_flags & (TDF_RUNQ | TDF_EXITING | TDF_MIGRATING))
		return;
	KKASSERT(td->td_magic == TD_MAGIC);
	runq_insert(gd, td);
	if (!gd->gd_online)
		return; /* boot: that CPU looks when it comes up */
	if (td->td_flags & TDF_INTTHREAD)
		gd_note(gd, RQF_PREEMPT);
	else if (td->td_pri > gd->gd_curthread->td_pri) {
		if (lazy && td->td_lwp != NULL && curthread->td_lwp != NULL)
			usched_look_later();
		else
			gd_note(gd, RQF_LWKT_RESCHED);
	}
}

static void schedule(struct thread *td, bool lazy);

/* MODEL: sleep.pml. */
static void
schedule_message(void *arg, int unused)
{
	struct thread *td = arg;

	(void)unused;
	schedule(td, false);
	lwkt_rele(td);
}

/* MODEL: sleep.pml. */
static void
schedule(struct thread *td, bool lazy)
{
	struct globaldata *gd;

	crit_enter();
	/* RACE: the thread may be moving.  Its flag is read before its CPU:
	 * lwkt_acquire() writes them in the other order, so that we see its
	 * new CPU once we see that it has arrived. */
	if (atomic_load_acq(&td->td_flags) & TDF_MIGRATING) {
		crit_exit();
		return;
	}
	gd = atomic_load_acq(&td->td_gd);
	if (gd == mycpu || !gd->gd_online) {
		schedule_here(gd, td, lazy);
	} else {
		lwkt_hold(td);
		lwkt_send_ipiq(gd, schedule_message, td, 0);
	}
	crit_exit();
}

/* MODEL: sleep.pml. */
void
lwkt_schedule(struct thread *td)
{
	schedule(td, true);
}

inline void
lwkt_deschedule_self(void)
{
	struct thread *td = curthread;

	if (td->td_flags & TDF_RUNQ)
		runq_remove(mycpu, td);
}

void
lwkt_setpri_self(int pri)
{
	struct thread *td = curthread;
	struct globaldata *gd;

	crit_enter();
	gd = mycpu;
	if (td->td_pri != pri && (td->td_flags & TDF_RUNQ)) {
		runq_remove(gd, td);
		td->td_pri = pri;
		runq_insert(gd, td);
	} else {
		td->td_pri = pri;
	}
	/* Who was no better than this thread when it became runnable, and so
	 * was not noted, may be better now. */
	if (gd->gd_runqmask != 0 && runq_best(gd) > pri)
		gd_note(gd, RQF_LWKT_RESCHED);
	crit_exit();
}

/* The best thread that can have its tokens, with them, moved to the tail of
 * its queue; the idle thread if there is none. */
static struct thread *
choose_thread(struct globaldata *gd) NEEDS(crit)
{
	uint32_t mask = gd->gd_runqmask;
	bool skipped = false;

	while (mask != 0) {
		int pri = 31 ^ __builtin_clz(mask);
		struct threadq *q = &gd->gd_runq[pri];
		struct thread *td;

		TAILQ_FOREACH(td, q, td_threadq) {
			if (td->td_toks_stop != td->td_toks &&
			    !lwkt_getalltokens(td)) {
				skipped = true;
				continue;
			}
			if (TAILQ_NEXT(td, td_threadq) != NULL) {
				TAILQ_REMOVE(q, td, td_threadq);
				TAILQ_INSERT_TAIL(q, td, td_threadq);
			}
			/* Whoever was skipped wants another try soon. */
			if (skipped)
				gd_note(gd, RQF_LWKT_RESCHED);
			return td;
		}
		mask &= ~(1U << pri);
	}
	return gd->gd_idletd;
}

/* Charges the running thread, and starts the clock of the next. */
static inline void
charge_switch(struct thread *td, struct thread *ntd)
{
	uint64_t now = cpu_cycles();

	td->td_sticks += now - td->td_mark;
	ntd->td_mark = now;
}

/* RACE: who tells ntd something sets a flag and then looks whether it runs
 * (lwp_notify); it is marked here, and looks at its flags on the way to user
 * mode (userret).  With full fences on both sides, one of the two sees it.  Its
 * flags are this CPU's: nobody else writes them. */
static inline void
mark_running(struct thread *ntd) NEEDS(crit)
{
	atomic_set(&ntd->td_flags, TDF_RUNNING);
}

static inline void
switch_to(struct globaldata *gd, struct thread *td, struct thread *ntd)
    NEEDS(crit)
{
	gd->gd_cnt_switch++;
	charge_switch(td, ntd);
	mark_running(ntd);
	lwkt_switch_return(cpu_switch(td, ntd));
}

/* MODEL: sleep.pml. */
void
lwkt_switch_return(struct thread *otd)
{
	bool dead = otd->td_flags & TDF_EXITING;

	atomic_store_rel(&otd->td_flags, otd->td_flags & ~TDF_RUNNING);
	if (dead)
		lwkt_rele(otd);
}

/* The thread on top of a preempted one blocks: it gives the CPU back. */
static struct thread *
give_back(struct globaldata *gd, struct thread *td) NEEDS(crit)
{
	struct thread *ntd = td->td_preempted;

	KKASSERT(ntd->td_flags & TDF_PREEMPT_LOCK);
	td->td_preempted = NULL;
	ntd->td_flags |= TDF_PREEMPT_DONE;
	/* What the interrupt thread has made runnable was measured against
	 * that thread, and not against this one, which it may preempt. */
	if (gd->gd_runqmask != 0 && runq_best(gd) > ntd->td_pri)
		gd_note(gd, RQF_LWKT_RESCHED | RQF_PREEMPT);
	return ntd;
}

static inline struct thread *
next_thread(struct globaldata *gd, struct thread *td) NEEDS(crit)
{
	if (td->td_preempted != NULL)
		return give_back(gd, td);
	gd_unnote(gd, RQF_LWKT_RESCHED);
	return choose_thread(gd);
}

#ifdef INVARIANTS
static void
check_may_block(const struct thread *td)
{
	KASSERT(mycpu->gd_spinlocks == 0 || panicking,
	    "%s blocks while it holds a spin lock", td->td_comm);
	KASSERT(td->td_noblock == 0, "%s blocks where nothing may",
	    td->td_comm);
}
#else
#define check_may_block(td) ((void)(td))
#endif

/* MODEL: sleep.pml. */
void
lwkt_switch(void)
{
	struct thread *td = curthread, *ntd;
	struct globaldata *gd;

	check_may_block(td);
	chaos_point();
	crit_enter();
	if (!(td->td_flags & TDF_RUNQ)) {
		td->td_nvcsw++;
		if (td->td_release != NULL)
			td->td_release(td);
	}
	gd = mycpu;
	lwkt_relalltokens(td);
	ntd = next_thread(gd, td);
	if (ntd != td)
		switch_to(gd, td, ntd);
	crit_exit();
}

/* UNCHECKED: the one place where a thread gives its CPU up inside a critical
 * section, which is its own and goes with it.
 * MODEL: sleep.pml. */
void lwkt_block(void) UNCHECKED;
void
lwkt_block(void)
{
	lwkt_deschedule_self();
	lwkt_switch(); /* sleeps */
}

void
lwkt_yield(void)
{
	lwkt_switch(); /* sleeps */
}

/* MODEL: sleep.pml. */
void
lwkt_final_switch(void)
{
	struct thread *td = curthread, *ntd;

	tsleep_remove(td);
	lwkt_closeport(&td->td_msgport);
	crit_enter();
	KASSERT(td->td_toks_stop == td->td_toks, "%s dies holding token %s",
	    td->td_comm, td->td_toks_stop[-1].tr_tok->t_name);
	KKASSERT(mycpu->gd_spinlocks == 0);
	lwkt_deschedule_self();
	td->td_flags |= TDF_EXITING;
	ntd = next_thread(mycpu, td);
	mycpu->gd_cnt_switch++;
	ntd->td_mark = cpu_cycles();
	mark_running(ntd);
	cpu_switch_exit(td, ntd);
}

/*
 * Preemption: the best runnable thread takes the CPU from the current one if
 * it is an interrupt thread, and the current one is only in splz()'s own
 * critical section.  Comes back when it has blocked or ended.
 */
static void
preempt(struct globaldata *gd) NEEDS(crit)
{
	struct thread *td = curthread, *ntd;

	if (gd->gd_runqmask == 0 || (td->td_flags & TDF_IDLE))
		return;
	ntd = TAILQ_FIRST(&gd->gd_runq[runq_best(gd)]);
	if (!(ntd->td_flags & TDF_INTTHREAD) || ntd->td_pri <= td->td_pri)
		return;
	KKASSERT(gd->gd_spinlocks == 0);
	if (ntd->td_toks_stop != ntd->td_toks ||
	    (ntd->td_flags & TDF_PREEMPT_LOCK)) {
		gd_note(gd, RQF_LWKT_RESCHED);
		return;
	}
	gd->gd_cnt_preempt++;
	ntd->td_preempted = td;
	td->td_flags |= TDF_PREEMPT_LOCK;
	switch_to(gd, td, ntd);
	KASSERT(td->td_flags & TDF_PREEMPT_DONE,
	    "%s was resumed out of turn", td->td_comm);
	td->td_flags &= ~(TDF_PREEMPT_LOCK | TDF_PREEMPT_DONE);
}

static void
schedule_lines(struct globaldata *gd)
{
	uint64_t lines = __atomic_exchange_n(&gd->gd_intpending, 0,
	    __ATOMIC_RELAXED);

	for (; lines != 0; lines &= lines - 1)
		intr_schedule((unsigned)__builtin_ctzl(lines));
}

/* What interrupts have noted; in a critical section, interrupts enabled. */
static void
run_notes(struct globaldata *gd) NEEDS(crit)
{
	uint32_t notes;

	while ((notes = gd->gd_reqflags & RQF_SPLZ) != 0) {
		gd_unnote(gd, notes);
		if (notes & RQF_IPIQ) {
			lwkt_process_ipiq();
			usched_look();
		}
		if (notes & RQF_TIMER)
			callout_timer_intr(gd);
		if (notes & RQF_INTPEND)
			schedule_lines(gd);
		if (notes & RQF_PREEMPT)
			preempt(gd);
	}
}

/* UNCHECKED, both: their critical section is a bare count, for crit_exit()
 * would call them again. */
void splz(void) UNCHECKED;
void
splz(void)
{
	struct thread *td = curthread;

	/* An interrupt that comes after the count has dropped to 0 does its
	 * own work; one that came just before is seen by the test. */
	do {
		td->td_critcount++;
		compiler_fence();
		run_notes(mycpu);
		compiler_fence();
		td->td_critcount--;
	} while (mycpu->gd_reqflags & RQF_SPLZ);
}

void splz_intr(void) UNCHECKED;
void
splz_intr(void)
{
	struct thread *td = curthread;

	/* Like splz(), but no interrupt nests between the last look and the
	 * return: the depth of the stack stays bounded. */
	while (mycpu->gd_reqflags & RQF_SPLZ) {
		td->td_critcount++;
		cpu_intr_enable();
		run_notes(mycpu);
		cpu_intr_disable();
		td->td_critcount--;
	}
}

void
lwkt_giveaway(struct thread *td)
{
	td->td_flags |= TDF_MIGRATING;
}

void
lwkt_acquire(struct thread *td)
{
	/* Its old CPU is on its way to another thread.  It may have a message
	 * to send on the way, to us perhaps: make room for it. */
	while (atomic_load_acq(&td->td_flags) &
	    (TDF_RUNNING | TDF_PREEMPT_LOCK)) {
		lwkt_process_ipiq();
		cpu_pause();
	}
	KKASSERT(td->td_flags & TDF_MIGRATING);
	atomic_store_rel(&td->td_gd, mycpu);
	atomic_store_rel(&td->td_flags, td->td_flags & ~TDF_MIGRATING);
}

static void
migrate_message(void *arg, int unused) NEEDS(crit)
{
	struct thread *td = arg;

	(void)unused;
	lwkt_acquire(td);
	schedule(td, false);
}

void
lwkt_give(struct thread *td, int cpuid)
{
	struct globaldata *gd = globaldata[cpuid];

	if (gd == mycpu)
		migrate_message(td, 0);
	else
		lwkt_send_ipiq(gd, migrate_message, td, 0);
}

void
lwkt_migrate_self(int cpuid)
{
	struct thread *td = curthread;

	crit_enter();
	if (mycpu->gd_cpuid != cpuid) {
		lwkt_deschedule_self();
		/* ORDER: the release may wait for another thread's stack, and
		 * the message for room, and either runs messages meanwhile: so
		 * this one is not given away yet.  Two CPUs that send each
		 * other their threads would wait for ever, each on the stack
		 * that the other wants. */
		if (td->td_release != NULL)
			td->td_release(td);
		lwkt_give(td, cpuid);
		lwkt_giveaway(td);
		lwkt_block();
	}
	crit_exit();
}

void noblock_enter(void) UNCHECKED;
void
noblock_enter(void)
{
	curthread->td_noblock++;
}

void noblock_exit(void) UNCHECKED;
void
noblock_exit(void)
{
	curthread->td_noblock--;
}

void
lwkt_idle_loop(void)
{
	struct globaldata *gd = mycpu;

	atomic_store_rel(&gd->gd_online, true);
	cpu_intr_enable();
	for (;;) {
		lwkt_switch(); /* sleeps */
		/* Runnable threads whose tokens are taken: try again. */
		if (atomic_load(&gd->gd_runqmask) != 0) {
			cpu_pause();
		} else if (!usched_idle_pull()) {
			bool busy;

			cpu_idle_wait();
			busy = atomic_load(&gd->gd_runqmask) != 0;
			watchdog_woken(
			    busy || (gd->gd_reqflags & RQF_RESCHED));
			if (busy)
				usched_idle_end();
		}
	}
}
