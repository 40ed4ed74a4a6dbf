/*
 * cpu.h -- the processor, for the files of arch/ only: selectors, control
 * registers, and what each of them offers the others.
 *
 * A CPU is set up in this order: cpu_features_init(), descriptors_init(),
 * pmap_init() (boot CPU) or pmap_cpu_init(), fpu_cpu_init().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/x86_64/io.h"
#include "arch/x86_64/lapic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"

/* The order is SYSCALL's and SYSRET's. */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UDATA (0x18 | 3)
#define SEL_UCODE (0x20 | 3)
#define SEL_TSS 0x28

/* Exceptions.  The vectors of interrupts are in lapic.h. */
#define TRAP_DE 0
#define TRAP_DB 1
#define TRAP_NMI 2
#define TRAP_BP 3
#define TRAP_OF 4
#define TRAP_BR 5
#define TRAP_UD 6
#define TRAP_NM 7
#define TRAP_DF 8
#define TRAP_TS 10
#define TRAP_NP 11
#define TRAP_SS 12
#define TRAP_GP 13
#define TRAP_PF 14
#define TRAP_MF 16
#define TRAP_AC 17
#define TRAP_MC 18
#define TRAP_XM 19
#define NVECTORS 256

/* Error code of a page fault. */
#define PF_PRESENT 0x01
#define PF_WRITE 0x02
#define PF_USER 0x04
#define PF_RESERVED 0x08
#define PF_FETCH 0x10

#define RFLAGS_C 0x1
#define RFLAGS_ONE 0x2 /* always set */
#define RFLAGS_TF 0x100
#define RFLAGS_IF 0x200
#define RFLAGS_DF 0x400
#define RFLAGS_NT 0x4000
#define RFLAGS_AC 0x40000

#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define MSR_FSBASE 0xc0000100
#define MSR_GSBASE 0xc0000101
#define MSR_KGSBASE 0xc0000102 /* the user's, while the kernel runs */

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void
wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v),
	    "d"((uint32_t)(v >> 32)) : "memory");
}

static inline uint64_t
read_cr0(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}

static inline void
write_cr0(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory");
}

static inline uint64_t
read_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

static inline uint64_t
read_cr3(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}

static inline void
write_cr3(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory");
}

static inline uint64_t
read_cr4(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}

static inline void
write_cr4(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory");
}

static inline void
cpu_invlpg(uintptr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid
cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
	    : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
	    : "a"(leaf), "c"(sub));
	return r;
}

/* Disables interrupts; returns what cpu_intr_restore() takes. */
static inline uint64_t
cpu_intr_save(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	LATENCY_INTR_OFF();
	return flags;
}

static inline void
cpu_intr_restore(uint64_t flags)
{
	if (flags & RFLAGS_IF)
		cpu_intr_enable();
}

/* features.c: what the boot CPU has, of what we use; all CPUs get the same. */
struct cpu_features {
	bool cf_nx;	  /* STABLE */
	bool cf_gbpages;  /* STABLE */
	bool cf_smap;	  /* STABLE */
	bool cf_fsgsbase; /* STABLE */
	bool cf_xsave;	  /* STABLE */
	bool cf_avx;	  /* STABLE */
};
extern struct cpu_features cpu_features;
/* Sets this CPU's control registers.  The boot CPU comes first: it looks, and
 * adapts the code, through the direct map. */
void cpu_features_init(void);

/* descriptors.c: GDT, IDT, TSS, system-call registers and gs of this CPU,
 * which is gd's from then on.  Memory comes from page_alloc(), but for CPU 0.
 * kstack_top: where traps from user mode begin, see cpu_thread_stack_top(). */
void descriptors_init(struct globaldata *gd, void *kstack_top);
/* May two words be read at va, as on a stack of this CPU's exceptions? */
bool descriptors_own_stack(uintptr_t va);

struct tss {
	uint32_t tss_unused0;
	uint64_t tss_rsp[3]; /* OWNER */
	uint64_t tss_unused1;
	uint64_t tss_ist[7]; /* STABLE */
	uint64_t tss_unused2;
	uint16_t tss_unused3;
	uint16_t tss_iomap; /* STABLE */
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "the hardware's");

