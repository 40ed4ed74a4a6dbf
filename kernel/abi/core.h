/*
 * core.h -- the notes of a core file, shared by the kernel and user programs.
 *
 * As SVR4 has them and gdb reads them: a note of the process, then for each
 * thread, the one that has died of the signal first, its state with the general
 * registers, and its floating point registers.  The layouts are those of the
 * x86-64 psABI's other systems, signal numbers are our own.
 */
#pragma once

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/ptrace.h"

#define CORE_NAME "CORE" /* of all notes */

/* In the order of the kernel's note, not of struct reg. */
struct core_regs {
	uint64_t cr_r15, cr_r14, cr_r13, cr_r12, cr_rbp, cr_rbx;
	uint64_t cr_r11, cr_r10, cr_r9, cr_r8;
	uint64_t cr_rax, cr_rcx, cr_rdx, cr_rsi, cr_rdi, cr_orig_rax;
	uint64_t cr_rip, cr_cs, cr_rflags, cr_rsp, cr_ss;
	uint64_t cr_fsbase, cr_gsbase;
	uint64_t cr_ds, cr_es, cr_fs, cr_gs;
};
_Static_assert(sizeof(struct core_regs) == 216, "core_regs");

struct core_prstatus {
	int32_t pr_signo, pr_code, pr_errno; /* 0 */
	int16_t pr_cursig;		     /* the signal, of all threads */
	uint64_t pr_sigpend, pr_sighold; /* the first 64: pending, blocked */
	/* The thread: its process's number plus its own (the first one's is 0,
	 * which names no thread to a debugger). */
	int32_t pr_pid;
	int32_t pr_ppid, pr_pgrp, pr_sid;
	uint64_t pr_times[8]; /* 0 */
	struct core_regs pr_regs;
	int32_t pr_fpvalid; /* 1: the next note has them */
};
_Static_assert(sizeof(struct core_prstatus) == 336, "core_prstatus");
_Static_assert(offsetof(struct core_prstatus, pr_cursig) == 12, "pr_cursig");
_Static_assert(offsetof(struct core_prstatus, pr_pid) == 32, "pr_pid");
_Static_assert(offsetof(struct core_prstatus, pr_regs) == 112, "pr_regs");

struct core_prpsinfo {
	char pr_state, pr_sname, pr_zomb, pr_nice; /* 0 */
	uint64_t pr_flag;			   /* 0 */
	uint32_t pr_uid, pr_gid;
	int32_t pr_pid, pr_ppid, pr_pgrp, pr_sid;
	char pr_fname[16];
	char pr_psargs[80];
};
_Static_assert(sizeof(struct core_prpsinfo) == 136, "core_prpsinfo");
_Static_assert(offsetof(struct core_prpsinfo, pr_fname) == 40, "pr_fname");

/* The head of a note. */
struct core_note {
	Elf64_Nhdr cn_head;
	char cn_name[8];
} __attribute__((packed));
_Static_assert(sizeof(struct core_note) == 20, "core_note");

struct core_process {
	struct core_note cp_psinfo_note;
	struct core_prpsinfo cp_psinfo;
} __attribute__((packed));

struct core_thread {
	struct core_note ct_status_note;
	struct core_prstatus ct_status;
	struct core_note ct_fpregs_note;
	struct fpreg ct_fpregs;
} __attribute__((packed));
_Static_assert(sizeof(struct core_thread) == 888, "core_thread");
