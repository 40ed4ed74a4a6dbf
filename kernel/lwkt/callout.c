/*
 * callout.c -- functions that run later: see callout.h.
 *
 * Each CPU has a tree of what is armed, sorted by deadline, and a kernel
 * thread, softclock, which runs what is due.  The CPU's timer is set for the
 * earliest deadline (gd_timer_deadline); the interrupt only schedules
 * softclock, which may preempt.  With an empty tree the timer is off.
 *
 * Rules:
 * - c_gd says whose lock guards the callout.  Whoever has taken that lock
 *   looks at c_gd again: it may have moved meanwhile (callout_lock).
 * - While the body of a callout runs, the callout stays with that CPU: armed
 *   again from anywhere, it goes into that CPU's tree.  So a body never runs
 *   on two CPUs at once, and c_gd is the one place to ask.
 * - The callout belongs to its user again from the moment its body is called:
 *   the body may free it.  So softclock keeps what it needs in registers and
 *   globaldata, and after the body compares gd_callout_running with the
 *   address without looking behind it.
 * - callout_stop_sync() finds c in gd_callout_running, sets
 *   gd_callout_wanted and sleeps on &gd_callout_running; softclock wakes all
 *   sleepers there after the body.  The stopper owns the callout, so it may
 *   free it on return: softclock has forgotten the address before it wakes.
 * - A body runs on softclock with no lock.  It may take tokens; it must not
 *   tsleep: the callouts behind it, which may be its own timeout, would wait.
 *
 * A spin lock is never held here while a thread is scheduled or woken.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"

/* 36 years: longer waits are cut, and no sum or product with cycles
 * overflows. */
#define TIMO_MAX_NS (1ULL << 60)

static inline int
callout_cmp(const struct callout *a, const struct callout *b)
{
	if (a->c_deadline != b->c_deadline)
		return a->c_deadline < b->c_deadline ? -1 : 1;
	return a->c_seq < b->c_seq ? -1 : a->c_seq > b->c_seq;
}

RB_GENERATE_STATIC(callout_tree, callout, c_node, callout_cmp)

void
callout_init(struct callout *c)
{
	memset(c, 0, sizeof(*c));
}

/* Takes the lock that guards c; NULL, and no lock, if c was never armed. */
static struct globaldata *
callout_lock(struct callout *c)
{
	struct globaldata *gd;

	while ((gd = atomic_load_acq(&c->c_gd)) != NULL) {
		spin_lock(&gd->gd_callout_spin);
		if (atomic_load(&c->c_gd) == gd)
			break;
		spin_unlock(&gd->gd_callout_spin);
	}
	return gd;
}

static bool
callout_unlink(struct globaldata *gd, struct callout *c)
{
	if (!c->c_pending)
		return false;
	RB_REMOVE(callout_tree, &gd->gd_callouts, c);
	c->c_pending = false;
	return true;
}

/* Sets the timer of this CPU for the first callout, or switches it off.  The
 * lock is held. */
static void
callout_set_timer(struct globaldata *gd)
{
	struct callout *first = RB_MIN(callout_tree, &gd->gd_callouts);
	uint64_t deadline = first != NULL ? max(first->c_deadline, 1UL) : 0;

	if (deadline == gd->gd_timer_deadline)
		return;
	gd->gd_timer_deadline = deadline;
	cpu_timer_set(deadline);
}

/*
 * Takes the lock of the CPU to which c is to belong: this one, unless its
 * body runs elsewhere.  c is not pending then.
 */
static struct globaldata *
callout_lock_home(struct callout *c)
{
	for (;;) {
		struct globaldata *gd = callout_lock(c);

		if (gd == NULL) {
			/* Never armed: two that arm it at once both go
			 * through the lock of whoever comes first. */
			(void)atomic_cmpset(&c->c_gd, NULL, mycpu);
			continue;
		}
		callout_unlink(gd, c);
		if (gd == mycpu || gd->gd_callout_running == c)
			return gd;
		atomic_store_rel(&c->c_gd, mycpu);
		spin_unlock(&gd->gd_callout_spin);
	}
}

void
callout_reset(struct callout *c, uint64_t timo_ns, void (*fn)(void *),
    void *arg)
{
	uint64_t now = cpu_uptime_ns();
	struct globaldata *gd;

	crit_enter();
	gd = callout_lock_home(c);
	c->c_deadline = now + min(timo_ns, TIMO_MAX_NS);
	c->c_seq = gd->gd_callout_seq++;
	c->c_fn = fn;
	c->c_arg = arg;
	c->c_pending = true;
	RB_INSERT(callout_tree, &gd->gd_callouts, c);
	/* Another CPU's timer need not be touched: softclock is in the body
	 * there, and sets it afterwards. */
	if (gd == mycpu && (gd->gd_timer_deadline == 0 ||
	    c->c_deadline < gd->gd_timer_deadline))
		callout_set_timer(gd);
	spin_unlock(&gd->gd_callout_spin);
	crit_exit();
}

/*
 * Takes c out of the tree; true when it was there.  *runs (if any): the CPU
 * on which its body is running now, or NULL.
 */
