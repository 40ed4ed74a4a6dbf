/*
 * proc.h -- processes and their threads (LWPs).
 *
 * States of a process (p_stat) and who moves it on:
 *
 *	SIDL      made by fork, not yet a child of anybody; only its maker
 *	          knows it, signals and waits pass it by
 *	SACTIVE   set by fork when it is linked to its parent
 *	SSTOP     what ps shows of an active one with P_STOPPED
 *	SZOMB     set by its own last act as a process (exit_publish), under
 *	          its own token and its parent's
 *	(freed)   by the parent's wait, which has claimed it
 *
 * P_WEXIT says that one LWP has won the right to end the process (law 1:
 * claim); from then on no LWP is added, signals are ignored, and every other
 * LWP is on its way out.  P_SINGLE says the same of an exec that wants to be
 * alone.
 *
 * Three counts of LWPs:
 *	p_nlive     have not committed themselves to end: "am I the last?" is
 *	            asked and answered with this one, in one step (D11)
 *	p_nthreads  have not yet finished with the process's things
 *	p_lock      holds, one of them for each LWP whose memory still exists
 *	            and one for everybody who looks at the process unlocked
 * A zombie may be reaped when p_nthreads is 0 and freed when p_lock is 0.
 *
 * Which lock: each process has a token.  Its own state and its LWPs are under
 * it (proc_token).  What ties parent and child, the parent's lists and the
 * child's place in them, is under the PARENT's token (parent_token).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include "kernel/abi/signal.h"
#include "kernel/ipc/knote.h"
#include "kernel/lib/atomic.h"
#include "kernel/file/sigio.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/token.h"
#include "kernel/proc/usage.h"
#include "kernel/signal/sigpend.h"

struct filedesc;
struct inode;
struct itimers;
struct kqueue;
struct lwp;
struct pargs;
struct pgrp;
struct plimit;
struct proc;
struct sigacts;
struct stops;
struct sysent;
struct sysreaper;
struct ucred;
struct vmspace;

#define SIDL 1
#define SACTIVE 2
#define SSTOP 3
#define SZOMB 4

/* p_flags, under p_token. */
#define P_CONTROLT 0x2	   /* has a controlling terminal */
#define P_TRACED 0x800	   /* its parent traces it */
#define P_SUGID 0x100	   /* has changed its identity since exec */
#define P_WEXIT 0x2000	   /* one LWP ends the process */
#define P_EXEC 0x4000	   /* has called exec */
#define P_STOPPED 0x10000  /* its threads stop at the border (signal/stop.c) */
#define P_STOPTOLD 0x20000 /* ... and its parent has been told */
#define P_CONTINUED 0x40000 /* its parent is to be told that it goes on */
#define P_COREDUMP 0x80000 /* LWPs that end wait until a core shows them */
#define P_ORPHANED 0x10000000 /* its children have been handed on */
#define P_SINGLE 0x20000000   /* an exec, or a core, ends the other LWPs */

/* p_mpflags, atomic. */
#define P_PPWAIT 0x10 /* the parent waits in vfork */
#define P_CARES 0x20  /* a signal that is ignored by default may matter to it:
			 it has, or has had, actions, masks, a tracer, knotes */
#define P_NOJOBS 0x200 /* ends: counts in no group's job control (jobs.c) */
#define P_KILLED 0x400 /* SIGKILL has come after its end had begun */
#define P_NODEBUG 0x100 /* past the debugger's stop: /proc has it no more */

#define PLOCK_WAITING 0x40000000
#define PLOCK_COUNT 0x0fffffff

#define PROC_MAGIC 0x70726f6300000001UL
#define LWP_MAGIC 0x6c77700000000001UL

TAILQ_HEAD(proclist, proc);
RB_HEAD(lwp_tree, lwp);

/* Children are of two kinds for wait: those that signal their end by SIGCHLD,
 * and clones (spec X78). */
enum child_kind { CHILD_PLAIN, CHILD_CLONE, CHILD_KINDS };

