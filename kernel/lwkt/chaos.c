/*
 * chaos.c -- see chaos.h.
 *
 * A delay is a number of pause instructions: in the deterministic mode each
 * of them hands the host over to the next CPU, in the parallel mode they take
 * time.
 *
 * Only an LWP in the kernel is moved, and only to a CPU that it may run on:
 * what it does belongs to no CPU, for it could have been taken over by another
 * one before it came here.  Kernel threads stay where they were made.
 */
#include "kernel/lwkt/chaos.h"
#ifdef CHAOS
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/sched/usched.h"

#define DELAY_ONE_IN 8
#define PAUSES_MAX 32
/* Of the points that may block, in this many ... */
#define BLOCK_OUT_OF 64
#define MOVES 2 /* ... the thread moves this often ... */
#define YIELDS 4 /* ... and lets others run this often. */

bool chaos_on;
static uint64_t chaos_seed; /* STABLE after boot */

/* The next number of this CPU's generator (xorshift). */
static uint32_t
draw(void)
{
	struct globaldata *gd;
	uint64_t x;

	crit_enter();
	gd = mycpu;
	x = gd->gd_chaos;
	if (x == 0)
		x = (chaos_seed + (uint64_t)gd->gd_cpuid + 1) *
		    0x9e3779b97f4a7c15UL;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	gd->gd_chaos = x;
	crit_exit();
	return (uint32_t)(x >> 32);
}

static void
count(enum chaos_act act)
{
	crit_enter();
	mycpu->gd_cnt_chaos[act]++;
	crit_exit();
}

void
chaos_delay(void)
{
	uint32_t r = draw();

	if (r % DELAY_ONE_IN != 0)
		return;
	count(CHAOS_DELAY);
	for (uint32_t n = r / DELAY_ONE_IN % PAUSES_MAX; n > 0; n--)
		cpu_pause();
}

/* Some callers hold a critical section or must not block for another reason:
 * they are only delayed. */
static bool
may_block(const struct thread *td)
{
	return td->td_critcount == 0 && td->td_noblock == 0 &&
	    !(td->td_flags & TDF_IDLE) && td->td_preempted == NULL &&
	    (td->td_flags & TDF_RUNQ);
}

/* A CPU other than this one that td may go to, if the draw has named one. */
static bool
may_move(const struct thread *td, int cpuid)
{
	return td->td_lwp != NULL && cpuid != mycpu->gd_cpuid &&
	    usched_may_run(td->td_lwp, cpuid);
}

void
chaos_delay_or_block(void)
{
	struct thread *td = curthread;
	uint32_t r;
	int cpuid;

	if (!may_block(td)) {
		chaos_delay();
		return;
	}
	r = draw() % (uint32_t)(BLOCK_OUT_OF * ncpus);
	cpuid = (int)r / BLOCK_OUT_OF;
	r %= BLOCK_OUT_OF;
	if (r < MOVES && may_move(td, cpuid)) {
		count(CHAOS_MOVE);
		lwkt_migrate_self(cpuid); /* sleeps */
	} else if (r < MOVES + YIELDS) {
		count(CHAOS_YIELD);
		lwkt_yield(); /* sleeps */
	} else {
		chaos_delay();
	}
}

static void
chaos_init(void)
{
	if (cmdline_get("chaos") == NULL)
		return;
	chaos_seed = (uint64_t)cmdline_num("chaos", 0);
	chaos_on = true;
}
SYSINIT(chaos, SI_SUB_VFS, SI_ORDER_ANY, chaos_init);
#endif
