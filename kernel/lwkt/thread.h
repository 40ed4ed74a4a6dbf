/*
 * thread.h -- LWKT threads: who runs.
 *
 * A thread belongs to one CPU (td_gd), and only that CPU touches its run
 * queue links; another CPU that wants it to run sends a message (ipiq.h).
 * The state of a thread is the pair (on a run queue?, TDF_RUNNING?): see the
 * essay at the head of switch.c.
 *
 * A thread's life is counted by td_refs.  It is born with one reference, the
 * CPU's, which the NEXT thread drops once the CPU has left the dead thread's
 * stack; a message that names the thread holds another.  Whoever drops the
 * last one calls td_gone, and from then on nobody looks at it any more but
 * the reaper.
 */
#pragma once

#include <sys/queue.h>
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/msgport.h"
#include "kernel/lwkt/token.h"
#include "kernel/md.h"
#include "kernel/param.h"

struct globaldata;
struct lwp;
struct proc;
struct ucred;

/* td_flags, written by the owning CPU only. */
#define TDF_RUNNING 0x0001	/* a CPU is on its stack */
#define TDF_RUNQ 0x0002		/* on its CPU's run queue */
#define TDF_PREEMPT_LOCK 0x0004 /* preempted: will resume where it stands */
#define TDF_PREEMPT_DONE 0x0008 /* resumed after a preemption */
#define TDF_IDLE 0x0010		/* its CPU's idle thread */
#define TDF_MIGRATING 0x0020	/* given away, not yet acquired */
#define TDF_INTTHREAD 0x0040	/* may preempt */
#define TDF_BLOCKQ 0x0080	/* descheduled by itself, about to switch */
#define TDF_EXITING 0x400000	/* runs to its last switch */

/* td_mpflags, atomic: anybody may set them. */
#define TDF_MP_AST 0x0001  /* look at me before you return to user mode */
#define TDF_MP_INTR 0x0100 /* a sleep with PCATCH must end, or not begin */
#define TDF_MP_KILL 0x0200 /* one with PKILL, too: it is to die */
#define TDF_MP_STOP 0x0008 /* in td_wcatch alone: a sleep with PSTOP */

/* Priorities: a higher number runs first; the run queue is the number. */
#define TDPRI_IDLE 0
#define TDPRI_USER_SCHEDULER 2
#define TDPRI_USER_IDLE 4
#define TDPRI_USER_NORM 6
#define TDPRI_USER_REAL 8
#define TDPRI_KERN_LPSCHED 9
#define TDPRI_KERN_USER 10 /* an LWP while it is in the kernel */
#define TDPRI_KERN_DAEMON 12
#define TDPRI_SOFT_NORM 14
#define TDPRI_SOFT_TIMER 16
#define TDPRI_EXITING 19
#define TDPRI_INT_SUPPORT 20
#define TDPRI_INT_LOW 27
#define TDPRI_INT_MED 28
#define TDPRI_INT_HIGH 29
#define TDPRI_MAX 31

#define TD_MAGIC 0x7468726561640000UL /* alive */
#define TD_DEAD 0x7468646561640000UL  /* in the cache of dead threads */

struct thread {
	unsigned long td_magic;		  /* OWNER */
	void *td_sp;			  /* OWNER saved stack pointer */
	void (*td_syscall)(void); /* ATOMIC where an LWP's calls go; at this
				     place for trap_entry.asm */
	struct globaldata *td_gd;	  /* OWNER the CPU that it belongs to */
	TAILQ_ENTRY(thread) td_threadq;	  /* GUARDED(crit) run queue link */
	int td_pri;			  /* GUARDED(crit) TDPRI_* */
	int td_critcount;		  /* OWNER nested critical sections */
	int td_noblock;			  /* OWNER nested noblock_enter()s */
	uint32_t td_flags;		  /* GUARDED(crit) TDF_* */
	uint32_t td_mpflags;		  /* ATOMIC TDF_MP_* */
	uint32_t td_refs;		  /* ATOMIC see above */
	void (*td_gone)(struct thread *); /* STABLE last reference dropped */
	void (*td_release)(struct thread *); /* OWNER called before it blocks:
						the user scheduler's passive
						release */
	struct thread *td_preempted;	  /* OWNER whom it has preempted */

	struct tokref *td_toks_stop;	  /* OWNER one past the last token */
	struct tokref td_toks[TD_MAXTOKENS]; /* OWNER */

	/* Sleeping (sleep.c): under the spin lock of td_wchan's bucket, but
	 * for the thread itself, which may see that they are set. */
	const void *td_wchan GUARDED(sleep_spin);
	TAILQ_ENTRY(thread) td_sleepq GUARDED(sleep_spin);
	uint64_t td_wseq GUARDED(sleep_spin); /* which sleep it is */
	int td_wdomain GUARDED(sleep_spin);
	int td_wresult GUARDED(sleep_spin);
	uint32_t td_wcatch; /* ATOMIC the TDF_MP_* that end it */
	const char *td_wmesg;		/* OWNER why, for ps */

