/*
 * ucontext.h -- what a signal handler's third argument points to, and what
 * sigreturn(2) reads: the registers of user mode, shared by the kernel and
 * user programs.
 *
 * mc_rdi to mc_ss are in the order of the trap frame (spec 3.9).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/signal.h"

#define MC_FPREGS 832 /* x87, SSE and AVX, as FXSAVE or XSAVE writes them */

struct mcontext {
	uint64_t mc_rdi, mc_rsi, mc_rdx, mc_rcx, mc_r8, mc_r9, mc_rax, mc_rbx;
	uint64_t mc_rbp, mc_r10, mc_r11, mc_r12, mc_r13, mc_r14, mc_r15;
	uint64_t mc_xflags, mc_trapno, mc_addr, mc_flags, mc_err;
	uint64_t mc_rip, mc_cs, mc_rflags, mc_rsp, mc_ss;
	uint32_t mc_len; /* of this structure: it may grow */
	uint32_t mc_reserved;
	uint8_t mc_fpregs[MC_FPREGS];
};

struct ucontext {
	struct sigset uc_sigmask;
	struct mcontext uc_mcontext;
	struct ucontext *uc_link;
	struct sigaltstack uc_stack;
};
_Static_assert(offsetof(struct ucontext, uc_mcontext) == 16, "ucontext");
_Static_assert(offsetof(struct mcontext, mc_fpregs) == 208, "mcontext");
