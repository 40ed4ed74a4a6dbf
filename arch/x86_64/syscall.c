/*
 * syscall.c -- from the syscall instruction to the table, and back.
 *
 * trap_entry.asm calls syscall_handler(), or syscall_watched() for a debugger
 * that wants to see the call, with interrupts disabled, and leaves
 * for user mode when it returns.  The first six arguments are where the frame
 * has them, in order, and are passed in place; others are on the user's
 * stack.  The whole way is counted in instructions (the null system call is
 * a benchmark), so this file does nothing that one kind of call does not
 * need: those kinds are in functions of their own.
 */
#include "arch/x86_64/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/setcred.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/sys/sysent.h"
#include "kernel/sys/userret.h"

/* Calls whose real number is the first argument. */
#define NR_SYSCALL 0
#define NR___SYSCALL 198

#define MAX_ARGS 16
#define SYSCALL_INSN_SIZE 2

_Static_assert(offsetof(struct trapframe, tf_rdi) == 0 &&
    offsetof(struct trapframe, tf_r9) == 5 * sizeof(uint64_t),
    "arguments are passed in place");

/* A call with arguments on the stack; skip: how many of the registers are not
 * its own. */
static __rare int
call_with_stack(struct lwp *lp, struct trapframe *tf, const struct sysent *se,
    int skip, int64_t *rv)
{
	uint64_t args[MAX_ARGS];
	const uint64_t *regs = &tf->tf_rdi;
	int nreg = SY_REGISTERS - skip, error;

	KASSERT(se->sy_narg <= MAX_ARGS, "%s has %d arguments", se->sy_name,
	    se->sy_narg);
	for (int i = 0; i < nreg; i++)
		args[i] = regs[skip + i];
	/* Above the return address of the C library's function. */
	error = copyin((void *)(tf->tf_rsp + sizeof(uint64_t)), &args[nreg],
	    (se->sy_narg - nreg) * sizeof(uint64_t));
	if (error != 0)
		return error;
	return se->sy_call(lp, args, rv);
}

/* Every call that is not plain; those with the number in the first argument,
 * and those that do not exist, among them. */
static __rare int
call_special(struct lwp *lp, struct trapframe *tf, int64_t *rv)
{
	uint64_t nr = tf->tf_rax;
	int skip = nr == NR_SYSCALL || nr == NR___SYSCALL;
	const struct sysent *se;

	if (skip)
		nr = tf->tf_rdi;
	se = sysent_lookup(nr);
	if (se == NULL)
		return ENOSYS;
	if (se->sy_narg > SY_REGISTERS - skip)
		return call_with_stack(lp, tf, se, skip, rv);
	return se->sy_call(lp, &tf->tf_rdi + skip, rv);
}

static __rare void
set_error(struct trapframe *tf, int error)
{
	switch (error) {
	case EJUSTRETURN:
		break;
	case ERESTART:
		/* r10 is in the frame as it was; rax still has the number. */
		tf->tf_rip -= SYSCALL_INSN_SIZE;
		break;
	default:
		tf->tf_rax = error;
		tf->tf_rflags |= RFLAGS_C;
		break;
	}
}

static inline void
set_result(struct trapframe *tf, int error, int64_t rv)
{
	if (likely(error == 0)) {
		tf->tf_rax = (uint64_t)rv;
		tf->tf_rflags &= ~(uint64_t)RFLAGS_C;
	} else {
		set_error(tf, error);
	}
}

/* How many arguments a call takes. */
static int
count_arguments(const struct trapframe *tf)
{
	const struct sysent *se = sysent_lookup(tf->tf_rax);

	return se != NULL ? se->sy_narg : 0;
}

void
syscall_watched(void)
{
	struct thread *td = curthread;
	struct trapframe *tf = cpu_thread_frame(td);
	uint64_t nr = tf->tf_rax;
	int64_t rv = 0;
	int error;

	border_enter(td);
	cpu_intr_enable();
	MYCPU_ADD(gd_cnt_syscall, 1);
	lwp_cred(td->td_lwp); /* sleeps */
	STOPEVENT(td->td_lwp, S_SCE, count_arguments(tf)); /* sleeps */
	error = call_special(td->td_lwp, tf, &rv);
	set_result(tf, error, rv);
	STOPEVENT(td->td_lwp, S_SCX, nr); /* sleeps */
	userret(td);
	border_leave(td);
}

/*
 * Everything is found again from the thread, which costs less than to keep it
 * in registers over three calls.  No stack protector: no array here is
 * written by index.
 */
__attribute__((no_stack_protector)) void
syscall_handler(void)
{
	struct thread *td = curthread;
	struct trapframe *tf = cpu_thread_frame(td);
	int64_t rv = 0;
	int error;

	border_enter(td);
	cpu_intr_enable();
	MYCPU_ADD(gd_cnt_syscall, 1);
	if (likely(tf->tf_rax < native_nsysent &&
		native_sysent[tf->tf_rax].sy_plain))
		error = native_sysent[tf->tf_rax].sy_call(td->td_lwp,
		    &tf->tf_rdi, &rv);
	else
		error = call_special(td->td_lwp, tf, &rv);
	set_result(tf, error, rv);
	userret(td);
	border_leave(td);
}
