/*
 * create.c -- birth and death of threads.
 *
 * A struct thread lies at the top of its own kernel stack: one allocation,
 * which the cache of stacks keeps warm.  A pure kernel thread ends by itself
 * and is freed by whoever drops the last reference; a thread with an LWP goes
 * through the reaper (proc/reap.c), which sets td_gone.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/kmalloc.h"

extern struct thread thread0;

static void
thread_init(struct thread *td, char *stack, const char *comm)
{
	struct globaldata *gd = mycpu;

	td->td_magic = TD_MAGIC;
	td->td_kstack = stack;
	td->td_gd = gd;
	td->td_pri = TDPRI_KERN_USER;
	td->td_critcount = 0;
	td->td_noblock = 0;
	td->td_flags = 0;
	td->td_mpflags = 0;
	td->td_refs = 1;
	td->td_gone = lwkt_free_thread;
	td->td_release = NULL;
	td->td_preempted = NULL;
	td->td_toks_stop = td->td_toks;
	atomic_store(&td->td_wchan, NULL);
	td->td_wmesg = NULL;
	td->td_lwp = NULL;
	td->td_proc = NULL;
	td->td_ucred = NULL;
	td->td_onfault = NULL;
	td->td_nofault = false;
	td->td_uticks = td->td_sticks = 0;
	td->td_nvcsw = td->td_nivcsw = td->td_minflt = 0;
	strlcpy(td->td_comm, comm, sizeof(td->td_comm));
	lwkt_initport(&td->td_msgport);

	crit_enter();
	gd = mycpu;
	td->td_allgd = gd;
	MYCPU_ADD(gd_cnt_threads, 1);
	spin_lock(&gd->gd_tdall_spin);
	LIST_INSERT_HEAD(&gd->gd_tdall, td, td_allq);
	spin_unlock(&gd->gd_tdall_spin);
	crit_exit();
}

struct thread *
lwkt_alloc_thread(const char *comm)
{
	char *stack = kstack_alloc();
	struct thread *td;

	if (stack == NULL)
		return NULL;
	td = cpu_thread_place(stack);
	thread_init(td, stack, comm);
	return td;
}

void
lwkt_free_thread(struct thread *td)
{
	struct globaldata *gd = td->td_allgd;

	KASSERT(td->td_magic == TD_MAGIC, "thread %p freed twice", td);
	KKASSERT(td->td_refs == 0);
	KKASSERT(!(td->td_flags & (TDF_RUNNING | TDF_RUNQ)));
	KKASSERT(td->td_msgport.mp_outstanding == 0);
	spin_lock(&gd->gd_tdall_spin);
	LIST_REMOVE(td, td_allq);
	spin_unlock(&gd->gd_tdall_spin);
	td->td_magic = TD_DEAD;
	MYCPU_ADD(gd_cnt_threads, -1);
	kstack_free(td->td_kstack);
}

/* MODEL: sleep.pml. */
void
lwkt_hold(struct thread *td)
{
	chaos_point();
	atomic_add(&td->td_refs, 1);
}

/* MODEL: sleep.pml. */
void
lwkt_rele(struct thread *td)
{
	chaos_point();
	if (atomic_subfetch(&td->td_refs, 1) == 0)
		td->td_gone(td);
}

static void
thread_start(void *arg)
{
	struct thread *td = arg;

	td->td_fn(td->td_arg);
	lwkt_exit();
}

int
lwkt_create(void (*fn)(void *), void *arg, struct thread **tdp, uint32_t flags,
    int pri, int cpuid, const char *comm)
{
	struct thread *td = lwkt_alloc_thread(comm);

	if (td == NULL)
		return ENOMEM;
	td->td_gd = globaldata[cpuid];
	td->td_pri = pri;
	td->td_flags = flags;
	td->td_fn = fn;
	td->td_arg = arg;
	cpu_thread_setup(td, thread_start, td);
	if (tdp != NULL)
		*tdp = td;
	lwkt_schedule(td);
	return 0;
}

void
lwkt_exit(void)
{
	KASSERT(curthread->td_lwp == NULL, "lwkt_exit() of an LWP");
	lwkt_final_switch();
}

static void
globaldata_lists_init(struct globaldata *gd)
{
	for (int i = 0; i <= TDPRI_MAX; i++)
		TAILQ_INIT(&gd->gd_runq[i]);
	spin_init(&gd->gd_tdall_spin, "threads", SPIN_LEAF);
	LIST_INIT(&gd->gd_tdall);
}

void
lwkt_bootstrap(void)
{
	extern char boot_stack[];
	struct globaldata *gd = mycpu;

	globaldata_lists_init(gd);
	thread_init(&thread0, boot_stack, "swapper");
	thread0.td_flags = TDF_RUNNING;
	lwkt_schedule(&thread0);
	gd->gd_online = true;
}

static void
idle_start(void *unused)
{
	(void)unused;
	lwkt_idle_loop();
}

void
lwkt_cpu_init(struct globaldata *gd)
{
	struct thread *td;

	if (gd != mycpu)
		globaldata_lists_init(gd);
	td = lwkt_alloc_thread("idle");
	KASSERT(td != NULL, "no memory for CPU %d's idle thread",
	    gd->gd_cpuid);
	td->td_gd = gd;
	td->td_pri = TDPRI_IDLE;
	td->td_flags = TDF_IDLE;
	cpu_thread_setup(td, idle_start, NULL);
	gd->gd_idletd = td;
}
