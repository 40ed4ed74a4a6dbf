/*
 * ptrace.h -- requests of ptrace(2) and the registers that they move, shared
 * by the kernel and user programs (spec 2.17).
 *
 * ptrace(request, pid, addr, data): addr is an address of the traced process
 * but for PT_IO and the requests for registers, where it is the caller's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PT_TRACE_ME 0	/* by the one that its parent is to trace */
#define PT_READ_I 1	/* the int at addr is the result */
#define PT_READ_D 2
#define PT_WRITE_I 4	/* data to the int at addr */
#define PT_WRITE_D 5
#define PT_CONTINUE 7	/* at addr (1: where it is), with signal data or 0 */
#define PT_KILL 8
#define PT_STEP 9	/* like PT_CONTINUE, for one instruction */
#define PT_ATTACH 10
#define PT_DETACH 11	/* like PT_CONTINUE, and for good */
#define PT_IO 12	/* addr: a struct ptrace_io_desc */
#define PT_FIRSTMACH 32
#define PT_GETREGS 33	/* addr: a struct reg */
#define PT_SETREGS 34
#define PT_GETFPREGS 35 /* addr: a struct fpreg */
#define PT_SETFPREGS 36

/* op */
#define PIOD_READ_D 1
#define PIOD_WRITE_D 2
#define PIOD_READ_I 3
#define PIOD_WRITE_I 4

struct ptrace_io_desc {
	int32_t piod_op;
	void *piod_offs; /* of the traced process */
	void *piod_addr; /* of the caller */
	size_t piod_len; /* asked for; afterwards: moved */
};
_Static_assert(sizeof(struct ptrace_io_desc) == 32, "ptrace_io_desc");
_Static_assert(offsetof(struct ptrace_io_desc, piod_len) == 24, "piod_len");

/* The general registers of x86-64; /proc/PID/regs is one. */
struct reg {
	uint64_t r_r15, r_r14, r_r13, r_r12, r_r11, r_r10, r_r9, r_r8;
	uint64_t r_rdi, r_rsi, r_rbp, r_rbx, r_rdx, r_rcx, r_rax;
	uint64_t r_rip, r_cs, r_rflags, r_rsp, r_ss;
};
_Static_assert(sizeof(struct reg) == 160, "reg");

/* x87 and SSE, as FXSAVE has them; /proc/PID/fpregs is one. */
struct fpreg {
	uint64_t fpr_env[4];
	uint8_t fpr_acc[8][16];
	uint8_t fpr_xacc[16][16];
	uint64_t fpr_spare[12];
};
_Static_assert(sizeof(struct fpreg) == 512, "fpreg");
