/*
 * lwp_regs.c -- the registers of an LWP that stands still, for its debugger.
 *
 * Called by signal/ptrace.c and procfs/ with the process's token, of an LWP
 * that is stopped, and by signal/core_notes.c of one that waits at its end, or
 * of the current one: the general registers are in the frame at the top of its
 * stack, the floating point registers in its md_thread once the CPU has left
 * its stack.  Whatever is put there, user mode can have: flags and selectors
 * are refused like those of sigreturn(2), addresses do no harm
 * (trap_entry.asm), reserved bits of mxcsr are cleared.  An LWP that wakes in
 * the kernel meanwhile and writes its system call's result may leave a mixture
 * of the two; that is its debugger's loss.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lwp.h"
#include "kernel/abi/core.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/ptrace.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

_Static_assert(sizeof(struct fpreg) <= FPU_AREA, "fpreg is FXSAVE's image");

void
cpu_lwp_get_regs(struct lwp *lp, struct reg *r)
{
	const struct trapframe *tf = cpu_lwp_frame(lp);

	*r = (struct reg){
		.r_r15 = tf->tf_r15, .r_r14 = tf->tf_r14, .r_r13 = tf->tf_r13,
		.r_r12 = tf->tf_r12, .r_r11 = tf->tf_r11, .r_r10 = tf->tf_r10,
		.r_r9 = tf->tf_r9, .r_r8 = tf->tf_r8, .r_rdi = tf->tf_rdi,
		.r_rsi = tf->tf_rsi, .r_rbp = tf->tf_rbp, .r_rbx = tf->tf_rbx,
		.r_rdx = tf->tf_rdx, .r_rcx = tf->tf_rcx, .r_rax = tf->tf_rax,
		.r_rip = tf->tf_rip, .r_cs = tf->tf_cs,
		.r_rflags = tf->tf_rflags, .r_rsp = tf->tf_rsp,
		.r_ss = tf->tf_ss,
	};
}

int
cpu_lwp_set_regs(struct lwp *lp, const struct reg *r)
{
	struct trapframe tf = {
		.tf_r15 = r->r_r15, .tf_r14 = r->r_r14, .tf_r13 = r->r_r13,
		.tf_r12 = r->r_r12, .tf_r11 = r->r_r11, .tf_r10 = r->r_r10,
		.tf_r9 = r->r_r9, .tf_r8 = r->r_r8, .tf_rdi = r->r_rdi,
		.tf_rsi = r->r_rsi, .tf_rbp = r->r_rbp, .tf_rbx = r->r_rbx,
		.tf_rdx = r->r_rdx, .tf_rcx = r->r_rcx, .tf_rax = r->r_rax,
		.tf_rip = r->r_rip, .tf_cs = r->r_cs,
		.tf_rflags = r->r_rflags, .tf_rsp = r->r_rsp,
		.tf_ss = r->r_ss,
	};

	if (!cpu_frame_is_sane(&tf))
		return EINVAL;
	*cpu_lwp_frame(lp) = tf;
	return 0;
}

void
cpu_lwp_trace(struct lwp *lp, const uintptr_t *pc, bool step)
{
	struct trapframe *tf = cpu_lwp_frame(lp);

	if (pc != NULL)
		tf->tf_rip = *pc;
	/* RACE: who is stopped where it sleeps may have woken, and say in its
	 * carry how its call has ended: that must not be undone. */
	if (step)
		atomic_set(&tf->tf_rflags, (uint64_t)RFLAGS_TF);
	else
		atomic_clear(&tf->tf_rflags, (uint64_t)RFLAGS_TF);
	/* Flags and address are its own: the long way back. */
	tf->tf_xflags = 0;
}

/* The CPU is about to leave lp's stack, and what it saves is there.  RACE: who
 * is stopped where it sleeps may wake, and run up to the border: no further,
 * for to pass that takes the token that the caller has.  So this ends; but the
 * area may be loaded and saved again at any time after. */
static void
await_saved(struct lwp *lp)
{
	if (lwp_td(lp) == curthread) {
		crit_enter();
		fpu_switch_out(curthread);
		crit_exit();
		return;
	}
	while (atomic_load_acq(&lwp_td(lp)->td_flags) & TDF_RUNNING)
		cpu_pause();
}

void
cpu_lwp_get_fpregs(struct lwp *lp, struct fpreg *r)
{
	await_saved(lp);
	memcpy(r, lwp_td(lp)->td_md.md_fpu, sizeof(*r));
}

void
cpu_lwp_set_fpregs(struct lwp *lp, const struct fpreg *r)
{
	await_saved(lp);
	fpu_set(lwp_td(lp), (const uint8_t *)r, sizeof(*r));
}

void
cpu_lwp_get_core_regs(struct lwp *lp, struct core_regs *r)
{
	const struct trapframe *tf = cpu_lwp_frame(lp);
	const struct md_thread *md = &lwp_td(lp)->td_md;

	await_saved(lp);
	*r = (struct core_regs){
		.cr_r15 = tf->tf_r15, .cr_r14 = tf->tf_r14,
		.cr_r13 = tf->tf_r13, .cr_r12 = tf->tf_r12,
		.cr_rbp = tf->tf_rbp, .cr_rbx = tf->tf_rbx,
		.cr_r11 = tf->tf_r11, .cr_r10 = tf->tf_r10,
		.cr_r9 = tf->tf_r9, .cr_r8 = tf->tf_r8,
		.cr_rax = tf->tf_rax, .cr_rcx = tf->tf_rcx,
		.cr_rdx = tf->tf_rdx, .cr_rsi = tf->tf_rsi,
		.cr_rdi = tf->tf_rdi, .cr_orig_rax = UINT64_MAX,
		.cr_rip = tf->tf_rip, .cr_cs = tf->tf_cs,
		.cr_rflags = tf->tf_rflags, .cr_rsp = tf->tf_rsp,
		.cr_ss = tf->tf_ss,
		.cr_fsbase = md->md_fsbase, .cr_gsbase = md->md_gsbase,
	};
}
