/*
 * stuck.c -- brings the machine to a standstill in one of several ways, for
 * tests/watchdog.t, or only holds it up, for tests/latency.t: kernel argument
 * stuck=WAY.  The watchdog is to find each standstill and name it.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/proc/proc.h"

/* Two threads, each with what the other one wants. */
static struct thread *pair[2];		/* STABLE once both are set */
static struct spinlock pair_spin[2] = {
	SPIN_INITIALIZER("stuck-0", SPIN_LEAF),
	SPIN_INITIALIZER("stuck-1", SPIN_LEAF),
};
static uint32_t pair_ready;		/* ATOMIC threads that have come */

static void
pair_meet(void)
{
	atomic_add(&pair_ready, 1);
	while (atomic_load_acq(&pair_ready) < 2) {
		cpu_pause();
		lwkt_yield(); /* sleeps */
	}
}

static int
self(void)
{
	while (atomic_load(&pair[1]) == NULL)
		cpu_pause();
	return curthread == pair[1];
}

/* Each sleeps until the other wakes it. */
static void
two_sleeps(void *unused)
{
	(void)unused;
	pair_meet(); /* sleeps */
	tsleep(&pair[!self()]->td_arg, 0, "stuck", 0); /* sleeps */
}

/* Each holds a spin lock and wants the other's.  No rank allows that: they
 * change it between the two. */
static void
two_spins(void *unused)
{
	int me = self();

	(void)unused;
	spin_lock(&pair_spin[me]);
	atomic_add(&pair_ready, 1);
	while (atomic_load_acq(&pair_ready) < 2)
		cpu_pause();
	atomic_store(&pair_spin[!me].sl_rank, SPIN_CONSOLE);
	spin_lock(&pair_spin[!me]);
	panic("both have both");
}

/* The last CPU listens to nobody any more. */
static void
deaf(void *unused)
{
	(void)unused;
	cpu_intr_disable();
	for (;;)
		cpu_pause();
}

/* Init's only thread, asleep in wait for its child. */
static struct thread *
waiting_init(void)
{
	static const char nobody_wakes_this;
	struct proc *p;
	struct lwp *lp;

	for (;;) {
		tsleep(&nobody_wakes_this, 0, "stuck", NS_PER_MS); /* sleeps */
		p = atomic_load_acq(&initproc);
		if (p == NULL || atomic_load(&p->p_lock) == 0)
			continue;
		lp = RB_ROOT(&p->p_lwps);
		if (lp != NULL && atomic_load(&lp->lwp_thread->td_wchan) == p)
			return lp->lwp_thread;
	}
}

/* The wakeup of init, when its child dies, goes to nobody. */
static void
lost_wakeup(void *unused)
{
	(void)unused;
	atomic_store(&waiting_init()->td_wdomain, PDOMAIN_UMTX); /* sleeps */
}

/* Init cannot be interrupted in its wait. */
static void
hung(void *unused)
{
	(void)unused;
	atomic_store(&waiting_init()->td_wcatch, false); /* sleeps */
}

/* So many instructions, and a little more. */
static void
work(int n)
{
	for (volatile int i = 0; i < n / 4; i++)
		continue;
}

static void
long_off(void *unused)
{
	(void)unused;
	cpu_intr_disable();
	work(100000);
	cpu_intr_enable();
}

static void
long_spin(void *unused)
{
	(void)unused;
	spin_lock(&pair_spin[0]);
	work(100000);
	spin_unlock(&pair_spin[0]);
}

static const struct {
	const char *name;
	void (*fn)(void *);
	int threads;
} ways[] = {
	{ "two_sleeps", two_sleeps, 2 },
	{ "two_spins", two_spins, 2 },
	{ "deaf", deaf, 1 },
	{ "lost_wakeup", lost_wakeup, 1 },
	{ "hung", hung, 1 },
	{ "long_off", long_off, 1 },
	{ "long_spin", long_spin, 1 },
};

static void
stuck_start(void (*fn)(void *), int threads)
{
	char name[] = "stuck-0";

	/* From the last CPU down, so that CPU 0 goes on where it can. */
	for (int i = 0; i < threads; i++, name[6]++)
		if (lwkt_create(fn, NULL, &pair[i], 0, TDPRI_KERN_USER,
		    ncpus - 1 - i, name) != 0)
			panic("stuck: no memory");
}

static void
stuck_init(void)
{
	const char *what = cmdline_get("stuck");

	for (size_t i = 0; what != NULL && i < nitems(ways); i++)
		if (strcmp(what, ways[i].name) == 0)
			stuck_start(ways[i].fn, ways[i].threads);
}
SYSINIT(stuck, SI_SUB_KICK_SCHEDULER, SI_ORDER_ANY, stuck_init);
