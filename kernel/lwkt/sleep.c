/*
 * sleep.c -- tsleep and wakeup: see sleep.h for the two safe shapes.
 *
 * One hash of queues for the whole machine, a spin lock for each bucket.  A
 * thread that is on a queue has td_wchan set; whoever takes it off (a wakeup,
 * its timeout, a signal) clears td_wchan under the bucket's lock, and so owns
 * the right and the duty to lwkt_schedule() it.  The sleeper switches away
 * for as long as td_wchan is set: a schedule from an older wakeup that comes
 * late does no harm.
 *
 * Threads are scheduled after the spin lock has been dropped (ipiq.c says
 * why), and are held meanwhile: one that was only interlocked may see
 * td_wchan clear, run on and end before its waker gets that far.
 *
 * The protocol of tsleep against wakeup has no lost wakeup because the test of
 * the condition lies between queueing and switching (interlock), or because
 * the token under which it is tested is given up inside lwkt_switch().
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"

#define WAKE_BATCH 16

struct sleepq {
	struct spinlock sq_spin; /* SELF */
	TAILQ_HEAD(, thread) sq_threads GUARDED(sleep_spin); /* oldest first */
	uint64_t sq_seq GUARDED(sleep_spin);
} __cachealigned;

static struct sleepq sleepqs[SLEEPQ_BUCKETS];

/* The timeout of one sleep, on the sleeper's stack. */
struct sleep_timeout {
	struct callout st_callout;
	struct thread *st_td;
	const void *st_ident;
	uint64_t st_seq;
};

void
sleep_init(void)
{
	for (size_t i = 0; i < nitems(sleepqs); i++) {
		spin_init(&sleepqs[i].sq_spin, "sleepq", SPIN_SLEEPQ);
		TAILQ_INIT(&sleepqs[i].sq_threads);
	}
}
SYSINIT(sleep, SI_SUB_VM, SI_ORDER_FIRST, sleep_init);

static inline struct sleepq *
sleepq_of(const void *ident)
{
	uint64_t h = (uintptr_t)ident * 0x9e3779b97f4a7c15UL;

	return &sleepqs[h >> 54];
}
_Static_assert(SLEEPQ_BUCKETS == 1 << (64 - 54), "sleepq_of() hashes to that");

static inline void
sleepq_lock(struct sleepq *sq) TAKES(sleep_spin) UNCHECKED
{
	spin_lock(&sq->sq_spin);
}

static inline void
sleepq_unlock(struct sleepq *sq) DROPS(sleep_spin) UNCHECKED
{
	spin_unlock(&sq->sq_spin);
}

/* Takes td off its queue and leaves a reference for the caller, who then
 * calls sleepq_resume().  The bucket's lock is held.
 * MODEL: sleep.pml. */
static void
sleepq_unlink(struct sleepq *sq, struct thread *td, int result)
    NEEDS(sleep_spin)
{
	TAILQ_REMOVE(&sq->sq_threads, td, td_sleepq);
	td->td_wresult = result;
	lwkt_hold(td);
	atomic_store_rel(&td->td_wchan, NULL);
}

/* MODEL: sleep.pml. */
static void
sleepq_resume(struct thread *td)
{
	lwkt_schedule(td);
	lwkt_rele(td);
}

/* MODEL: sleep.pml. */
void
tsleep_interlock(const void *ident, int flags)
{
	struct thread *td = curthread;
	struct sleepq *sq = sleepq_of(ident);

	KKASSERT(ident != NULL);
	tsleep_remove(td);
	sleepq_lock(sq);
	td->td_wdomain = flags & PDOMAIN_MASK;
	atomic_store(&td->td_wcatch, 0);
	td->td_wresult = 0;
	td->td_wseq = ++sq->sq_seq;
	td->td_wchan = ident;
	TAILQ_INSERT_TAIL(&sq->sq_threads, td, td_sleepq);
	sleepq_unlock(sq);
}

