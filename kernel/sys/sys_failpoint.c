/*
 * sys_failpoint.c -- system calls under provocation, for tests: allocations
 * that fail on purpose, and a kernel stack full of poison.
 *
 * failpoint() is for a whole process from now on: a process that exits so
 * shows that the end needs no memory.  failcall() makes one system call, and
 * means the allocations of its own thread inside that call only: what the
 * program itself needs before and after (pages to write to, above all) it
 * gets.  There is one failpoint for all (kernel/mem/failpoint.h): who arms it
 * must be the only one.
 *
 * poisoncall() makes one system call on a stack that has been filled with a
 * byte: what the call copies out without having written it shows that byte.
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
#define POISON_BYTES 2560 /* where calls keep what they copy out */

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

/* The call number that a test wants made, with its arguments.  EINVAL: one of
 * these calls, which would call itself until the stack is full. */
static int
get_call(uint64_t number, const void *uargs, const struct sysent **sep,
    uint64_t *call_args)
{
	const struct sysent *se = sysent_lookup(number);

	*sep = se;
	if (se == NULL)
		return ENOSYS;
	if (se->sy_call == sys_failcall || se->sy_call == sys_poisoncall)
		return EINVAL;
	return copyin(uargs, call_args,
	    ARGS_MAX * sizeof(call_args[0])); /* sleeps */
}

SYSCALL(failcall)
{
	const struct sysent *se;
	uint64_t call_args[ARGS_MAX];
	char name[NAME_MAX];
	int error = check_caller(lp, (void *)args[0], name); /* sleeps */

	if (error == 0 && args[0] == 0)
		error = EINVAL;
	if (error == 0)
		error = get_call(args[3], (void *)args[4], &se,
		    call_args); /* sleeps */
	if (error != 0)
		return error;
	failpoint_arm(name, (long)args[1], (long)args[2], true);
	error = se->sy_call(lp, call_args, rv); /* sleeps */
	failpoint_disarm();
	return error;
}

/* Fills the stack below its caller. */
static __attribute__((noinline)) void
poison_stack(uint8_t byte)
{
	uint8_t room[POISON_BYTES];

	memset(room, byte, sizeof(room));
	/* For the compiler: somebody reads it. */
	__asm__ volatile("" : : "r"(room) : "memory");
}

SYSCALL(poisoncall)
{
	const struct sysent *se;
	uint64_t call_args[ARGS_MAX];
	int error = check_caller(lp, NULL, NULL); /* sleeps */

	if (error == 0)
		error = get_call(args[1], (void *)args[2], &se,
		    call_args); /* sleeps */
	if (error != 0)
		return error;
	poison_stack((uint8_t)args[0]);
	return se->sy_call(lp, call_args, rv); /* sleeps */
}
