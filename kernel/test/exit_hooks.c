/*
 * exit_hooks.c -- hooks of the exit path that check what they are promised,
 * for tests/hooks.t: kernel argument exithooks (spec 2.40, 2.41).
 *
 * Two handlers of process_exit and two hooks of at_exit are registered, each
 * pair in the wrong order where priorities decide and in the right one where
 * the order of registration does.  Each looks whether the process is whole;
 * the counts are rows of the census.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/wait.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/sys/census.h"

/* The status that a handler gives to a process that exits with 77. */
#define MAGIC_STATUS 77
#define CHANGED_STATUS 78

static long early_calls, late_calls, first_calls, second_calls, faults;

/* Alone, with memory and files, and with its status (E23, E24). */
static void
look(struct proc *p, bool ok)
{
	proc_lock(p);
	if (!ok || p->p_nthreads != 1 || p->p_fd == NULL ||
	    p->p_vmspace->vm_dead || !(p->p_flags & P_WEXIT) ||
	    p->p_stat != SACTIVE)
		atomic_add(&faults, 1);
	proc_unlock(p);
}

static void
early(void *arg, void *event)
{
	struct proc *p = event;

	look(p, arg == &early_calls && p == curproc);
	proc_lock(p);
	if (p->p_xstat == W_EXITCODE(MAGIC_STATUS, 0))
		p->p_xstat = W_EXITCODE(CHANGED_STATUS, 0);
	proc_unlock(p);
	atomic_add(&early_calls, 1);
}

static void
late(void *arg, void *event)
{
	look(event, arg == &late_calls);
	/* Never ahead of the early one. */
	if (atomic_addfetch(&late_calls, 1) > atomic_load(&early_calls))
		atomic_add(&faults, 1);
}

static void
first(struct thread *td)
{
	look(td->td_proc, td == curthread);
	atomic_add(&first_calls, 1);
}

static void
second(struct thread *td)
{
	look(td->td_proc, td == curthread);
	if (atomic_addfetch(&second_calls, 1) > atomic_load(&first_calls))
		atomic_add(&faults, 1);
}

static long
count_faults(void)
{
	return atomic_load(&faults);
}

static long
count_calls(void)
{
	return atomic_load(&second_calls);
}

static void
exit_hooks_init(void)
{
	if (cmdline_get("exithooks") == NULL)
		return;
	eventhandler_register(&process_exit_list, late, &late_calls,
	    EVENTHANDLER_PRI_LAST);
	eventhandler_register(&process_exit_list, early, &early_calls,
	    EVENTHANDLER_PRI_FIRST);
	if (at_exit(first) != 0 || at_exit(second) != 0)
		panic("at_exit() fails at boot");
}
SYSINIT(exit_hooks, SI_SUB_DRIVERS, SI_ORDER_ANY, exit_hooks_init);

CENSUS(hook_calls, "~hooks:calls", count_calls);
CENSUS(hook_faults, "~hooks:faults", count_faults);
