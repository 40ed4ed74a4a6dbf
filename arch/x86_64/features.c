/*
 * features.c -- which of the CPU's optional features are there, and on.
 *
 * A control-register bit that the CPU lacks faults on a real machine, so each
 * is set only where CPUID has it.  The boot CPU looks once; the others get
 * the same set.  The instructions that open and close user memory (SMAP)
 * exist as three-byte no-ops in the code; they are put in here, before the
 * feature is switched on, by the tables that trap_entry.asm and copyio.asm
 * leave.  Each CPU calls cpu_features_init() first of all, interrupts
 * disabled.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpu.h"
#include "kernel/lib/lib.h"

#define CR0_MP (1UL << 1)
#define CR0_EM (1UL << 2)
#define CR0_TS (1UL << 3)
#define CR0_NE (1UL << 5)
#define CR0_WP (1UL << 16)

#define CR4_DE (1UL << 3)
#define CR4_MCE (1UL << 6)
#define CR4_PGE (1UL << 7)
#define CR4_OSFXSR (1UL << 9)
#define CR4_OSXMMEXCPT (1UL << 10)
#define CR4_UMIP (1UL << 11)
#define CR4_FSGSBASE (1UL << 16)
#define CR4_OSXSAVE (1UL << 18)
#define CR4_SMEP (1UL << 20)
#define CR4_SMAP (1UL << 21)

#define EFER_SCE (1UL << 0)
#define EFER_NXE (1UL << 11)

struct cpu_features cpu_features;
static uint64_t cr4_bits; /* of the optional ones, those that are there */

/* Addresses of no-ops, ended by 0; in trap_entry.asm and copyio.asm. */
extern uint64_t trap_clac_sites[], copyio_clac_sites[], copyio_stac_sites[];

static void
patch(const uint64_t *sites, uint8_t last)
{
	for (; *sites != 0; sites++) {
		uint8_t *p = PHYS_TO_DMAP(*sites - KERNEL_BASE);

		p[0] = 0x0f;
		p[1] = 0x01;
		p[2] = last;
	}
}

static inline uint64_t
bit_if(uint32_t reg, int bit, uint64_t cr4)
{
	return reg >> bit & 1 ? cr4 : 0;
}

static void
look(void)
{
	struct cpuid max = cpuid(0, 0), one = cpuid(1, 0), seven = { 0 };
	struct cpuid ext = cpuid(0x80000001, 0);

	if (max.a >= 7)
		seven = cpuid(7, 0);
	cr4_bits = CR4_OSFXSR | CR4_OSXMMEXCPT;
	cr4_bits |= bit_if(one.d, 2, CR4_DE);
	cr4_bits |= bit_if(one.d, 7, CR4_MCE);
	cr4_bits |= bit_if(one.d, 13, CR4_PGE);
	cr4_bits |= bit_if(one.c, 26, CR4_OSXSAVE);
	cr4_bits |= bit_if(seven.b, 0, CR4_FSGSBASE);
	cr4_bits |= bit_if(seven.b, 7, CR4_SMEP);
	cr4_bits |= bit_if(seven.b, 20, CR4_SMAP);
	cr4_bits |= bit_if(seven.c, 2, CR4_UMIP);

	cpu_features = (struct cpu_features){
		.cf_nx = ext.d >> 20 & 1,
		.cf_gbpages = ext.d >> 26 & 1,
		.cf_smap = cr4_bits & CR4_SMAP,
		.cf_fsgsbase = cr4_bits & CR4_FSGSBASE,
		.cf_xsave = cr4_bits & CR4_OSXSAVE,
		.cf_avx = (cr4_bits & CR4_OSXSAVE) && (one.c >> 28 & 1),
	};
	if (cpu_features.cf_smap) {
		patch(trap_clac_sites, 0xca);
		patch(copyio_clac_sites, 0xca);
		patch(copyio_stac_sites, 0xcb);
	}
}

void
cpu_features_init(void)
{
	if (cr4_bits == 0)
		look();
	/* The other CPUs have passed through memory since; and CPUID orders
	 * the changed code before what this CPU fetches. */
	cpuid(0, 0);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE |
	    CR0_WP);
	write_cr4(read_cr4() | cr4_bits);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE |
	    (cpu_features.cf_nx ? EFER_NXE : 0));
}