struct proc {
	unsigned long p_magic; /* OWNER */
	int p_pid;	       /* STABLE */
	int p_stat;	       /* ATOMIC SIDL ...: see above who writes */
	uint32_t p_lock;       /* ATOMIC holds, PLOCK_WAITING */
	uint32_t p_mpflags;    /* ATOMIC */
	LIST_ENTRY(proc) p_hash GUARDED(hash_spin);
	struct lwkt_token p_token; /* SELF */
	uint32_t p_flags GUARDED(proc_token);
	uint32_t p_xstat GUARDED(proc_token); /* 16 bits: wait status */
	int p_exitval; /* ATOMIC all of what it has exited with: si_status */

	struct lwp_tree p_lwps GUARDED(proc_token); /* by tid */
	int p_lasttid GUARDED(proc_token);
	int p_nlive GUARDED(proc_token);    /* see above */
	int p_nthreads GUARDED(proc_token); /* see above */
	int p_nparked GUARDED(proc_token);  /* those that wait for a core */
	struct lwp *p_master GUARDED(proc_token); /* who ends it */

	/* Its children: the living, and the dead, last death first, until they
	 * are buried.  How many there are of both. */
	struct proclist p_children GUARDED(parent_token);
	struct proclist p_zombies[CHILD_KINDS] GUARDED(parent_token);
	int p_nchildren[CHILD_KINDS] GUARDED(parent_token);
	int p_nwaiting GUARDED(parent_token); /* waits that sleep on p */
	/* The living that have stopped or gone on, unreported, newest last. */
	struct proclist p_changed GUARDED(parent_token);

	/* Its own place among its parent's, under the parent's token. */
	struct proc *p_pptr GUARDED(parent_token);
	TAILQ_ENTRY(proc) p_sibling GUARDED(parent_token);
	int p_sigparent GUARDED(parent_token);
	bool p_claimed GUARDED(parent_token); /* by one wait */
	/* What a wait shall be told of it alive: 0 nothing, else a status, and
	 * it is in p_changed. */
	int p_report GUARDED(parent_token);
	TAILQ_ENTRY(proc) p_change GUARDED(parent_token);
	int p_ppid; /* ATOMIC p_pptr's pid: getppid needs no lock */

	/* Tracing (tracees.c): whom it traces, and those of its children that
	 * others trace, which p_nchildren counts, too. */
	LIST_HEAD(, proc) p_tracees GUARDED(parent_token);
	LIST_HEAD(, proc) p_orphans GUARDED(parent_token);
	LIST_ENTRY(proc) p_tracee GUARDED(parent_token); /* of p_pptr */
	LIST_ENTRY(proc) p_orphan GUARDED(parent_token); /* of p_opptr */
	/* Its real parent while another traces it, else NULL, under the tokens
	 * of both. */
	struct proc *p_opptr GUARDED(parent_token);
	int p_oppid; /* ATOMIC p_opptr's pid, 0: none */
	int p_osigparent GUARDED(parent_token); /* p_sigparent, to come back */
	struct lwp *p_tracelwp GUARDED(proc_token); /* stopped for the tracer */

	struct sysreaper *p_reaper GUARDED(proc_token); /* NULL: init */
	struct proc *p_leader; /* STABLE of its chain of peers */
	TAILQ_HEAD(, proc) p_peers GUARDED(list_token); /* of a leader */
	TAILQ_ENTRY(proc) p_peer GUARDED(list_token);

	const void *p_exitwait GUARDED(proc_token); /* what its last thread
				sleeps on until it is killed, or NULL */
	struct pgrp *p_pgrp GUARDED(proc_token); /* and its pg_spin to change */
	int p_pgid, p_sid; /* ATOMIC p_pgrp's numbers, for who looks without */
	uint32_t p_uid, p_gid; /* ATOMIC p_ucred's, likewise */

