/*
 * reap.c -- room 4: what is left of a dead thread.
 *
 * A dead thread's memory goes when nobody can look at it any more: when the
 * CPU has left its stack and no message names it.  Both are references
 * (lwkt/thread.h), and whoever drops the last one calls lwp_is_gone():
 *   - a master waits for its process's parent, which finishes it itself
 *     (wait.c, for speed);
 *   - any other goes on this CPU's dead list, and this CPU's task frees it.
 * Nobody polls, and no dead thread waits behind another (D54).
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/taskqueue.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"

MALLOC_DEFINE(M_REAPER, "zombie");

STAILQ_HEAD(deadlist, lwp);

struct reaper_pcpu {
	struct deadlist rp_dead; /* GUARDED(crit) this CPU's */
	int rp_pending;		 /* GUARDED(crit) length of rp_dead */
	struct task rp_task;	 /* SELF */
};

/* MODEL: handshake.pml. */
void
lwp_is_gone(struct thread *td)
{
	struct lwp *lp = td->td_lwp;
	struct reaper_pcpu *rp;

	if (lp->lwp_is_master) {
		/* WAKES: lwp_wait().  lp may be freed once GONE is set: it is
		 * only compared from here on. */
		if (atomic_fetchor(&lp->lwp_mpflags, LWP_MP_GONE) &
		    LWP_MP_WANTED)
			wakeup(&lp->lwp_mpflags);
		return;
	}
	crit_enter();
	rp = mycpu->gd_reaper;
	STAILQ_INSERT_TAIL(&rp->rp_dead, lp, lwp_dead);
	if (rp->rp_pending++ == 0)
		taskqueue_enqueue(taskqueue_thread(mycpu->gd_cpuid),
		    &rp->rp_task);
	crit_exit();
}

/* MODEL: handshake.pml. */
static __rare void
wait_until_gone(struct lwp *lp)
{
	for (;;) {
		tsleep_interlock(&lp->lwp_mpflags, 0);
		if (atomic_fetchor(&lp->lwp_mpflags, LWP_MP_WANTED) &
		    LWP_MP_GONE)
			break;
		tsleep(&lp->lwp_mpflags, PINTERLOCKED, "lwpwait",
		    0); /* sleeps */
	}
	tsleep_remove(curthread);
}

/* MODEL: handshake.pml. */
inline void
lwp_wait(struct lwp *lp)
{
	KKASSERT(lp != curlwp);
	if (unlikely(!(atomic_load_acq(&lp->lwp_mpflags) & LWP_MP_GONE)))
		wait_until_gone(lp); /* sleeps */
}

/* MODEL: handshake.pml. */
inline void
lwp_dispose(struct lwp *lp)
{
	MYCPU_ADD(gd_cnt_disposed, 1);
	lwp_free(lp);
}

/* SPEC X72: the body of a CPU's task.
 * MODEL: handshake.pml. */
static void
reaplwps(void *ctx, int unused)
{
	struct reaper_pcpu *rp = ctx;
	struct lwp *lp;

	(void)unused;
	for (;;) {
		crit_enter();
		lp = STAILQ_FIRST(&rp->rp_dead);
		if (lp != NULL) {
			STAILQ_REMOVE_HEAD(&rp->rp_dead, lwp_dead);
			rp->rp_pending--;
		}
		crit_exit();
		if (lp == NULL)
			return;
		lwp_dispose(lp);
	}
}

/* SPEC X100: before the first user thread can end, on every CPU. */
static void
deadlwp_init(void)
{
	for (int i = 0; i < ncpus; i++) {
		struct reaper_pcpu *rp =
		    kmalloc(sizeof(*rp), &M_REAPER, M_ZERO);

		KASSERT(rp != NULL, "no memory for the reaper");
		STAILQ_INIT(&rp->rp_dead);
		TASK_INIT(&rp->rp_task, 0, reaplwps, rp);
		globaldata[i]->gd_reaper = rp;
	}
}
SYSINIT(deadlwp, SI_SUB_CONFIGURE, SI_ORDER_ANY, deadlwp_init);
