/*
 * dump.c -- prints processes, threads with what they wait for, and CPUs.
 *
 * The watchdog calls watchdog_dump(), from panic() with all other CPUs
 * stopped, or on a running machine, where what is printed may be a little
 * old.  Blocks nowhere and takes no token.
 *
 * The run queues, the user run queues and the lists of the dead are shown by
 * the threads: each line says on which of them the thread is, and where.
 */
#include "kernel/test/dump.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/proc.h"

#define LINES_MAX 400
#define FRAMES_MAX 16
#define BATCH 64 /* threads under one hold of a lock */

static int lines;

/* The first from td on that nobody frees meanwhile, held: so it stays in its
 * list.  One without references is on its way out. */
static struct thread *
hold_next(struct thread *td)
{
	for (; td != NULL; td = LIST_NEXT(td, td_allq)) {
		uint32_t refs = atomic_load(&td->td_refs);

		if (refs != 0 && atomic_cmpset(&td->td_refs, refs, refs + 1))
			break;
	}
	return td;
}

/* A list of any length, the lock being let go of every few threads. */
static void
each_thread_of(struct globaldata *gd,
    void (*fn)(struct thread *td, void *arg), void *arg)
{
	struct thread *td = NULL, *held = NULL;
	bool more = true;

	while (more) {
		spin_lock(&gd->gd_tdall_spin);
		td = held != NULL ? held : LIST_FIRST(&gd->gd_tdall);
		for (int n = 0; td != NULL && n < BATCH; n++) {
			fn(td, arg);
			td = LIST_NEXT(td, td_allq);
		}
		td = hold_next(td);
		spin_unlock(&gd->gd_tdall_spin);
		if (held != NULL)
			lwkt_rele(held);
		held = td;
		more = td != NULL;
	}
}

void
dump_each_thread(void (*fn)(struct thread *td, void *arg), void *arg)
{
	for (int i = 0; i < ncpus; i++) {
		struct globaldata *gd = globaldata[i];
		struct thread *td;

		if (!panicking)
			each_thread_of(gd, fn, arg);
		else
			LIST_FOREACH(td, &gd->gd_tdall, td_allq)
				fn(td, arg);
	}
}

static const char *
state_of(const struct thread *td)
{
	const struct lwp *lp = atomic_load(&td->td_lwp);

	if (td->td_flags & TDF_RUNNING)
		return td->td_gd->gd_curthread == td ? "runs" : "preempted";
	if (td->td_flags & TDF_EXITING)
		return "dead";
	if (td->td_flags & TDF_RUNQ)
		return "runnable";
	if (lp != NULL && atomic_load(&lp->lwp_userq) != NULL)
		return "user-runnable";
	if (td->td_flags & TDF_MIGRATING)
		return "moves";
	return atomic_load(&td->td_wchan) != NULL ? "sleeps" : "blocked";
}

static void
dump_tokens(const struct thread *td)
{
	const struct tokref *tr = td->td_toks;

	for (; tr < td->td_toks_stop; tr++) {
		const struct tokref *ref = atomic_load(&tr->tr_tok->t_ref);
		const char *name = tr->tr_tok->t_name;

		if (ref == NULL)
			kprintf(" token %s free", name);
		else if (ref->tr_owner == td)
			kprintf(" token %s held", name);
		else
			kprintf(" token %s held by %s %p", name,
			    ref->tr_owner->td_comm, (void *)ref->tr_owner);
	}
}

/* Law 6: who sleeps in wait, and has a child to take, was not woken. */
static bool
wakeup_lost(const struct thread *td)
{
	const struct proc *p = atomic_load(&td->td_proc), *child;

	if (p == NULL || atomic_load(&td->td_wchan) != (const void *)p)
		return false;
	for (int kind = 0; kind < CHILD_KINDS; kind++) {
		child = TAILQ_FIRST(&p->p_zombies[kind]);
		if (child != NULL && !child->p_claimed)
			return true;
	}
	return false;
}

