/*
 * fpu.c -- the user's floating point and vector registers, and the bases of
 * its fs and gs segments.
 *
 * The kernel uses none of them, so they stay in the CPU until an LWP is
 * switched away from, and are saved then: at every switch of a thread with an
 * LWP, in md_thread.  XSAVE is used where there is one, for x87, SSE and AVX
 * only (that is what FPU_AREA holds), else FXSAVE.  User mode may change its
 * segment bases itself where the CPU has FSGSBASE; where not, md_thread's
 * values are always right.  The user's gs base waits in MSR_KGSBASE while
 * the kernel runs.
 *
 * Callers: switch.c, lwp_frame.c; the thread is the current one, or one that
 * does not run; critical section.  And lwp_regs.c, of one that stands still,
 * but may wake at any time: fpu_set() alone.
 */
#include "arch/x86_64/cpu.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

#define XSTATE_X87 0x1
#define XSTATE_SSE 0x2
#define XSTATE_AVX 0x4

/* Where the fields of the saved area are. */
#define AREA_FCW 0
#define AREA_MXCSR 24
#define AREA_MXCSR_MASK 28
#define AREA_ST0 32
#define AREA_XHEADER 512
#define XHEADER_SIZE 64

#define FCW_DEFAULT 0x37f
#define MXCSR_DEFAULT 0x1f80
#define MXCSR_MASK_DEFAULT 0xffbfU /* of a CPU that does not tell */
#define MXCSR_MAX 0xffffU	   /* no CPU allows more */

static uint32_t xstate_mask;

void
fpu_cpu_init(void)
{
	if (!cpu_features.cf_xsave)
		return;
	xstate_mask = XSTATE_X87 | XSTATE_SSE |
	    (cpu_features.cf_avx ? XSTATE_AVX : 0);
	__asm__ volatile("xsetbv" : : "c"(0), "a"(xstate_mask), "d"(0));
	KASSERT(cpuid(13, 0).b <= FPU_AREA,
	    "the CPU's vector state needs %u bytes", cpuid(13, 0).b);
}

static inline void
area_save(uint8_t *area)
{
	if (cpu_features.cf_xsave)
		__asm__ volatile("xsave64 (%0)"
		    : : "r"(area), "a"(xstate_mask), "d"(0) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static inline void
area_load(const uint8_t *area)
{
	/* A CPU would refuse it, an emulator may not. */
	KKASSERT(*(const uint32_t *)(area + AREA_MXCSR) <= MXCSR_MAX);
	if (cpu_features.cf_xsave)
		__asm__ volatile("xrstor64 (%0)"
		    : : "r"(area), "a"(xstate_mask), "d"(0) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

static void
bases_save(struct md_thread *md)
{
	if (!cpu_features.cf_fsgsbase)
		return;
	__asm__ volatile("rdfsbase %0" : "=r"(md->md_fsbase));
	md->md_gsbase = rdmsr(MSR_KGSBASE);
}

static void
bases_load(const struct md_thread *md)
{
	if (cpu_features.cf_fsgsbase)
		__asm__ volatile("wrfsbase %0" : : "r"(md->md_fsbase));
	else
		wrmsr(MSR_FSBASE, md->md_fsbase);
	wrmsr(MSR_KGSBASE, md->md_gsbase);
}

void
fpu_switch_out(struct thread *td)
{
	area_save(td->td_md.md_fpu);
	bases_save(&td->td_md);
}

void
fpu_switch_in(struct thread *td)
{
	area_load(td->td_md.md_fpu);
	bases_load(&td->td_md);
}

static void
area_clean(uint8_t *area)
{
	memset(area, 0, FPU_AREA);
	*(uint16_t *)(area + AREA_FCW) = FCW_DEFAULT;
	*(uint32_t *)(area + AREA_MXCSR) = MXCSR_DEFAULT;
}

void
fpu_fresh(struct thread *td)
{
	area_clean(td->td_md.md_fpu);
	td->td_md.md_fsbase = 0;
	td->td_md.md_gsbase = 0;
	if (td == curthread)
		fpu_switch_in(td);
}

void
fpu_fork(struct thread *td)
{
	struct thread *self = curthread;

	if (self->td_lwp == NULL) {
		fpu_fresh(td);
		return;
	}
	/* XSAVE writes its bits of the header and leaves the others, which
	 * have to be zero. */
	memset(td->td_md.md_fpu + AREA_XHEADER, 0, XHEADER_SIZE);
	area_save(td->td_md.md_fpu);
	td->td_md.md_fsbase = self->td_md.md_fsbase;
	td->td_md.md_gsbase = self->td_md.md_gsbase;
	bases_save(&td->td_md);
}

void
fpu_save_self(void)
{
	crit_enter();
	area_save(curthread->td_md.md_fpu);
	crit_exit();
}

void
fpu_clean_self(void)
{
	uint8_t *area = curthread->td_md.md_fpu;

	crit_enter();
	area_clean(area);
	area_load(area);
	crit_exit();
}

/* Puts the first len bytes of image into the area, which the CPU has filled
 * once, with nothing in them that it would refuse to load.  RACE: who is
 * stopped where it sleeps may wake meanwhile, and another CPU load the area:
 * such a thing is not in it for an instant.  What len leaves out, and the mask,
 * which tells what this CPU allows in mxcsr, stay as the CPU has saved them. */
static void
area_set(uint8_t *area, const uint8_t *image, size_t len)
{
	uint32_t mask = *(uint32_t *)(area + AREA_MXCSR_MASK);
	uint32_t mxcsr = *(const uint32_t *)(image + AREA_MXCSR);

	if (mask == 0)
		mask = MXCSR_MASK_DEFAULT;
	memcpy(area, image, AREA_MXCSR);
	atomic_store((uint32_t *)(area + AREA_MXCSR), mxcsr & mask);
	memcpy(area + AREA_ST0, image + AREA_ST0, len - AREA_ST0);
	if (cpu_features.cf_xsave) {
		uint64_t *header = (uint64_t *)(area + AREA_XHEADER);

		if (len <= AREA_XHEADER)
			*header |= XSTATE_X87 | XSTATE_SSE;
		*header &= xstate_mask;
		memset(header + 1, 0, XHEADER_SIZE - sizeof(*header));
	}
}

void
fpu_load_self(const uint8_t *image)
{
	uint8_t *area = curthread->td_md.md_fpu;

	crit_enter();
	area_save(area);
	area_set(area, image, FPU_AREA);
	area_load(area);
	crit_exit();
}

void
fpu_set(struct thread *td, const uint8_t *image, size_t len)
{
	area_set(td->td_md.md_fpu, image, len);
}
