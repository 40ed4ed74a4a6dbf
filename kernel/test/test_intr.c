/*
 * test_intr.c -- interrupt threads (spec 2.1).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/intr.h"
#include "kernel/mem/failpoint.h"
#include "kernel/test/ktest.h"

#define UNUSED_LINE 63

static void
nothing(void *arg)
{
	(void)arg;
}

/* Without memory for its thread a line stays free for the next try. */
static void
test_intr_without_memory(void)
{
	KT_EQUAL(
	    intr_register(UNUSED_LINE + 1, nothing, NULL, "ktest"), EINVAL);
	for (int i = 0; i < 2; i++) {
		failpoint_arm("*", 0, 1, true);
		KT_EQUAL(
		    intr_register(UNUSED_LINE, nothing, NULL, "ktest"), ENOMEM);
		KT_EQUAL(failpoint_disarm(), 1);
	}
}
KTEST(intr_without_memory, "2.1 2.43", test_intr_without_memory);