static void
dump_wait(struct thread *td)
{
	struct thread *other = deadlock_waits_for(td);

	if (td->td_wchan != NULL)
		kprintf(" %s on %p%s", td->td_wmesg != NULL ? td->td_wmesg :
		    "?", td->td_wchan, td->td_wcatch ? "" :
		    ", uninterruptibly");
	if (other != NULL)
		kprintf(" waits for %s %p", other->td_comm, (void *)other);
	if (wakeup_lost(td))
		kprintf(" A WAKEUP WAS LOST: it has a dead child");
}

static void
dump_thread(struct thread *td, void *unused)
{
	/* RACE: each read once: lwp_free() takes them away while the thread is
	 * in the list still, and frees them when it has left. */
	const struct proc *p = atomic_load(&td->td_proc);
	const struct lwp *lp = atomic_load(&td->td_lwp);

	(void)unused;
	if ((td->td_flags & TDF_IDLE) || ++lines > LINES_MAX)
		return;
	kprintf("thread %p %s", (void *)td, td->td_comm);
	if (p != NULL && lp != NULL)
		kprintf(" pid %d/%d", p->p_pid, lp->lwp_tid);
	kprintf(" cpu %d pri %d %s", td->td_gd->gd_cpuid, td->td_pri,
	    state_of(td));
	dump_wait(td);
	dump_tokens(td);
	kprintf("\n");
}

static void
dump_proc(const struct proc *p)
{
	static const char *const states[] = { "?", "embryo", "active",
		"stopped", "zombie" };

	if (++lines > LINES_MAX)
		return;
	kprintf("process %d parent %d %s: holds %u live %d threads %d "
		"flags %#x%s %s\n",
	    p->p_pid, p->p_ppid,
	    (unsigned)p->p_stat < nitems(states) ? states[p->p_stat] : "?",
	    p->p_lock & PLOCK_COUNT, p->p_nlive, p->p_nthreads, p->p_flags,
	    p->p_claimed ? " claimed" : "", p->p_comm);
}

static void
dump_procs(void)
{
	for (int i = 0; i < PID_BUCKETS; i++) {
		struct pid_bucket *pb = &pid_hash[i];
		bool lock = !panicking;
		struct proc *p;

		if (LIST_EMPTY(&pb->pb_procs))
			continue;
		if (lock)
			spin_lock(&pb->pb_spin);
		LIST_FOREACH(p, &pb->pb_procs, p_hash)
			dump_proc(p);
		if (lock)
			spin_unlock(&pb->pb_spin);
	}
}

static void
dump_cpu(const struct globaldata *gd)
{
	const struct lwp *lp = gd->gd_uschedcp;
	const struct thread *holder;

	kprintf("cpu %d: %s, queues %#x notes %#x switches %lu", gd->gd_cpuid,
	    gd->gd_curthread->td_comm, gd->gd_runqmask, gd->gd_reqflags,
	    (unsigned long)gd->gd_cnt_switch);
	if (lp != NULL)
		kprintf(" designated %d/%d", lp->lwp_proc->p_pid, lp->lwp_tid);
	for (int i = 0; i < SPIN_RANKS; i++)
		if (gd->gd_spinheld[i] != NULL &&
		    gd->gd_spinheld[i] != gd->gd_spinwanted)
			kprintf(" holds %s", gd->gd_spinheld[i]->sl_name);
	if (gd->gd_spinwanted != NULL) {
		holder = deadlock_spin_holder(gd->gd_spinwanted);
		kprintf(" spins for %s of %s", gd->gd_spinwanted->sl_name,
		    holder != NULL ? holder->td_comm : "nobody");
	}
	kprintf("\n");
	if (gd->gd_curthread != gd->gd_idletd)
		cpu_backtrace_stopped(gd, panic_print_pc, FRAMES_MAX);
}

void
watchdog_dump(void)
{
	char text[160];

	lines = 0;
	kprintf("\n");
	if (deadlock_circle(text, sizeof(text)) != 0)
		kprintf("%s\n", text);
	for (int i = 0; i < ncpus; i++)
		dump_cpu(globaldata[i]);
	dump_procs();
	dump_each_thread(dump_thread, NULL);
	if (lines > LINES_MAX)
		kprintf("%d more\n", lines - LINES_MAX);
}
