/*
 * lwp.c -- the threads of a process: making, finding and moving them.
 *
 * An LWP holds its process from lwp_alloc() until lwp_dispose() (reap.c), so
 * the process's memory and page table stand as long as any of its threads
 * may still be on a CPU (spec X61, O22).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/lwp.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/objcache.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"
#include "kernel/signal/stop.h"

static struct objcache *lwp_cache;

static void
lwp_init(void)
{
	lwp_cache = objcache_create("lwp", sizeof(struct lwp), CACHE_LINE,
	    NULL, NULL);
	KASSERT(lwp_cache != NULL, "no memory for LWPs");
}
SYSINIT(lwp, SI_SUB_BOOT2_PROC0, SI_ORDER_FIRST, lwp_init);

int
lwp_cmp(struct lwp *a, struct lwp *b)
{
	return (a->lwp_tid > b->lwp_tid) - (a->lwp_tid < b->lwp_tid);
}

RB_GENERATE_INTERNAL(lwp_tree, lwp, lwp_node, lwp_cmp, UNCHECKED)

struct lwp *
lwp_alloc(struct proc *p)
{
	struct lwp *lp = objcache_get(lwp_cache);
	struct thread *td;

	if (lp == NULL)
		return NULL;
	td = lwkt_alloc_thread(curthread->td_comm);
	if (td == NULL) {
		objcache_put(lwp_cache, lp);
		return NULL;
	}
	memset(lp, 0, sizeof(*lp));
	lp->lwp_magic = LWP_MAGIC;
	lp->lwp_proc = p;
	lp->lwp_thread = td;
	td->td_lwp = lp;
	td->td_proc = p;
	td->td_gone = lwp_is_gone;
	td->td_interrupted = sig_interrupted;
	cpu_lwp_watch_syscalls(lp, false);
	PHOLD(p);
	return lp;
}

inline void
lwp_free(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct thread *td = lp->lwp_thread;

	KASSERT(lp->lwp_magic == LWP_MAGIC, "LWP %p freed twice", lp);
	KKASSERT_MSG(p->p_magic == PROC_MAGIC, "LWP %p outlives its process",
	    lp);
	KKASSERT_MSG(sigset_empty(&lp->lwp_siglist.sp_set),
	    "LWP %p was signalled after its end", lp);
	if (td->td_ucred != NULL)
		crfree(td->td_ucred);
	lp->lwp_magic = 0;
	td->td_lwp = NULL;
	td->td_proc = NULL;
	lwkt_free_thread(td);
	objcache_put(lwp_cache, lp);
	PRELE(p);
}

void
lwp_discard(struct lwp *lp)
{
	/* It never ran: no CPU has its reference to give up, no message
	 * names it.  RACE: but for a moment the watchdog may, which goes
	 * through all threads (dump.c); one without references it passes
	 * over. */
	while (!atomic_cmpset(&lp->lwp_thread->td_refs, 1, 0))
		cpu_pause();
	lwp_free(lp);
}

/* MODEL: kill.pml. */
void
lwp_enter(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	RB_INSERT(lwp_tree, &p->p_lwps, lp);
	p->p_nlive++;
	p->p_nthreads++;
}

static inline struct lwp *
look_up(struct proc *p, int tid) NEEDS(proc_token)
{
	struct lwp key;

	key.lwp_tid = tid;
	return RB_FIND(lwp_tree, &p->p_lwps, &key);
}

struct lwp *
lwp_find(struct proc *p, int tid)
{
	return look_up(p, tid);
}

/* MODEL: kill.pml, sleep.pml, vfork.pml. */
void
lwp_notify(struct lwp *lp, uint32_t flags)
{
	struct thread *td = lp->lwp_thread;
	struct globaldata *gd;

	atomic_set(&td->td_mpflags, TDF_MP_AST | flags);
	if (flags != 0)
		sleep_interrupt(td, flags);
	/* RACE: if it is just entering user mode elsewhere, it has not looked
	 * at its flag yet, or it is TDF_RUNNING by now (mark_running) and is
	 * interrupted. */
	gd = atomic_load(&td->td_gd);
	if (gd != mycpu && (atomic_load(&td->td_flags) & TDF_RUNNING))
		cpu_send_ipi(gd->gd_cpuid);
	/* RACE: it may be about to queue itself, or on its way to another
	 * queue; then it waits for its turn there. */
	if (unlikely(atomic_load(&lp->lwp_userq) != NULL) &&
	    (flags & TDF_MP_KILL))
		usched_hurry(lp);
}

