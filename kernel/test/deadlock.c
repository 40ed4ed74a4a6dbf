/*
 * deadlock.c -- who waits for whom, as far as the kernel can know it, and who
 * will wait for ever: see lwkt/watchdog.h.
 *
 * A thread waits for another one when
 *   - it wants back a token that the other holds,
 *   - its CPU spins for a lock that the other's CPU has,
 *   - it sleeps on something that lies on the other's stack,
 *   - it sleeps until the other's process or the other itself has come to a
 *     certain point of its end (waits[]).
 * Each thread waits for at most one, so a circle is found by going along.
 *
 * The threads are read while they run.  What is followed is memory that is
 * never unmapped (stacks, and slabs in the direct map), and is believed only
 * with the right magic word: a wrong answer is possible, but not twice the
 * same.  What is freed may be full of poison, which is no address: a pointer
 * is read first, and followed if what it was read from is alive after that.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/test/dump.h"

#define LONGEST 16 /* circle */

/* Sleeps on a field of the process, or LWP, that is waited for. */
static const struct {
	const char *wmesg;
	size_t offset;
	bool lwp;
} waits[] = {
	{ "ppwait", offsetof(struct proc, p_mpflags), false },
	{ "reap", offsetof(struct proc, p_lock), false },
	{ "lwpzomb", offsetof(struct proc, p_nthreads), false },
	{ "lwpwait", offsetof(struct lwp, lwp_mpflags), true },
};

static struct thread *
valid(struct thread *td)
{
	return td != NULL && td->td_magic == TD_MAGIC ? td : NULL;
}

static struct thread *
token_holder(const struct thread *td)
{
	const struct tokref *tr = td->td_toks;

	if (td->td_flags & TDF_RUNNING)
		return NULL;
	for (; tr < td->td_toks_stop; tr++) {
		const struct tokref *ref = atomic_load_acq(&tr->tr_tok->t_ref);

		/* RACE: td may have let go of the token meanwhile, and what
		 * that belongs to may be gone. */
		if (tr >= atomic_load(&td->td_toks_stop))
			return NULL;
		if (ref != NULL && ref->tr_owner != td)
			return valid(ref->tr_owner);
	}
	return NULL;
}

struct thread *
deadlock_spin_holder(const struct spinlock *sl)
{
	for (int i = 0; sl != NULL && i < ncpus; i++) {
		const struct globaldata *gd = globaldata[i];

		if (atomic_load(&gd->gd_spinwanted) == sl)
			continue;
		for (int rank = 0; rank < SPIN_RANKS; rank++)
			if (atomic_load(&gd->gd_spinheld[rank]) == sl)
				return valid(atomic_load(&gd->gd_curthread));
	}
	return NULL;
}

static struct thread *
thread_of(const struct lwp *lp)
{
	struct thread *td = atomic_load_acq(&lp->lwp_thread);

	return atomic_load(&lp->lwp_magic) == LWP_MAGIC ? valid(td) : NULL;
}

/* A thread of p. */
static struct thread *
any_thread(const struct proc *p)
{
	struct lwp *lp = atomic_load_acq(&RB_ROOT(&p->p_lwps));

	return lp != NULL && atomic_load(&p->p_magic) == PROC_MAGIC ?
	    thread_of(lp) : NULL;
}

static struct thread *
sleeps_for(const struct thread *td, uintptr_t wchan)
{
	const char *wmesg = atomic_load(&td->td_wmesg);
	void *stack = kstack_of(wchan);

	if (stack != NULL)
		return valid(cpu_thread_place(stack));
	for (size_t i = 0; wmesg != NULL && i < nitems(waits); i++) {
		const void *owner = (void *)(wchan - waits[i].offset);

		if (strcmp(wmesg, waits[i].wmesg) != 0)
			continue;
		/* RACE: the two must be of one sleep. */
		if ((uintptr_t)atomic_load(&td->td_wchan) != wchan)
			return NULL;
		return waits[i].lwp ? thread_of(owner) : any_thread(owner);
	}
	return NULL;
}

