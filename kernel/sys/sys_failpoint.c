/*
 * sys_failpoint.c -- allocations that fail on purpose, steered by a program:
 * for tests of what the kernel does then.
 *
 * failpoint() is for a whole process from now on: a process that exits so
 * shows that the end needs no memory.  failcall() makes one system call, and
 * means the allocations of its own thread inside that call only: what the
 * program itself needs before and after (pages to write to, above all) it
 * gets.  There is one failpoint for all (kernel/mem/failpoint.h): who arms it
 * must be the only one.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"
#include "kernel/sys/syscalls.h"

#define NAME_MAX 32
#define ARGS_MAX 7

#ifdef INVARIANTS
#define FOR_TESTS 1
#else
#define FOR_TESTS 0
#endif

/* May the caller, and which allocations? */
static int
check_caller(struct lwp *lp, const void *uname, char *name)
{
	if (!FOR_TESTS)
		return ENOSYS;
	if (lwp_cred(lp)->cr_uid != 0) /* sleeps */
		return EPERM;
	if (uname == NULL)
		return 0;
	return copyinstr(uname, name, NAME_MAX, NULL); /* sleeps */
}

SYSCALL(failpoint)
{
	char name[NAME_MAX];
	int error = check_caller(lp, (void *)args[0], name); /* sleeps */

	if (error != 0)
		return error;
	if (args[0] == 0)
		*rv = failpoint_disarm();
	else
		failpoint_arm_process(name, (long)args[1], (long)args[2]);
	return 0;
}

SYSCALL(failcall)
{
	const struct sysent *se = sysent_lookup(args[3]);
	uint64_t call_args[ARGS_MAX];
	char name[NAME_MAX];
	int error = check_caller(lp, (void *)args[0], name); /* sleeps */

	if (error != 0)
		return error;
	/* It would call itself until the stack is full. */
	if (args[0] == 0 || (se != NULL && se->sy_call == sys_failcall))
		return EINVAL;
	if (se == NULL)
		return ENOSYS;
	error = copyin((void *)args[4], call_args,
	    sizeof(call_args)); /* sleeps */
	if (error != 0)
		return error;
	failpoint_arm(name, (long)args[1], (long)args[2], true);
	error = se->sy_call(lp, call_args, rv); /* sleeps */
	failpoint_disarm();
	return error;
}
