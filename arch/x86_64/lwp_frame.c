/*
 * lwp_frame.c -- the registers of user mode, as fork, exec and a panic see
 * them, and the walk up a kernel stack.
 *
 * An LWP's frame is right below its struct thread, at the top of its stack.
 * Callers: proc/ (birth), sys/, lib/panic.c.  The functions that change a
 * frame are for an LWP that does not run yet, or for the current one.  The
 * backtraces read nothing but stacks that exist, so that a panic can use them
 * whatever rbp holds.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lwp.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

struct trapframe *
cpu_lwp_frame(struct lwp *lp)
{
	return cpu_thread_frame(lwp_td(lp));
}

void
cpu_lwp_watch_syscalls(struct lwp *lp, bool on)
{
	atomic_store(&lwp_td(lp)->td_syscall,
	    on ? syscall_watched : syscall_handler);
}

uintptr_t
cpu_lwp_sp(struct lwp *lp)
{
	return cpu_lwp_frame(lp)->tf_rsp;
}

void
cpu_lwp_fork(struct lwp *lp, const struct trapframe *tf)
{
	struct thread *td = lwp_td(lp);
	struct trapframe *ntf = cpu_lwp_frame(lp);

	*ntf = *tf;
	/* The registers that the short way back leaves alone are not the
	 * new thread's. */
	ntf->tf_xflags = 0;
	fpu_fork(td);
	switch_prepare(td, switch_lwp_start, NULL, NULL);
}

void
cpu_lwp_set_entry(struct lwp *lp, uintptr_t pc, uintptr_t sp, uintptr_t arg)
{
	*cpu_lwp_frame(lp) = (struct trapframe){
		.tf_rdi = arg,
		.tf_rip = pc,
		.tf_cs = SEL_UCODE,
		.tf_rflags = RFLAGS_ONE | RFLAGS_IF,
		.tf_rsp = sp,
		.tf_ss = SEL_UDATA,
	};
	crit_enter();
	fpu_fresh(lwp_td(lp));
	crit_exit();
}

void
cpu_set_result(struct trapframe *tf, int64_t r0, int64_t r1)
{
	tf->tf_rax = r0;
	tf->tf_rdx = r1;
	tf->tf_rflags &= ~(uint64_t)RFLAGS_C;
}

void
cpu_set_second(struct trapframe *tf, int64_t r1)
{
	tf->tf_rdx = r1;
}

void
cpu_print_frame(const struct trapframe *tf)
{
	kprintf("trap %lu err %#lx addr %016lx flags %#lx cs %#lx ss %#lx\n",
	    tf->tf_trapno, tf->tf_err, tf->tf_addr, tf->tf_rflags, tf->tf_cs,
	    tf->tf_ss);
	kprintf("rip %016lx rsp %016lx rbp %016lx\n", tf->tf_rip, tf->tf_rsp,
	    tf->tf_rbp);
	kprintf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", tf->tf_rax,
	    tf->tf_rbx, tf->tf_rcx, tf->tf_rdx);
	kprintf("rsi %016lx rdi %016lx  r8 %016lx  r9 %016lx\n", tf->tf_rsi,
	    tf->tf_rdi, tf->tf_r8, tf->tf_r9);
	kprintf("r10 %016lx r11 %016lx r12 %016lx r13 %016lx\n", tf->tf_r10,
	    tf->tf_r11, tf->tf_r12, tf->tf_r13);
	kprintf("r14 %016lx r15 %016lx\n", tf->tf_r14, tf->tf_r15);
}

/* May two words be read at fp?  On td's stack, and, for the current thread,
 * on one of this CPU's own. */
static bool
on_stack(struct thread *td, uintptr_t fp)
{
	uintptr_t low = (uintptr_t)td->td_kstack;

	if (fp & 7)
		return false;
	if (low != 0 && fp >= low && fp < low + KSTACK_SIZE - 16)
		return true;
	return td == curthread && descriptors_own_stack(fp);
}

/* Calls fn for the return addresses from frame fp on.  Frames lie above each
 * other; once, the walk may go from a CPU's own stack to the thread's. */
static void
walk(struct thread *td, uintptr_t fp, void (*fn)(uintptr_t pc), int n)
{
	while (n-- > 0 && on_stack(td, fp)) {
		const uintptr_t *frame = (const uintptr_t *)fp;

		if (frame[1] < KERNEL_BASE)
			break;
		fn(frame[1]);
		if (frame[0] <= fp && !descriptors_own_stack(fp))
			break;
		fp = frame[0];
	}
}

void
cpu_backtrace(void (*fn)(uintptr_t pc), int n)
{
	walk(curthread, (uintptr_t)__builtin_frame_address(0), fn, n);
}

void
cpu_backtrace_stopped(const struct globaldata *gd, void (*fn)(uintptr_t pc),
    int n)
{
	const struct trapframe *tf = gd->gd_md.md_stopped;

	if (tf == NULL || (tf->tf_cs & 3) != 0)
		return;
	fn(tf->tf_rip);
	walk(gd->gd_curthread, tf->tf_rbp, fn, n);
}

void
cpu_backtrace_thread(struct thread *td, void (*fn)(uintptr_t pc), int n)
{
	uintptr_t sp = (uintptr_t)td->td_sp;

	/* Its saved rbp and return address are those of switch_stacks(). */
	if (on_stack(td, sp))
		walk(td, sp + 5 * sizeof(uint64_t), fn, n);
}