	struct ucred *p_ucred GUARDED(proc_token);  /* until buried */
	struct plimit *p_limit GUARDED(proc_token); /* NULL: exited */
	struct pargs *p_args GUARDED(proc_token);
	struct inode *p_text GUARDED(proc_token); /* its program; NULL: none */
	char p_comm[MAXCOMLEN + 1] GUARDED(proc_token);

	struct sigiolst p_sigios GUARDED(leaf_spin); /* sigio.c's spin lock */
	struct filedesc *p_fd;	   /* OWNER changed while single-threaded */
	struct vmspace *p_vmspace; /* OWNER changed while single-threaded;
				      stands until the process is buried */
	const struct sysent *p_sysent; /* OWNER changed by exec */

	/* Who watches it, and what it watches of its signals. */
	struct klist p_knotes GUARDED(knote_spin);

	struct sigpend p_siglist GUARDED(proc_token); /* pending */
	struct sigacts *p_sigacts GUARDED(proc_token); /* NULL: defaults */
	uintptr_t p_sigtramp; /* OWNER where its handlers return to; exec */
	int p_nstopped GUARDED(proc_token); /* LWPs with LWP_WSTOP */
	int p_stopsig GUARDED(proc_token);  /* what has stopped it */
	struct usage p_ru GUARDED(proc_token);	     /* its dead LWPs */
	struct usage p_cru GUARDED(proc_token);	     /* reaped children */
	uint64_t p_start_ns; /* STABLE uptime */
	struct itimers *p_itimers; /* ATOMIC written under p_token; NULL: none
				      has been set */

	/* The debugger's (procfs/stopevent.h). */
	uint32_t p_stopmask; /* ATOMIC written under p_token: S_* */
	struct stops *p_stops; /* ATOMIC NULL: nobody has looked into it */

	/* Its place in p_pgrp, under pg_spin, on a line that only its
	 * neighbours in the list write. */
	LIST_ENTRY(proc) p_pglist __cachealigned GUARDED(leaf_spin);

	/* Last, not zeroed: what it is to know of SIGCHLD while that is in
	 * p_siglist. */
	struct ksiginfo p_childinfo GUARDED(proc_token);
};

/* lwp_flags, under p_token. */
#define LWP_WEXIT 0x40	   /* will never return to user mode */
#define LWP_COMMITTED 0x80 /* no longer counted in p_nlive */
#define LWP_WSTOP 0x100	   /* counted in p_nstopped */
#define LWP_OLDMASK 0x200  /* sigsuspend: lwp_oldmask comes back */

/* lwp_mpflags, atomic. */
#define LWP_MP_WEXIT 0x1  /* leave at the border to user mode */
#define LWP_MP_GONE 0x2	  /* off the CPU and unheld: may be disposed of */
#define LWP_MP_WANTED 0x4 /* somebody sleeps on lwp_mpflags for GONE */

struct lwp {
	unsigned long lwp_magic;    /* OWNER */
	struct proc *lwp_proc;	    /* STABLE held until it is disposed of */
	struct thread *lwp_thread;  /* STABLE */
	int lwp_tid;		    /* STABLE once it is in the tree */
	RB_ENTRY(lwp) lwp_node GUARDED(proc_token);
	STAILQ_ENTRY(lwp) lwp_dead GUARDED(crit); /* dead list of a CPU */
	uint32_t lwp_flags GUARDED(proc_token);
	uint32_t lwp_mpflags; /* ATOMIC */
	struct sigpend lwp_siglist GUARDED(proc_token); /* pending */
	struct sigset lwp_sigmask GUARDED(proc_token);	/* blocked */
	struct sigset lwp_oldmask GUARDED(proc_token);	/* LWP_OLDMASK */
	struct sigset lwp_sigwait GUARDED(proc_token);	/* sigtimedwait's */
	int lwp_faultsig GUARDED(proc_token); /* of its own fault, pending */
	int lwp_tracesig GUARDED(proc_token); /* what it goes on with from its
						 stop for the tracer */
	struct sigaltstack lwp_sigstk;	      /* OWNER */
	uint64_t lwp_nsignals; /* OWNER */
	struct kqueue *lwp_kqueue; /* OWNER of select and poll; NULL: none */