/* MODEL: sleep.pml. */
void
tsleep_remove(struct thread *td)
{
	const void *ident = atomic_load(&td->td_wchan);
	struct sleepq *sq;

	if (ident == NULL)
		return;
	sq = sleepq_of(ident);
	sleepq_lock(sq);
	if (td->td_wchan != NULL) {
		TAILQ_REMOVE(&sq->sq_threads, td, td_sleepq);
		td->td_wresult = EINTR;
		td->td_wchan = NULL;
	}
	sleepq_unlock(sq);
}

/* Ends td's sleep on ident if it is still the one numbered seq.
 * MODEL: sleep.pml. */
static void
sleepq_end(struct thread *td, const void *ident, uint64_t seq, int result)
{
	struct sleepq *sq = sleepq_of(ident);
	bool mine;

	sleepq_lock(sq);
	mine = td->td_wchan == ident && td->td_wseq == seq;
	if (mine)
		sleepq_unlink(sq, td, result);
	sleepq_unlock(sq);
	if (mine)
		sleepq_resume(td);
}

/* MODEL: sleep.pml. */
static void
sleep_timed_out(void *arg)
{
	struct sleep_timeout *st = arg;

	sleepq_end(st->st_td, st->st_ident, st->st_seq, EWOULDBLOCK);
}

/* MODEL: sleep.pml. */
void
sleep_interrupt(struct thread *td, uint32_t flags)
{
	const void *ident = atomic_load_acq(&td->td_wchan);
	struct sleepq *sq;
	bool mine;

	if (ident == NULL)
		return;
	sq = sleepq_of(ident);
	sleepq_lock(sq);
	mine = td->td_wchan == ident && (atomic_load(&td->td_wcatch) & flags);
	if (mine)
		sleepq_unlink(sq, td, EINTR);
	sleepq_unlock(sq);
	if (mine)
		sleepq_resume(td);
}

_Static_assert(PCATCH == (TDF_MP_INTR | TDF_MP_KILL) && PKILL == TDF_MP_KILL,
    "the flags of a sleep are those that end it");

/* Makes the queued sleep interruptible.  RACE: a signal sets TDF_MP_INTR, then
 * looks for a sleeper with td_wcatch; we set td_wcatch, then look at
 * TDF_MP_INTR: with full fences on both sides, one of the two sees it.
 * MODEL: sleep.pml. */
static bool
sleep_catch(struct thread *td, int flags)
{
	uint32_t ends = flags & PCATCH;

	atomic_store(&td->td_wcatch, ends);
	atomic_fence();
	return atomic_load(&td->td_mpflags) & ends;
}

/* Switches away until somebody has taken the current thread off its queue.
 * MODEL: sleep.pml. */
static void
sleep_wait(struct thread *td)
{
	crit_enter();
	while (atomic_load_acq(&td->td_wchan) != NULL)
		lwkt_block();
	crit_exit();
}

/* The same, but for at most timo_ns.
 * MODEL: sleep.pml. */
static __rare int
sleep_wait_timed(struct thread *td, const void *ident, uint64_t timo_ns)
{
	struct sleep_timeout st = {
		.st_td = td,
		.st_ident = ident,
		.st_seq = atomic_load(&td->td_wseq),
	};
	int result;

	callout_init(&st.st_callout);
	callout_reset(&st.st_callout, timo_ns, sleep_timed_out, &st);
	sleep_wait(td);
	result = atomic_load(&td->td_wresult);
	callout_stop_sync(&st.st_callout); /* sleeps */
	return result;
}

/* What the sleep that a flag has ended returns.  Who is to die need not be
 * asked; but a sleep that nothing else ends must know. */
static inline int
interrupted(struct thread *td)
{
	if ((atomic_load(&td->td_wcatch) & TDF_MP_INTR) &&
	    (atomic_load(&td->td_mpflags) & TDF_MP_KILL))
		return EINTR;
	return td->td_interrupted(td); /* sleeps */
}