	struct lwp *td_lwp;		/* STABLE NULL: a pure kernel thread */
	/* Of an LWP: what the sleep that such a flag has ended returns:
	 * EINTR, ERESTART, or 0: there was nothing to it. */
	int (*td_interrupted)(struct thread *); /* STABLE */
	struct proc *td_proc;		/* STABLE */
	struct ucred *td_ucred;		/* OWNER snapshot, taken on entry */
	void *td_onfault;		/* OWNER copyin's landing place */
	bool td_nofault;		/* OWNER page faults are not served */
	char *td_kstack;		/* STABLE lowest address */
	char td_comm[MAXCOMLEN + 1];	/* OWNER */
	struct globaldata *td_allgd;	/* STABLE the CPU that created it */
	struct lwkt_port td_msgport;	/* SELF replies come here */
	void (*td_fn)(void *);		/* STABLE entry of a kernel thread */
	void *td_arg;			/* STABLE */
	uint64_t td_mark;		/* OWNER clock at the last border */
	uint64_t td_uticks;		/* OWNER clock spent in user mode */
	uint64_t td_sticks;		/* OWNER clock spent in the kernel */
	uint64_t td_nvcsw;		/* OWNER switches that it asked for */
	uint64_t td_nivcsw;		/* OWNER and those it did not */
	uint64_t td_minflt;		/* OWNER page faults served */
	struct md_thread td_md;		/* OWNER the machine's part */

	/* On a line that only its neighbours in the list write. */
	LIST_ENTRY(thread) td_allq __cachealigned; /* GUARDED(leaf_spin)
					gd_tdall of td_allgd */
};

/*
 * create.c: birth and death of kernel threads.
 */

/* A thread with a stack of KSTACK_SIZE and one reference, on this CPU, not
 * scheduled, with no function to run yet; NULL when there is no memory.
 * Does not block. */
struct thread *lwkt_alloc_thread(const char *comm);
/* Takes a thread back into the cache.  Only the reaper calls it, after
 * td_gone (spec X73). */
void lwkt_free_thread(struct thread *td);
/* A pure kernel thread that runs fn(arg) on CPU cpuid at priority pri and
 * ends when fn returns; scheduled at once.  0 or ENOMEM.  Thread context. */
int lwkt_create(void (*fn)(void *), void *arg, struct thread **tdp,
    uint32_t flags, int pri, int cpuid, const char *comm);
/* Ends the current pure kernel thread. */
void lwkt_exit(void) NORETURN;
/* The last switch of any thread: it must hold no token and no spin lock, and
 * nobody may wake it any more (spec X67-X69). */
void lwkt_final_switch(void) NORETURN;
/* References.  lwkt_rele may call td_gone; neither blocks; any context. */
void lwkt_hold(struct thread *td);
void lwkt_rele(struct thread *td);

/*
 * switch.c: run queues and the switch.
 */

/* Makes td runnable on its CPU; no-op when it is.  Any context but a hard
 * interrupt.  td must be held or known to be alive. */
void lwkt_schedule(struct thread *td);
/* Takes the current thread off its run queue; its last switch follows. */
void lwkt_deschedule_self(void) NEEDS(crit);
/* Leaves the run queue and gives the CPU up, until somebody schedules the
 * thread again.  In a critical section, so that no message or timer of this
 * CPU comes between the caller's test and the sleep; others' tokens and
 * critical sections are not affected.  The caller tests again. */
void lwkt_block(void) NEEDS(crit);
/* Gives the CPU to the best runnable thread, and comes back when the caller
 * is chosen again, with its tokens. */
void lwkt_switch(void) SLEEPS;
/* Lets others of the same priority run. */
void lwkt_yield(void) SLEEPS;
/* Changes the priority of the current thread (TDPRI_*). */
void lwkt_setpri_self(int pri);
/* Called by the thread that the CPU has just switched to, on its own stack:
 * otd's stack is free from here on (spec X69). */
void lwkt_switch_return(struct thread *otd);
/* Pull migration.  giveaway: the current thread leaves its CPU at its next
 * switch; the caller is in a critical section and deschedules itself.
 * acquire: takes a thread that was given away, spinning while its old CPU is
 * still on its stack. */
void lwkt_giveaway(struct thread *td) NEEDS(crit);
void lwkt_acquire(struct thread *td) NEEDS(crit);
/* A thread that is given away, now or by the time that its CPU leaves its
 * stack, and that nobody else can come upon, is acquired and scheduled by CPU
 * cpuid. */
void lwkt_give(struct thread *td, int cpuid) NEEDS(crit);
/* Moves the current thread to CPU cpuid: a kernel thread, or an LWP in the
 * kernel, which gives its designation up first.  Used by tests and chaos. */
void lwkt_migrate_self(int cpuid) SLEEPS;
/* Runs what interrupts left behind: messages, timers, reschedules.  Called by
 * the last crit_exit() and by the idle loop. */
void splz(void);
void splz_intr(void);
/* The body of a CPU's idle thread. */
void lwkt_idle_loop(void) NORETURN;
/* Makes the boot CPU's first thread a thread like any other (kmain). */
void lwkt_bootstrap(void);
/* Builds the run queues and the idle thread of a CPU (boot). */
void lwkt_cpu_init(struct globaldata *gd);

/* A stretch in which nothing may sleep; checked at run time and by clang. */
void noblock_enter(void) TAKES(noblock);
void noblock_exit(void) DROPS(noblock);