struct thread *
deadlock_waits_for(struct thread *td)
{
	uintptr_t wchan = (uintptr_t)atomic_load(&td->td_wchan);
	struct thread *other;

	if (td->td_flags & TDF_RUNNING)
		other = deadlock_spin_holder(
		    atomic_load(&td->td_gd->gd_spinwanted));
	else if (wchan != 0)
		other = sleeps_for(td, wchan);
	else
		other = token_holder(td);
	return other != td ? other : NULL;
}

/* The circle that td is in: how many, in ring; 0. */
static int
find_circle(struct thread *td, struct thread *ring[LONGEST])
{
	struct thread *at = td;

	for (int n = 0; n < LONGEST; n++) {
		ring[n] = at;
		at = deadlock_waits_for(at);
		if (at == NULL)
			return 0;
		if (at == td)
			return n + 1;
	}
	return 0;
}

struct circle {
	struct thread *ci_ring[LONGEST];
	int ci_n;
};

static void
circle_of(struct thread *td, void *arg)
{
	struct circle *ci = arg;

	if (ci->ci_n == 0)
		ci->ci_n = find_circle(td, ci->ci_ring);
}

static uint64_t
identity(const struct thread *td)
{
	return ((uintptr_t)td ^ td->td_wseq << 40) | 1UL << 62;
}

uint64_t
deadlock_circle(char *text, int size)
{
	struct circle ci = { .ci_n = 0 };
	uint64_t what = 0;
	int len;

	dump_each_thread(circle_of, &ci);
	if (ci.ci_n == 0)
		return 0;
	len = ksnprintf(text, (size_t)size, "deadlock: %s",
	    ci.ci_ring[0]->td_comm);
	for (int i = 0; i < ci.ci_n; i++) {
		what += identity(ci.ci_ring[i]);
		if (len < size)
			len += ksnprintf(text + len, (size_t)(size - len),
			    " waits for %s",
			    ci.ci_ring[(i + 1) % ci.ci_n]->td_comm);
	}
	return what;
}

/* The one that has been at it for longest.  RACE: once its list is unlocked it
 * may go, and its process with it: what is said of it is copied before. */
struct sleeper {
	uint64_t sl_what; /* 0: none yet */
	uint64_t sl_mark;
	const char *sl_wmesg;
	int sl_pid;
	char sl_comm[MAXCOMLEN + 1];
};

static void
sleeper_of(struct thread *td, void *arg)
{
	const struct proc *p = atomic_load(&td->td_proc);
	struct sleeper *sl = arg;

	/* RACE: read once: lwp_free() takes it away while the thread is in the
	 * list still.  It holds the process until the thread has left. */
	if (p == NULL || atomic_load(&td->td_wchan) == NULL ||
	    atomic_load(&td->td_wcatch) ||
	    (td->td_flags & (TDF_RUNNING | TDF_RUNQ)))
		return;
	if (sl->sl_what != 0 && td->td_mark >= sl->sl_mark)
		return;
	sl->sl_what = identity(td);
	sl->sl_mark = td->td_mark;
	sl->sl_wmesg = atomic_load(&td->td_wmesg);
	sl->sl_pid = p->p_pid;
	strlcpy(sl->sl_comm, td->td_comm, sizeof(sl->sl_comm));
}

uint64_t
deadlock_sleeper(char *text, int size)
{
	struct sleeper sl = { .sl_what = 0 };

	dump_each_thread(sleeper_of, &sl);
	if (sl.sl_what != 0)
		ksnprintf(text, (size_t)size,
		    "%s (pid %d) cannot be woken from %s", sl.sl_comm,
		    sl.sl_pid, sl.sl_wmesg != NULL ? sl.sl_wmesg : "?");
	return sl.sl_what;
}

static void
progress_of(struct thread *td, void *arg)
{
	uint64_t *sum = arg;

	if (td->td_lwp != NULL)
		*sum += td->td_nvcsw + td->td_nivcsw;
}

uint64_t
deadlock_progress(void)
{
	uint64_t sum = 1;

	dump_each_thread(progress_of, &sum);
	return sum;
}
