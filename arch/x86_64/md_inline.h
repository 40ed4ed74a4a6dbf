/*
 * md_inline.h -- the machine's few instructions that the kernel uses inline.
 * Only kernel/md.h and arch/ include it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lwkt/latency.h"

struct globaldata;
struct thread;

/* gs:0 is globaldata's pointer to itself, gs:8 its current thread. */
static inline struct globaldata *
cpu_self(void)
{
	struct globaldata *gd;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(gd));
	return gd;
}

/* Not volatile: the answer is the same wherever a thread asks. */
static inline struct thread *
cpu_curthread(void)
{
	struct thread *td;

	__asm__("mov %%gs:8, %0" : "=r"(td));
	return td;
}

#define mycpu (cpu_self())
#define curthread (cpu_curthread())

/* A field of this CPU's globaldata, read in one instruction.  Interrupts may
 * change it: what is read once is read again only behind a barrier. */
#ifdef __clang__
#define CPU_SEGMENT __attribute__((address_space(256)))
#else
#define CPU_SEGMENT __seg_gs
#endif
#ifdef SAN
/* gcc 12 looks for the shadow of the bare offset. */
#define MYCPU(field)                                                           \
	({                                                                     \
		__typeof__(((struct globaldata *)0)->field) _v;                \
		__asm__ volatile("mov %%gs:%c1, %0"                            \
		    : "=r"(_v)                                                 \
		    : "i"(offsetof(struct globaldata, field)));                \
		_v;                                                            \
	})
#else
#define MYCPU(field)                                                           \
	(*(const CPU_SEGMENT __typeof__(((struct globaldata *)0)->field) *)    \
		offsetof(struct globaldata, field))
#endif

/* Adds the constant n to a counter of eight bytes there, in one instruction:
 * no interrupt and no move to another CPU comes in between. */
#define MYCPU_ADD(field, n)                                                    \
	__asm__ volatile("addq %1, %%gs:%c0"                                   \
	    : : "i"(offsetof(struct globaldata, field)), "i"(n)                \
	    : "memory", "cc")

/* splz(), by way of switch.asm's splz_saving, which leaves all registers as
 * they were: at the end of a critical section few callers have to save any. */
static inline void
cpu_call_splz(void)
{
	__asm__ volatile("call splz_saving" ::: "memory", "cc");
}

static inline void
cpu_pause(void)
{
	__asm__ volatile("pause" ::: "memory");
}

static inline void
cpu_intr_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
	LATENCY_INTR_OFF();
}

static inline void
cpu_intr_enable(void)
{
	LATENCY_INTR_ON();
	__asm__ volatile("sti" ::: "memory");
}

static inline bool
cpu_intr_enabled(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	return flags & 0x200;
}

/* One instruction each: an interrupt of this CPU sees all of it or nothing.
 * Not atomic against other CPUs. */
static inline void
cpu_or32(uint32_t *p, uint32_t bits)
{
	__asm__ volatile("orl %1, %0" : "+m"(*p) : "ri"(bits) : "cc");
}

static inline void
cpu_and32(uint32_t *p, uint32_t bits)
{
	__asm__ volatile("andl %1, %0" : "+m"(*p) : "ri"(bits) : "cc");
}

/* Eight bytes a repetition, each of which counts as an instruction. */
static inline void
cpu_zero_page(void *page)
{
	uint64_t words = 4096 / 8;

	__asm__ volatile("rep stosq"
	    : "+D"(page), "+c"(words) : "a"(0UL) : "memory");
}

/* Raw cycles, for accounting and traces. */
static inline uint64_t
cpu_cycles(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}
