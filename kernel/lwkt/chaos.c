/*
 * chaos.c -- see chaos.h.
 *
 * A delay is a number of pause instructions: in the deterministic mode each
 * of them hands the host over to the next CPU, in the parallel mode they take
 * time.
 */
#include "kernel/lwkt/chaos.h"
#ifdef CHAOS
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"

#define DELAY_ONE_IN 8
#define YIELD_ONE_IN 16
#define PAUSES_MAX 32

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

void
chaos_delay(void)
{
	uint32_t r = draw();

	if (r % DELAY_ONE_IN != 0)
		return;
	for (uint32_t n = r / DELAY_ONE_IN % PAUSES_MAX; n > 0; n--)
		cpu_pause();
}

/* Some callers hold a critical section or must not block for another reason:
 * they are only delayed. */
void
chaos_delay_or_yield(void)
{
	struct thread *td = curthread;

	if (td->td_critcount == 0 && td->td_noblock == 0 &&
	    !(td->td_flags & TDF_IDLE) && td->td_preempted == NULL &&
	    (td->td_flags & TDF_RUNQ) && draw() % YIELD_ONE_IN == 0)
		lwkt_yield(); /* sleeps */
	else
		chaos_delay();
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