static bool
callout_disarm(struct callout *c, struct globaldata **runs)
{
	struct globaldata *gd;
	bool pending;

	chaos_point();
	gd = callout_lock(c);
	if (runs != NULL)
		*runs = NULL;
	if (gd == NULL)
		return false;
	pending = callout_unlink(gd, c);
	/* The timer of another CPU may come once for nothing; that of this
	 * one need not, when it has nothing else to wait for. */
	if (pending && gd == mycpu && RB_EMPTY(&gd->gd_callouts))
		callout_set_timer(gd);
	if (runs != NULL && gd->gd_callout_running == c)
		*runs = gd;
	spin_unlock(&gd->gd_callout_spin);
	return pending;
}

bool
callout_stop(struct callout *c)
{
	return callout_disarm(c, NULL);
}

/* Waits until softclock of gd has left the body that it runs for c. */
static void
callout_wait_body(struct globaldata *gd, struct callout *c)
{
	bool running;

	tsleep_interlock(&gd->gd_callout_running, 0);
	spin_lock(&gd->gd_callout_spin);
	running = gd->gd_callout_running == c;
	if (running)
		gd->gd_callout_wanted = true;
	spin_unlock(&gd->gd_callout_spin);
	if (running)
		tsleep(&gd->gd_callout_running, PINTERLOCKED, "callout",
		    0); /* sleeps */
	else
		tsleep_remove(curthread);
}

/* MODEL: sleep.pml. */
bool
callout_stop_sync(struct callout *c)
{
	struct globaldata *runs;
	bool pending = callout_disarm(c, &runs);

	while (runs != NULL) {
		KASSERT(curthread != runs->gd_softclock,
		    "a callout's body waits for itself");
		callout_wait_body(runs, c); /* sleeps */
		/* The body may have armed it again. */
		pending |= callout_disarm(c, &runs);
	}
	return pending;
}

bool
callout_none_but(struct globaldata *gd, void (*fn)(void *))
{
	struct callout *c;

	spin_lock(&gd->gd_callout_spin);
	RB_FOREACH(c, callout_tree, &gd->gd_callouts)
		if (c->c_fn != fn)
			break;
	spin_unlock(&gd->gd_callout_spin);
	return c == NULL;
}

void
callout_timer_intr(struct globaldata *gd)
{
	struct callout *first;
	bool due;

	spin_lock(&gd->gd_callout_spin);
	gd->gd_timer_deadline = 0;
	first = RB_MIN(callout_tree, &gd->gd_callouts);
	due = first != NULL && first->c_deadline <= cpu_uptime_ns();
	if (!due)
		callout_set_timer(gd);
	spin_unlock(&gd->gd_callout_spin);
	if (due && gd->gd_softclock != NULL)
		lwkt_schedule(gd->gd_softclock);
}

/* Runs the first callout if it is due.  Reads nothing of it afterwards. */
static bool
softclock_run_one(struct globaldata *gd)
{
	struct callout *c;
	void (*fn)(void *);
	void *arg;
	bool wanted;

	spin_lock(&gd->gd_callout_spin);
	c = RB_MIN(callout_tree, &gd->gd_callouts);
	if (c == NULL || c->c_deadline > cpu_uptime_ns()) {
		spin_unlock(&gd->gd_callout_spin);
		return false;
	}
	callout_unlink(gd, c);
	fn = c->c_fn;
	arg = c->c_arg;
	gd->gd_callout_running = c;
	spin_unlock(&gd->gd_callout_spin);

	chaos_point();
	fn(arg);

	spin_lock(&gd->gd_callout_spin);
	gd->gd_callout_running = NULL;
	wanted = gd->gd_callout_wanted;
	gd->gd_callout_wanted = false;
	spin_unlock(&gd->gd_callout_spin);
	/* WAKES: callout_wait_body(). */
	if (wanted)
		wakeup(&gd->gd_callout_running);
	return true;
}

/*
 * Sleeps until the timer interrupt, with the timer set.  UNCHECKED: clang
 * cannot know that a thread may switch away in a critical section, which is
 * what keeps the interrupt out until it is off the run queue.
 */
static void softclock_wait(struct globaldata *gd) UNCHECKED;
static void
softclock_wait(struct globaldata *gd)
{
	crit_enter();
	spin_lock(&gd->gd_callout_spin);
	callout_set_timer(gd);
	spin_unlock(&gd->gd_callout_spin);
	lwkt_deschedule_self();
	lwkt_switch(); /* sleeps */
	crit_exit();
}

static void
softclock_thread(void *arg)
{
	struct globaldata *gd = arg;

	for (;;) {
		while (softclock_run_one(gd))
			continue;
		softclock_wait(gd);
	}
}

void
callout_cpu_init(struct globaldata *gd)
{
	spin_init(&gd->gd_callout_spin, "callout", SPIN_CALLOUT);
	RB_INIT(&gd->gd_callouts);
}

static void
callout_init_all(void)
{
	for (int i = 0; i < ncpus; i++)
		callout_cpu_init(globaldata[i]);
}
SYSINIT(callouts, SI_SUB_CPU, SI_ORDER_MIDDLE, callout_init_all);

/* What has been armed and become due before is run by the first pass. */
static void
softclock_create_all(void)
{
	for (int i = 0; i < ncpus; i++) {
		int error = lwkt_create(softclock_thread, globaldata[i],
		    &globaldata[i]->gd_softclock, TDF_INTTHREAD,
		    TDPRI_SOFT_TIMER, i, "softclock");

		KASSERT(error == 0, "no memory for the softclock of CPU %d", i);
	}
}
SYSINIT(softclock, SI_SUB_SMP, SI_ORDER_ANY, softclock_create_all);
