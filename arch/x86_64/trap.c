/*
 * trap.c -- what to do with an exception or an interrupt.
 *
 * trap_entry.asm calls trap_handler() with interrupts disabled.  From user
 * mode: the fault becomes memory (vm_fault_current) or a signal (trapsignal),
 * or it is an interrupt; userret() is the last thing before user mode.  From
 * the kernel: an interrupt, or a page fault of copyin() and its like, which
 * ends at td_onfault if the address is nobody's; all else is a panic.
 *
 * NMI, machine check, double fault, and debug in the kernel come on stacks of
 * their own: they panic or return at once, and never sleep.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/smp.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/sys/userret.h"

/*
 * Faults that are a signal.  Those of protection are SIGBUS, as the BSDs have
 * it: privileged instructions, addresses that are not canonical, bad
 * selectors.
 */
static const struct {
	uint8_t sig, code;
	const char *name;
} faults[] = {
	[TRAP_DE] = { SIGFPE, FPE_INTDIV, "division by zero" },
	[TRAP_DB] = { SIGTRAP, TRAP_TRACE, "debug exception" },
	[TRAP_BP] = { SIGTRAP, TRAP_BRKPT, "breakpoint" },
	[TRAP_OF] = { SIGFPE, FPE_INTOVF, "overflow" },
	[TRAP_BR] = { SIGFPE, FPE_FLTSUB, "bound exceeded" },
	[TRAP_UD] = { SIGILL, ILL_ILLOPC, "invalid instruction" },
	[TRAP_NM] = { SIGILL, ILL_ILLOPC, "no coprocessor" },
	[TRAP_DF] = { 0, 0, "double fault" },
	[TRAP_TS] = { SIGBUS, BUS_OBJERR, "invalid TSS" },
	[TRAP_NP] = { SIGBUS, BUS_OBJERR, "segment not present" },
	[TRAP_SS] = { SIGBUS, BUS_OBJERR, "stack fault" },
	[TRAP_GP] = { SIGBUS, BUS_OBJERR, "general protection fault" },
	[TRAP_PF] = { 0, 0, "page fault" },
	[TRAP_MF] = { SIGFPE, FPE_FLTINV, "x87 exception" },
	[TRAP_AC] = { SIGBUS, BUS_ADRALN, "alignment check" },
	[TRAP_MC] = { 0, 0, "machine check" },
	[TRAP_XM] = { SIGFPE, FPE_FLTINV, "SSE exception" },
};

static inline bool
from_user(const struct trapframe *tf)
{
	return tf->tf_cs & 3;
}

/* In the unmapped page below the current thread's stack, or so near that the
 * frame of a fault does not fit? */
static bool
in_stack_guard(uintptr_t va)
{
	uintptr_t low = (uintptr_t)curthread->td_kstack;

	return low != 0 && va >= low - PAGE_SIZE && va < low + 64;
}

static void NORETURN
trap_panic(struct trapframe *tf)
{
	const char *name = NULL;
	bool overflow;

	if (tf->tf_trapno < nitems(faults))
		name = faults[tf->tf_trapno].name;
	overflow = tf->tf_trapno == TRAP_DF || tf->tf_trapno == TRAP_PF;
	overflow = overflow &&
	    (in_stack_guard(tf->tf_rsp) || in_stack_guard(tf->tf_addr));
	cpu_print_frame(tf);
	panic("%s at %#lx, address %#lx, error %#lx%s",
	    name != NULL ? name : "unexpected trap", tf->tf_rip, tf->tf_addr,
	    tf->tf_err, overflow ? ": kernel stack overflow" : "");
}

/* A sign that this CPU is to stop; or that somebody, or the hardware, asks
 * what the machine is doing: then the panic's report is the answer. */
static void
trap_nmi(struct trapframe *tf)
{
	mycpu->gd_md.md_stopped = tf;
	if (!panicking && !smp_is_stopping())
		panic("non-maskable interrupt");
	for (;;)
		__asm__ volatile("cli; hlt");
}

static int
pf_access(const struct trapframe *tf)
{
	if (tf->tf_err & PF_FETCH)
		return PROT_EXEC;
	return tf->tf_err & PF_WRITE ? PROT_WRITE : PROT_READ;
}

