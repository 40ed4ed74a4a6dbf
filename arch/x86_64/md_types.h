/*
 * md_types.h -- the machine's parts of the kernel's structures.  Only
 * kernel/md.h and arch/ include it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lockcheck.h"
#include "kernel/param.h"

/* The registers of user mode (or of an interrupted kernel), spec 3.9. */
struct trapframe {
	uint64_t tf_rdi, tf_rsi, tf_rdx, tf_rcx, tf_r8, tf_r9, tf_rax, tf_rbx;
	uint64_t tf_rbp, tf_r10, tf_r11, tf_r12, tf_r13, tf_r14, tf_r15;
	uint64_t tf_xflags; /* TF_* below: the machine's own notes */
	uint64_t tf_trapno, tf_addr, tf_flags, tf_err;
	uint64_t tf_rip, tf_cs, tf_rflags, tf_rsp, tf_ss;
};
_Static_assert(sizeof(struct trapframe) == 200, "spec 3.9");

/* The frame is a system call's, and user mode may go on by sysret: rcx and
 * r11 are lost; rbx, rbp and r12 to r15 are not loaded from the frame.  Whoever
 * changes those, or wants all of them loaded, clears it. */
#define TF_SYSRET 1

/* x87, SSE and AVX state, by FXSAVE or XSAVE. */
#define FPU_AREA 832

struct md_thread {
	uint8_t md_fpu[FPU_AREA] __attribute__((aligned(64)));
	uint64_t md_fsbase; /* the user's thread pointer */
	uint64_t md_gsbase;
};

/* Page tables and top levels that a CPU keeps to use again. */
#define MD_TABLES_KEPT 16
#define MD_ROOTS_KEPT 4

struct md_globaldata {
	struct tss *md_tss;
	const struct trapframe *md_stopped; /* OWNER of the CPU, in a panic:
					where it was; NULL: not stopped */
	uint32_t md_apicid;
	uint32_t md_ntables; /* GUARDED(crit) pmap.c's free page tables: */
	uint32_t md_nroots;  /* GUARDED(crit) the user half is zero */
	uint64_t md_tables[MD_TABLES_KEPT]; /* GUARDED(crit) physical */
	uint64_t md_roots[MD_ROOTS_KEPT];   /* GUARDED(crit) physical */
};

/* A page table.  The kernel half is the same in all. */
struct pmap {
	uint64_t *pm_root;	  /* STABLE top level, in the direct map */
	uint64_t pm_rootpa;	  /* STABLE */
	uint64_t pm_top;	  /* GUARDED(vm_token) an entry that leads to
				     the root */
	uint64_t pm_active[CPUMASK_WORDS]; /* ATOMIC CPUs that have it loaded */
	/* The table of pages that was used last: where the entry that leads to
	 * it is, and the number of its 2 MiB, 0: unknown. */
	uint64_t *pm_lastdir;	  /* GUARDED(vm_token) */
	uint64_t pm_last;	  /* GUARDED(vm_token) */
	long pm_resident;	  /* GUARDED(vm_token) user pages mapped */
	long pm_tables;		  /* GUARDED(vm_token) page-table pages below
				     the root */
};