/* trap_entry.asm */
extern char trap_stubs[]; /* NVECTORS of them, TRAP_STUB_SIZE bytes each */
#define TRAP_STUB_SIZE 16
void syscall_entry(void);

/* trap.c, syscall.c: from trap_entry.asm. */
void trap_handler(struct trapframe *tf);
void syscall_handler(void);
void syscall_watched(void);
/* Another file's: every vector from VEC_DEVICE on, interrupts disabled. */
void intr_dispatch(struct trapframe *tf);

/* switch.asm, switch.c */
void *switch_stacks(void **save_sp, void *new_sp, struct thread *from);
void switch_to_user(struct trapframe *tf) NORETURN;
void switch_kernel_start(void);
void switch_lwp_start(void);
void thread_first_run(struct thread *otd, void (*fn)(void *), void *arg)
    NORETURN;
struct trapframe *lwp_first_run(struct thread *otd);
/* Prepares td's stack: the first switch goes to entry, with fn and arg in the
 * registers where it looks for them; the critical section is entered. */
void switch_prepare(struct thread *td, void (*entry)(void),
    void (*fn)(void *), void *arg);

/* One past the highest byte of td's stack that frames may use: where a trap
 * from user mode begins.  The thread itself lies above. */
static inline uintptr_t
cpu_thread_stack_top(struct thread *td)
{
	return (uintptr_t)td;
}

/* The frame of user mode at the top of td's stack. */
static inline struct trapframe *
cpu_thread_frame(struct thread *td)
{
	return (struct trapframe *)cpu_thread_stack_top(td) - 1;
}

/* fpu.c */
void fpu_cpu_init(void);
/* Of the running thread td, and of the one that will run. */
void fpu_switch_out(struct thread *td);
void fpu_switch_in(struct thread *td);
/* A fresh state for td; loads it when td runs. */
void fpu_fresh(struct thread *td);
/* td gets a copy of the running thread's. */
void fpu_fork(struct thread *td);
/* The current thread's state: to its md_thread; as a program begins with it,
 * but for the segment bases; as a user's image says, made harmless.  Any
 * context of the thread. */
void fpu_save_self(void);
void fpu_clean_self(void);
void fpu_load_self(const uint8_t *image);
/* The first len bytes of a user's image, made harmless, for td, which does not
 * run. */
void fpu_set(struct thread *td, const uint8_t *image, size_t len);

/* pmap_kernel.c, pmap_shootdown.c */
extern uint64_t pmap_kernel_rootpa; /* the kernel's own top level */
void pmap_cpu_init(void);
/* pmap_load() with interrupts disabled. */
void pmap_switch(struct pmap *pm);
/* VEC_SHOOTDOWN has come; the caller acknowledges the interrupt. */
void pmap_shootdown_intr(void);

/* What the assembly knows. */
_Static_assert(offsetof(struct globaldata, gd_self) == 0, "cpu_self()");
_Static_assert(offsetof(struct globaldata, gd_curthread) == 8, "curthread");
_Static_assert(offsetof(struct globaldata, gd_user_sp) == 16,
    "trap_entry.asm");
_Static_assert(offsetof(struct globaldata, gd_kstack_top) == 24,
    "trap_entry.asm");
_Static_assert(offsetof(struct trapframe, tf_xflags) == 120 &&
    offsetof(struct trapframe, tf_flags) == 144 &&
    offsetof(struct trapframe, tf_rip) == 160, "trap_entry.asm");
_Static_assert(offsetof(struct thread, td_syscall) == 16, "trap_entry.asm");

/*
 * The border between user mode and the kernel, for the clocks of the running
 * thread; interrupts are disabled at both.
 */
static inline void
border_charge(struct thread *td, uint64_t *ticks)
{
	uint64_t now, high;

	/* cpu_cycles(), without its doubt about the upper halves. */
	__asm__ volatile("rdtsc" : "=a"(now), "=d"(high));
	now |= high << 32;
	*ticks += now - td->td_mark;
	td->td_mark = now;
}

static inline void
border_enter(struct thread *td)
{
	border_charge(td, &td->td_uticks);
	LATENCY_INTR_OFF();
}

static inline void
border_leave(struct thread *td)
{
	LATENCY_INTR_ON();
	border_charge(td, &td->td_sticks);
}