#ifdef INVARIANTS
static void
check_may_sleep(const struct thread *td, const char *wmesg)
{
	KASSERT(td->td_noblock == 0, "tsleep(%s) where nothing may sleep",
	    wmesg);
	KASSERT(!(td->td_flags & TDF_IDLE), "the idle thread sleeps (%s)",
	    wmesg);
}
#else
#define check_may_sleep(td, wmesg) ((void)(td))
#endif

/* MODEL: sleep.pml. */
int
tsleep(const void *ident, int flags, const char *wmesg, uint64_t timo_ns)
{
	struct thread *td = curthread;
	int result;

	check_may_sleep(td, wmesg);
	if (!(flags & PINTERLOCKED))
		tsleep_interlock(ident, flags);
	if (unlikely(flags & PSTOP))
		atomic_store(&td->td_wcatch, TDF_MP_STOP);
	chaos_point();
	if ((flags & PCATCH) && td->td_lwp != NULL &&
	    sleep_catch(td, flags)) {
		/* RACE: a wakeup has been faster.  It may have been for one: so
		 * it is ours to act on, and the flag can wait. */
		tsleep_remove(td);
		if (atomic_load_acq(&td->td_wresult) == 0)
			return 0;
		return interrupted(td); /* sleeps */
	}
	td->td_wmesg = wmesg;
	if (timo_ns != 0) {
		if (!(flags & PASKED))
			mycpu->gd_cnt_polls++;
		result = sleep_wait_timed(td, ident, timo_ns);
	} else {
		sleep_wait(td);
		result = atomic_load(&td->td_wresult);
	}
	td->td_wmesg = NULL;
	if (unlikely(result == EINTR))
		result = interrupted(td); /* sleeps */
	return result;
}

/* Wakes count more (0: all) of those who slept when last was the newest sleep;
 * how many.
 * MODEL: sleep.pml. */
static __rare int
wakeup_more(struct sleepq *sq, const void *ident, int domain, int count,
    uint64_t last)
{
	struct thread *batch[WAKE_BATCH];
	int woken = 0, n;

	do {
		struct thread *td, *next;

		n = 0;
		sleepq_lock(sq);
		for (td = TAILQ_FIRST(&sq->sq_threads);
		    td != NULL && td->td_wseq <= last && n < WAKE_BATCH &&
		    (count == 0 || woken + n < count);
		    td = next) {
			next = TAILQ_NEXT(td, td_sleepq);
			if (td->td_wchan != ident || td->td_wdomain != domain)
				continue;
			sleepq_unlink(sq, td, 0);
			batch[n++] = td;
		}
		sleepq_unlock(sq);
		chaos_point();
		for (int i = 0; i < n; i++)
			sleepq_resume(batch[i]);
		woken += n;
	} while (n == WAKE_BATCH);
	return woken;
}

/* The first sleeper, which most often is the only one, is not worth a batch.
 * MODEL: sleep.pml. */
int
wakeup_domain(const void *ident, int domain, int count)
{
	struct sleepq *sq = sleepq_of(ident);
	struct thread *td;
	uint64_t last;
	bool more = false;

	chaos_point();
	sleepq_lock(sq);
	/* Only who slept when the wakeup began, so that it ends. */
	last = sq->sq_seq;
	TAILQ_FOREACH(td, &sq->sq_threads, td_sleepq)
		if (td->td_wchan == ident && td->td_wdomain == domain)
			break;
	if (td != NULL) {
		more = count != 1 && TAILQ_NEXT(td, td_sleepq) != NULL;
		sleepq_unlink(sq, td, 0);
	}
	sleepq_unlock(sq);
	if (td == NULL)
		return 0;
	chaos_point();
	sleepq_resume(td);
	if (!more)
		return 1;
	return 1 + wakeup_more(sq, ident, domain, max(count - 1, 0), last);
}

void
wakeup(const void *ident)
{
	wakeup_domain(ident, 0, 0);
}

void
wakeup_one(const void *ident)
{
	wakeup_domain(ident, 0, 1);
}
