/*
 * test_kstack.c -- the paint of kernel stacks tells how deep they were used.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/thread.h"
#include "kernel/sys/census.h"
#include "kernel/test/ktest.h"

#define DEEP 6000 /* bytes; no other thread of the tests goes so far */

static long
depth_seen(void)
{
	static struct census_set set;

	census_set_take(&set);
	for (int i = 0; i < set.cs_n; i++)
		if (strcmp(set.cs_rows[i].name, "~stack:kernel") == 0)
			return (long)set.cs_rows[i].count;
	return -1;
}

static void
go_deep(void *arg)
{
	volatile char room[DEEP];

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 1;
	atomic_store_rel((uint32_t *)arg, 1 + room[0]);
}

/* What a thread has used is measured when it has ended. */
static void
test_kstack_depth(void)
{
	static uint32_t been;
	long before = depth_seen();

	if (before == -1)
		return; /* a build that does not measure */
	KT_CHECK(before > 0 && before < DEEP);
	ktest_spawn(go_deep, &been, TDPRI_KERN_USER, 0);
	KT_WAIT(atomic_load_acq(&been) != 0);
	KT_WAIT(depth_seen() >= DEEP);
	KT_CHECK(depth_seen() < DEEP + 4096);
}
KTEST(kstack_depth, "2.1", test_kstack_depth);
