/*
 * counts.c -- what a CPU counts, as rows of the census, for tests that want to
 * know: user/tests/forks_share_no_lock.c.  A sum over all CPUs, read without a
 * lock: it may be a little old.
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