	/* extexit(SETINT): where the joiner looks, and what it shall see. */
	uint32_t *lwp_exitaddr; /* OWNER user address, NULL: none */
	uint32_t lwp_exitval;	/* OWNER what it exits with */
	bool lwp_is_master;	/* OWNER its parent's wait finishes it */

	/* The user scheduler's (sched/usched.c). */
	TAILQ_ENTRY(lwp) lwp_procq GUARDED(runq_spin);
	struct userq *lwp_userq; /* ATOMIC that it is on, or NULL; written
				    under the spin lock of that queue */
	int lwp_qlevel GUARDED(runq_spin);  /* queue it is on */
	uint64_t lwp_qdue GUARDED(runq_spin); /* cycles, userq.c */
	struct cpumask lwp_cpumask; /* ATOMIC where it may run */
	int lwp_qcpu;		    /* OWNER last CPU it ran or queued on */
	int lwp_estcpu;		    /* OWNER recent use */
	int lwp_slice;		    /* OWNER ticks left */
	uint64_t lwp_decayed;	    /* OWNER uptime of the last decay */
};

extern struct proc proc0, *initproc;

#define curproc (curthread->td_proc)
#define curlwp (curthread->td_lwp)

/* Holds: the process is not freed meanwhile.  PRELE wakes who waits for the
 * last one (D06).
 * MODEL: adoption.pml, handshake.pml, vfork.pml. */
static inline void
PHOLD(struct proc *p)
{
	chaos_point();
	KKASSERT(p->p_magic == PROC_MAGIC);
	atomic_add(&p->p_lock, 1);
}

/* MODEL: adoption.pml, handshake.pml, vfork.pml. */
static inline void
PRELE(struct proc *p)
{
	chaos_point();
	/* WAKES: proc_stall().  p is only compared after the count fell. */
	if (atomic_subfetch(&p->p_lock, 1) == PLOCK_WAITING)
		wakeup(&p->p_lock);
}

int lwp_cmp(struct lwp *a, struct lwp *b);
RB_PROTOTYPE(lwp_tree, lwp, lwp_node, lwp_cmp)

/* The token of a process, for its own state ... */
static inline void
proc_lock(struct proc *p) TAKES(proc_token) SLEEPS UNCHECKED;
static inline void
proc_lock(struct proc *p)
{
	lwkt_gettoken(&p->p_token);
}

static inline void
proc_unlock(struct proc *p) DROPS(proc_token) UNCHECKED;
static inline void
proc_unlock(struct proc *p)
{
	lwkt_reltoken(&p->p_token);
}

/* ... and the same token for its children's places (parent_token).  Who needs
 * both takes both: tokens are recursive. */
static inline void
children_lock(struct proc *p) TAKES(parent_token) SLEEPS UNCHECKED;
static inline void
children_lock(struct proc *p)
{
	lwkt_gettoken(&p->p_token);
}

static inline void
children_unlock(struct proc *p) DROPS(parent_token) UNCHECKED;
static inline void
children_unlock(struct proc *p)
{
	lwkt_reltoken(&p->p_token);
}

/* ... in one. */
static inline void
family_lock(struct proc *p) TAKES(proc_token, parent_token) SLEEPS UNCHECKED;
static inline void
family_lock(struct proc *p)
{
	lwkt_gettoken(&p->p_token);
}

static inline void
family_unlock(struct proc *p) DROPS(proc_token, parent_token) UNCHECKED;
static inline void
family_unlock(struct proc *p)
{
	lwkt_reltoken(&p->p_token);
}

/* Has the current process no other thread?  Then it gets none but by itself. */
static inline bool
proc_is_alone(const struct proc *p) UNCHECKED;
static inline bool
proc_is_alone(const struct proc *p)
{
	return atomic_load(&p->p_nthreads) == 1;
}

