/*
 * counts.c -- what a CPU counts, as rows of the census, for tests that want to
 * know: user/tests/forks_share_no_lock.c, exit_without_polls.c, tests/chaos.t,
 * tests/watchdog.t.  A sum over all CPUs, read without a lock: it may be a
 * little old.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/sys/census.h"

static long
count_token_waits(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += (long)atomic_load(&globaldata[i]->gd_cnt_token_wait);
	return n;
}
CENSUS(token_waits, "~tokens:waits", count_token_waits);

/* Sleeps that look again after a while, in place of being woken. */
static long
count_polls(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += (long)atomic_load(&globaldata[i]->gd_cnt_polls);
	return n;
}
CENSUS(polls, "~sleeps:polls", count_polls);

static long
count_timers(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += (long)atomic_load(&globaldata[i]->gd_cnt_timer);
	return n;
}
CENSUS(timers, "~timers", count_timers);

static long
count_chaos(enum chaos_act act)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += (long)atomic_load(&globaldata[i]->gd_cnt_chaos[act]);
	return n;
}

static long
count_chaos_delays(void)
{
	return count_chaos(CHAOS_DELAY);
}
CENSUS(chaos_delays, "~chaos:delays", count_chaos_delays);

static long
count_chaos_yields(void)
{
	return count_chaos(CHAOS_YIELD);
}
CENSUS(chaos_yields, "~chaos:yields", count_chaos_yields);

static long
count_chaos_moves(void)
{
	return count_chaos(CHAOS_MOVE);
}
CENSUS(chaos_moves, "~chaos:moves", count_chaos_moves);
