/*
 * sendsig.c -- the way into a signal handler, and back.
 *
 * On the user's stack, from the handler's stack pointer up: the address that
 * it returns to, the context, the siginfo.  The floating point registers are
 * the CPU's own while an LWP runs (fpu.c), so they are saved to its md_thread
 * first, and copied out from there: nothing changes them meanwhile.
 *
 * What sigreturn(2) reads is whatever the program likes to write there.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lwp.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/ucontext.h"
#include "kernel/lib/lib.h"

#define RED_ZONE 128

/* What user mode can change itself: carry, parity, adjust, zero, sign, trap,
 * direction, overflow, nested task, resume, alignment check, identification. */
#define RFLAGS_USER 0x254dd5UL

_Static_assert(MC_FPREGS == FPU_AREA, "mc_fpregs holds what fpu.c saves");
_Static_assert(offsetof(struct mcontext, mc_ss) ==
    offsetof(struct trapframe, tf_ss), "mcontext begins with a trap frame");

struct sigframe {
	uint64_t sf_return;
	struct ucontext sf_uc;
	struct siginfo sf_info;
};
_Static_assert(offsetof(struct sigframe, sf_uc) == 8, "no gaps");

/* The user's addresses are numbers, not pointers: they may be anything. */
#define UC_AT(uc, field) ((void *)((uc) + offsetof(struct ucontext, field)))
#define FRAME_AT(frame, field)                                                 \
	((void *)((frame) + offsetof(struct sigframe, field)))

bool
cpu_frame_is_sane(const struct trapframe *tf)
{
	return (tf->tf_rflags & ~RFLAGS_USER) == (RFLAGS_ONE | RFLAGS_IF) &&
	    tf->tf_cs == SEL_UCODE && tf->tf_ss == SEL_UDATA;
}

/* Where the frame goes: 16-byte aligned above its return address. */
static uintptr_t
frame_address(const struct trapframe *tf, const struct sig_delivery *sd)
{
	uintptr_t sp = tf->tf_rsp - RED_ZONE;

	if (sd->sd_onstack)
		sp = (uintptr_t)sd->sd_altstack.ss_sp +
		    sd->sd_altstack.ss_size;
	return rounddown2(sp - sizeof(struct sigframe), 16) - 8;
}

/* All of the frame but the floating point registers, which come after. */
static int
write_frame(struct lwp *lp, const struct sig_delivery *sd, uintptr_t at)
{
	struct thread *td = lwp_td(lp);
	struct {
		uint64_t ret;
		struct sigset mask;
		struct trapframe tf;
		uint32_t len, reserved;
	} head = { .ret = sd->sd_return, .mask = sd->sd_mask,
		.tf = *cpu_lwp_frame(lp), .len = sizeof(struct mcontext) };
	struct {
		struct ucontext *link;
		struct sigaltstack stack;
	} tail;
	int error;

	head.tf.tf_xflags = 0;
	memset(&tail, 0, sizeof(tail));
	tail.stack.ss_sp = sd->sd_altstack.ss_sp;
	tail.stack.ss_size = sd->sd_altstack.ss_size;
	tail.stack.ss_flags = sd->sd_altstack.ss_flags;
	error = copyout(&head, (void *)at,
	    offsetof(struct sigframe, sf_uc.uc_mcontext.mc_reserved) +
		sizeof(uint32_t)); /* sleeps */
	if (error == 0)
		error = copyout(td->td_md.md_fpu,
		    FRAME_AT(at, sf_uc.uc_mcontext.mc_fpregs),
		    FPU_AREA); /* sleeps */
	if (error == 0)
		error = copyout(&tail, FRAME_AT(at, sf_uc.uc_link),
		    sizeof(tail)); /* sleeps */
	if (error == 0)
		error = copyout(&sd->sd_info, FRAME_AT(at, sf_info),
		    sizeof(sd->sd_info)); /* sleeps */
	return error;
}

int
cpu_sendsig(struct lwp *lp, const struct sig_delivery *sd)
{
	struct trapframe *tf = cpu_lwp_frame(lp);
	uintptr_t at = frame_address(tf, sd);
	int error;

	fpu_save_self();
	error = write_frame(lp, sd, at); /* sleeps */
	if (error != 0)
		return error;
	tf->tf_rdi = (uint64_t)sd->sd_info.si_signo;
	tf->tf_rsi = sd->sd_action.sa_flags & SA_SIGINFO ?
	    (uint64_t)FRAME_AT(at, sf_info) :
	    (uint64_t)sd->sd_info.si_code;
	tf->tf_rdx = (uint64_t)FRAME_AT(at, sf_uc);
	tf->tf_rcx = (uint64_t)sd->sd_info.si_addr;
	tf->tf_rip = (uint64_t)sd->sd_action.sa_handler;
	tf->tf_rsp = at;
	tf->tf_rflags &= ~(uint64_t)(RFLAGS_TF | RFLAGS_DF);
	tf->tf_xflags = 0;
	fpu_clean_self();
	return 0;
}

int
cpu_sigreturn(struct lwp *lp, const void *ucp, struct sigset *mask)
{
	uintptr_t uc = (uintptr_t)ucp;
	struct trapframe tf;
	uint8_t area[FPU_AREA] __attribute__((aligned(64)));
	int error;

	error = copyin(UC_AT(uc, uc_sigmask), mask, sizeof(*mask)); /* sleeps */
	if (error == 0)
		error = copyin(UC_AT(uc, uc_mcontext), &tf,
		    sizeof(tf)); /* sleeps */
	if (error == 0)
		error = copyin(UC_AT(uc, uc_mcontext.mc_fpregs), area,
		    sizeof(area)); /* sleeps */
	if (error != 0)
		return error;
	tf.tf_xflags = 0;
	if (!cpu_frame_is_sane(&tf))
		return EINVAL;
	*cpu_lwp_frame(lp) = tf;
	fpu_load_self(area);
	return 0;
}