/* A process that nobody else knows, not yet or no longer, is as good as
 * locked. */
static inline void
proc_private(struct proc *p) TAKES(proc_token, parent_token) UNCHECKED;
static inline void
proc_private(struct proc *p)
{
	KKASSERT(p->p_stat == SIDL || p->p_stat == SZOMB || p->p_pid <= 1);
	(void)p;
}

static inline void
proc_private_end(struct proc *p) DROPS(proc_token, parent_token) UNCHECKED;
static inline void
proc_private_end(struct proc *p)
{
	(void)p;
}

/* pid.c: the table of processes.  All lookups return a held process. */
struct proc *pfind(int pid);  /* the living; NULL */
struct proc *pfind_any(int pid); /* zombies too, not embryos; NULL */
/* p's child of that number, or NULL; not held: p's token keeps it p's, and so
 * unburied. */
struct proc *pfind_child(int pid, struct proc *p) NEEDS(parent_token);
/* Numbers p and enters it; the number is no pid, group or session. */
void pid_enter(struct proc *p);
/* Takes p out of the table: no new hold by number from here on. */
void pid_leave(struct proc *p);
/* The number of a process that is alive and has none of these p_mpflags, -1:
 * there is no further one; steps *place to behind it.  The place of a number
 * depends on nothing else, so that a list taken in steps has each that was
 * there all the time, once. */
int pid_next(int64_t *place, uint32_t without);
/* Calls fn for every process (held, no lock); stops when fn returns false. */
void allproc_scan(bool (*fn)(struct proc *p, void *arg), void *arg) SLEEPS;
/* Sleeps until nobody holds p; only for one that nobody can find. */
void proc_stall(struct proc *p) SLEEPS;
/* p's parent, held and with its token taken (a second token: what p's own
 * token guards must be looked at again).  Undo with parent_unlock(). */
struct proc *parent_lock(struct proc *p) TAKES(parent_token) SLEEPS UNCHECKED;
void parent_unlock(struct proc *pp) DROPS(parent_token) UNCHECKED;
/* A line of its own: each birth and each burial writes it. */
struct proc_count {
	uint32_t n; /* ATOMIC embryos and zombies included */
} __cachealigned;
extern struct proc_count nprocs;
extern int maxproc;

/* lwp.c */
/* An LWP of p with a thread that is not scheduled; holds p.  Where it may run
 * is the caller's to say (lwp_cpumask).  NULL: memory. */
struct lwp *lwp_alloc(struct proc *p);
/* Enters it into its process; p_token held. */
void lwp_enter(struct lwp *lp) NEEDS(proc_token);
struct lwp *lwp_find(struct proc *p, int tid) NEEDS(proc_token);
/* Marks lp for death and gets it moving: wherever it is, it will reach the
 * border to user mode (D15: the flag first). Does not block. */
void lwp_doom(struct lwp *lp) NEEDS(proc_token);
/* The current LWP will end: it counts no more among those that live on. */
void lwp_commit(struct lwp *lp) NEEDS(proc_token);
/* Makes lp look at its flags soon: interrupts its user mode, and the sleeps
 * that one of flags ends (TDF_MP_INTR, TDF_MP_KILL; 0: none).  Who is told to
 * end does not wait for a CPU's user mode, either. */
void lwp_notify(struct lwp *lp, uint32_t flags) NEEDS(proc_token);

/* fork.c */
int kern_fork(struct lwp *lp, int flags, int *pidp) SLEEPS;
int kern_unshare(struct lwp *lp, int flags) SLEEPS;

/* exec.c */
struct exec_args;
int kern_execve(struct lwp *lp, struct exec_args *args) SLEEPS;

/* family.c: the tree of processes. */
/* Hands all children of p, living and dead, to p's reaper (X46). */
void exit_orphan_children(struct lwp *lp) SLEEPS;
/* Wakes the parent that waits in vfork; after the address space has gone. */
void exit_release_vfork(struct lwp *lp) SLEEPS;
