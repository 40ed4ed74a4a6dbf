/*
 * globaldata.h -- what each CPU has for itself.
 *
 * Reached through mycpu (the gs register).  Only its CPU touches it, in a
 * critical section, except where a field says otherwise.
 */
#pragma once

#include <sys/queue.h>
#include <sys/tree.h>
#include "kernel/lockcheck.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/param.h"

struct ipiq;
struct taskqueue;
struct usched_pcpu;
struct lwp;

/* gd_reqflags: what an interrupt in a critical section has left to do. */
#define RQF_TIMER 0x01	     /* the timer has fired */
#define RQF_IPIQ 0x02	     /* messages have arrived */
#define RQF_INTPEND 0x04     /* device interrupts, gd_intpending */
#define RQF_LWKT_RESCHED 0x08 /* a better thread is runnable */
#define RQF_USER_RESCHED 0x10 /* the user scheduler wants a say */
#define RQF_PREEMPT 0x20     /* an interrupt thread wants to preempt */
#define RQF_SPLZ (RQF_TIMER | RQF_IPIQ | RQF_INTPEND | RQF_PREEMPT)
#define RQF_RESCHED (RQF_LWKT_RESCHED | RQF_USER_RESCHED)

TAILQ_HEAD(threadq, thread);
RB_HEAD(callout_tree, callout);

struct globaldata {
	/* The assembly knows these offsets (arch/x86_64/cpu.h checks them). */
	struct globaldata *gd_self;   /* STABLE offset 0 */
	struct thread *gd_curthread;  /* OWNER offset 8 */
	uintptr_t gd_user_sp;	      /* OWNER offset 16, scratch of syscall */
	uintptr_t gd_kstack_top;      /* OWNER offset 24, curthread's */

	int gd_cpuid;		      /* STABLE 0..ncpus-1 */
	uint32_t gd_reqflags;	      /* GUARDED(crit) RQF_*; its own CPU's
					 interrupts write it too */
	uint64_t gd_intpending;	      /* GUARDED(crit) bit per device line */
	/* Counted under INVARIANTS only. */
	int gd_spinlocks;	      /* GUARDED(crit) spin locks held */
	uint32_t gd_spinrank;	      /* GUARDED(crit) their ranks, as bits */
	const struct spinlock *gd_spinheld[SPIN_RANKS]; /* GUARDED(crit) held
					 or waited for, by rank */
	const struct spinlock *gd_spinwanted; /* ATOMIC it waits for this one */
	struct threadq gd_runq[TDPRI_MAX + 1] GUARDED(crit);
	uint32_t gd_runqmask GUARDED(crit); /* non-empty queues */
	struct thread *gd_idletd;     /* STABLE */
	bool gd_online;		      /* ATOMIC it runs and takes messages */

	struct ipiq *gd_ipiq;	      /* STABLE ncpus rings, by sender */
	uint64_t gd_ipimask[CPUMASK_WORDS]; /* ATOMIC senders with messages */
	uint32_t gd_ipi_pending;      /* ATOMIC 1: an interrupt is on its way */

	struct spinlock gd_callout_spin;    /* SELF */
	struct callout_tree gd_callouts;    /* GUARDED(callout_spin) */
	struct callout *gd_callout_running; /* GUARDED(callout_spin) */
	bool gd_callout_wanted;	      /* GUARDED(callout_spin) somebody waits
					 for the running body to end */
	uint64_t gd_callout_seq;      /* GUARDED(callout_spin) */
	uint64_t gd_timer_deadline;   /* GUARDED(callout_spin) 0: not armed */
	struct thread *gd_softclock;  /* STABLE */

	struct spinlock gd_tdall_spin;	    /* SELF */
	LIST_HEAD(, thread) gd_tdall; /* GUARDED(leaf_spin) created here */

	struct usched_pcpu *gd_usched; /* STABLE sched/usched.c */
	struct lwp *gd_uschedcp;      /* GUARDED(crit) the designated LWP */
	struct taskqueue *gd_taskqueue; /* STABLE */
	struct reaper_pcpu *gd_reaper; /* STABLE proc/reap.c */
	struct pid_chunk *gd_pids;    /* STABLE proc/pid.c */
	struct pmap *gd_pmap;	      /* OWNER the page table in use */

	uint64_t gd_chaos;	      /* GUARDED(crit) generator of chaos.c */

	/* Counters, added up over all CPUs when somebody asks. */
	long gd_cnt_threads;	      /* OWNER made minus freed; MYCPU_ADD */
	long gd_cnt_disposed;	      /* OWNER LWPs freed; MYCPU_ADD */
	uint64_t gd_cnt_switch;	      /* GUARDED(crit) */
	uint64_t gd_cnt_preempt;      /* GUARDED(crit) */
	uint64_t gd_cnt_ipiq;	      /* GUARDED(crit) */
	uint64_t gd_cnt_ipiq_full;    /* GUARDED(crit) */
	uint64_t gd_cnt_token_wait;   /* GUARDED(crit) */
	uint64_t gd_cnt_polls;	      /* OWNER timed sleeps not PASKED */
	uint64_t gd_cnt_syscall;      /* GUARDED(crit) */
	uint64_t gd_cnt_shootdown;    /* OWNER requests served; any context */
	uint64_t gd_cnt_timer;	      /* GUARDED(crit) */
	uint64_t gd_cnt_chaos[CHAOS_ACTS]; /* GUARDED(crit) chaos.c */

	struct md_globaldata gd_md;   /* OWNER the machine's part */
} __attribute__((aligned(64)));

/* Notes something in gd_reqflags of this CPU, in one instruction: so an
 * interrupt that notes something too is not lost. */
static inline void
gd_note(struct globaldata *gd, uint32_t bits)
{
	cpu_or32(&gd->gd_reqflags, bits);
}

static inline void
gd_unnote(struct globaldata *gd, uint32_t bits)
{
	cpu_and32(&gd->gd_reqflags, ~bits);
}

extern int ncpus;			/* STABLE after SI_SUB_CPU */
extern struct globaldata *globaldata[MAXCPU]; /* STABLE after SI_SUB_CPU */

/*
 * A critical section: the current thread is not preempted and no message or
 * timer runs on this CPU.  Nests.  Ends with splz() if something was noted.
 */
static inline void crit_enter(void) TAKES(crit) UNCHECKED;
static inline void
crit_enter(void)
{
	curthread->td_critcount++;
	__asm__ volatile("" ::: "memory");
}

static inline void crit_exit(void) DROPS(crit) UNCHECKED;
static inline void
crit_exit(void)
{
	struct thread *td = curthread;

	__asm__ volatile("" ::: "memory");
	if (--td->td_critcount == 0 && (MYCPU(gd_reqflags) & RQF_SPLZ))
		cpu_call_splz();
}