static void
page_fault_user(struct thread *td, struct trapframe *tf)
{
	int error;

	if (tf->tf_err & PF_RESERVED)
		trap_panic(tf);
	cpu_intr_enable();
	error = EFAULT;
	/* An access that the CPU makes with its own rights on behalf of an
	 * instruction (QEMU: a far return's stack) would fault for ever. */
	if (tf->tf_addr < USER_MAX && (tf->tf_err & PF_USER))
		error = vm_fault_current(tf->tf_addr, pf_access(tf));
	switch (error) {
	case 0:
		break;
	case ENOMEM:
		trapsignal(td->td_lwp, SIGBUS, BUS_OBJERR, tf->tf_addr);
		break;
	case EACCES:
		trapsignal(td->td_lwp, SIGSEGV, SEGV_ACCERR, tf->tf_addr);
		break;
	default:
		trapsignal(td->td_lwp, SIGSEGV, SEGV_MAPERR, tf->tf_addr);
		break;
	}
}

static void
page_fault_kernel(struct thread *td, struct trapframe *tf)
{
	int error = EFAULT;

	if (td->td_onfault == NULL || td->td_lwp == NULL ||
	    tf->tf_addr >= USER_MAX || (tf->tf_err & (PF_RESERVED | PF_FETCH)))
		trap_panic(tf);
	/* Where nothing may sleep, what is not there is not waited for. */
	if (td->td_critcount == 0 && td->td_noblock == 0 &&
	    (tf->tf_rflags & RFLAGS_IF)) {
		cpu_intr_enable();
		error = vm_fault_current(tf->tf_addr, pf_access(tf));
		cpu_intr_disable();
	}
	if (error != 0)
		tf->tf_rip = (uint64_t)td->td_onfault;
}

/* The remote interrupt controllers' old vectors, 0x20 to 0x2f: masked, they
 * can still raise a spurious one. */
static inline bool
is_stray(uint64_t vector)
{
	return vector >= 0x20 && vector < VEC_DEVICE;
}

static void
trap_user(struct thread *td, struct trapframe *tf)
{
	uint64_t vector = tf->tf_trapno;

	if (vector >= VEC_DEVICE) {
		intr_dispatch(tf);
	} else if (vector < nitems(faults) && faults[vector].sig != 0) {
		if (vector == TRAP_DB)
			tf->tf_rflags &= ~(uint64_t)RFLAGS_TF;
		cpu_intr_enable();
		trapsignal(td->td_lwp, faults[vector].sig,
		    faults[vector].code, tf->tf_rip);
	} else if (!is_stray(vector)) {
		cpu_intr_enable();
		trapsignal(td->td_lwp, SIGILL, ILL_ILLOPC, tf->tf_rip);
	}
}

/* Back to user mode from where interrupts are enabled. */
static inline void
leave_to_user(struct thread *td)
{
	userret(td);
	border_leave(td);
}

static void
trap_kernel(struct thread *td, struct trapframe *tf)
{
	uint64_t vector = tf->tf_trapno;

	LATENCY_INTR_OFF();
	if (vector >= VEC_DEVICE)
		intr_dispatch(tf);
	else if (vector == TRAP_PF)
		page_fault_kernel(td, tf);
	else if (!is_stray(vector))
		trap_panic(tf);
	if (tf->tf_rflags & RFLAGS_IF)
		LATENCY_INTR_ON();
}

void
trap_handler(struct trapframe *tf)
{
	struct thread *td = curthread;
	uint64_t vector = tf->tf_trapno;

	if (likely(vector == TRAP_PF && from_user(tf))) {
		tf->tf_addr = read_cr2();
		border_enter(td);
		page_fault_user(td, tf); /* sleeps */
		leave_to_user(td);
		return;
	}

	tf->tf_addr = 0;
	if (vector == TRAP_PF || vector == TRAP_DF)
		tf->tf_addr = read_cr2();
	if (vector == TRAP_NMI) {
		trap_nmi(tf);
	} else if (vector == TRAP_DF || vector == TRAP_MC) {
		trap_panic(tf);
	} else if (from_user(tf)) {
		border_enter(td);
		trap_user(td, tf);
		cpu_intr_enable();
		leave_to_user(td);
	} else {
		trap_kernel(td, tf);
	}
}
