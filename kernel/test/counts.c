/*
 * counts.c -- what a CPU counts, as rows of the census, for tests that want to
 * know: user/tests/forks_share_no_lock.c, exit_without_polls.c, tests/chaos.t,
 * tests/watchdog.t.  A sum over all CPUs, read without a lock: it may be a
 * little old.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/sys/census.h"

/* Of a counter of eight bytes at that offset in each globaldata. */
static long
sum(size_t offset)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++) {
		const char *gd = (const char *)globaldata[i];

		n += (long)atomic_load((const uint64_t *)(gd + offset));
	}
	return n;
}

#define ROW(var, name, field)                                                  \
	static long count_##var(void)                                          \
	{                                                                      \
		return sum(offsetof(struct globaldata, field));                \
	}                                                                      \
	CENSUS(var, name, count_##var)

ROW(token_waits, "~tokens:waits", gd_cnt_token_wait);
/* Sleeps that look again after a while, in place of being woken. */
ROW(polls, "~sleeps:polls", gd_cnt_polls);
ROW(timers, "~timers", gd_cnt_timer);
ROW(chaos_delays, "~chaos:delays", gd_cnt_chaos[CHAOS_DELAY]);
ROW(chaos_yields, "~chaos:yields", gd_cnt_chaos[CHAOS_YIELD]);
ROW(chaos_moves, "~chaos:moves", gd_cnt_chaos[CHAOS_MOVE]);