/* MODEL: handshake.pml, kill.pml, vfork.pml. */
void
lwp_doom(struct lwp *lp)
{
	lp->lwp_flags |= LWP_WEXIT;
	atomic_set(&lp->lwp_mpflags, LWP_MP_WEXIT);
	if (unlikely(lp->lwp_proc->p_stops != NULL))
		wakeup(&lp->lwp_proc->p_stopmask); /* WAKES: stopevent() */
	lwp_notify(lp, TDF_MP_INTR | TDF_MP_KILL);
}

/* MODEL: handshake.pml. */
void
lwp_commit(struct lwp *lp)
{
	lp->lwp_flags |= LWP_WEXIT;
	if (!(lp->lwp_flags & LWP_COMMITTED)) {
		lp->lwp_flags |= LWP_COMMITTED;
		lp->lwp_proc->p_nlive--;
		if (unlikely(lp->lwp_flags & LWP_WSTOP))
			stop_uncount(lp);
	}
}

/* The next free tid: counts up, and wraps to 1 (spec 2.9). */
static int
tid_new(struct proc *p) NEEDS(proc_token)
{
	do
		p->p_lasttid = p->p_lasttid == INT32_MAX ? 1 : p->p_lasttid + 1;
	while (look_up(p, p->p_lasttid) != NULL);
	return p->p_lasttid;
}

/* Tells the maker the tid, and lays a return address of 0 on the stack. */
static int
lwp_create_copyout(const struct lwp_params *par, int tid)
{
	static const uint64_t nowhere;
	uintptr_t top = (uintptr_t)par->stack;
	int error = copyout(&nowhere, (void *)(top - sizeof(nowhere)),
	    sizeof(nowhere)); /* sleeps */

	if (error == 0 && par->tid1 != NULL)
		error = copyout(&tid, par->tid1, sizeof(tid)); /* sleeps */
	if (error == 0 && par->tid2 != NULL)
		error = copyout(&tid, par->tid2, sizeof(tid)); /* sleeps */
	return error;
}

/* MODEL: handshake.pml, kill.pml. */
int
kern_lwp_create(struct lwp *plp, const struct lwp_params *par, int *tidp)
{
	struct proc *p = plp->lwp_proc;
	struct lwp *lp = lwp_alloc(p);
	int error;

	if (lp == NULL)
		return ENOMEM;
	proc_lock(p); /* sleeps */
	lp->lwp_tid = tid_new(p);
	proc_unlock(p);
	error = lwp_create_copyout(par, lp->lwp_tid); /* sleeps */
	if (error != 0) {
		lwp_discard(lp);
		return error;
	}
	cpu_lwp_fork(lp, cpu_lwp_frame(plp));
	cpu_lwp_set_entry(lp, (uintptr_t)par->func,
	    (uintptr_t)par->stack - sizeof(uint64_t), (uintptr_t)par->arg);
	usched_heuristic_forking(plp, lp);
	*tidp = lp->lwp_tid;

	proc_lock(p); /* sleeps */
	/* D14: nobody joins a process that ends, or that wants to be alone;
	 * the maker is on its way out too. */
	if (p->p_flags & (P_WEXIT | P_SINGLE)) {
		proc_unlock(p);
		lwp_discard(lp);
		return EAGAIN;
	}
	/* RACE: not its maker's, which others may have changed meanwhile. */
	lp->lwp_thread->td_ucred = crhold(p->p_ucred);
	lwp_enter(lp);
	lp->lwp_sigmask = plp->lwp_sigmask;
	/* It has missed what the others were told: a stop.  (What signals its
	 * maker was told of, its maker acts on.)  And where one more uses time,
	 * that is used up sooner (itimer.c). */
	if (unlikely((p->p_flags & P_STOPPED) || p->p_itimers != NULL))
		lwp_notify(lp, TDF_MP_INTR);
	if (unlikely(p->p_stopmask != 0))
		stops_join(lp);
	proc_unlock(p);
	usched_setrunqueue_new(lp);
	return 0;
}
