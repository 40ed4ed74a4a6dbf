/*
 * test_hooks.c -- at_exit() and rm_at_exit() as functions (E25, D23).  That
 * they are called at an exit is tested from user mode: tests/hooks.t.
 */
#include "kernel/abi/errno.h"
#include "kernel/mem/failpoint.h"
#include "kernel/proc/exit.h"
#include "kernel/test/ktest.h"

static void
hook_a(struct thread *td)
{
	(void)td;
}

static void
hook_b(struct thread *td)
{
	(void)td;
}

static void
test_at_exit(void)
{
	KT_EQUAL(at_exit(hook_a), 0);
	KT_EQUAL(at_exit(hook_b), 0);
	KT_EQUAL(at_exit(hook_a), EEXIST);
	KT_EQUAL(rm_at_exit(hook_a), 1);
	KT_EQUAL(rm_at_exit(hook_a), 0);
	KT_EQUAL(at_exit(hook_a), 0);
	KT_EQUAL(rm_at_exit(hook_a), 1);
	KT_EQUAL(rm_at_exit(hook_b), 1);
	KT_EQUAL(rm_at_exit(hook_b), 0);
}
KTEST(at_exit, "E25 D23 X98 X99", test_at_exit);

static void
test_at_exit_no_memory(void)
{
	failpoint_arm("eventhandler", 0, 1, true);
	KT_EQUAL(at_exit(hook_a), ENOMEM);
	failpoint_disarm();
	KT_EQUAL(rm_at_exit(hook_a), 0);
}
KTEST(at_exit_no_memory, "E25", test_at_exit_no_memory);
