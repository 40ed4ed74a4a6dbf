/*
 * pmap_kernel.c -- the kernel's half of the address space.
 *
 *	DMAP_BASE	all memory, and the devices below 4 GiB
 *	KSTACK_BASE	kernel stacks, mapped as they are first used
 *	KERNEL_BASE	the kernel, each part with the rights it needs
 *
 * The tables of the top level's upper half are made once, at boot, so that
 * all page tables can share them.  What is mapped here stays: there is no
 * kernel shootdown.
 *
 * Entry points: pmap_init (boot CPU, on the temporary page table, after
 * cpu_features_init), pmap_cpu_init (the other CPUs), pmap_kenter.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

#define GIB (1UL << 30)
#define LEGACY_HOLE 0xa0000UL /* where the PC has devices in low memory ... */
#define LEGACY_END 0x100000UL

#define PTE_KERNEL (PTE_P | PTE_A | PTE_D)

uint64_t pmap_kernel_rootpa;
static uint64_t nx; /* PTE_NX, where the CPU has it */

uint64_t *
pmap_boot_entry(uintptr_t va, int level)
{
	uint64_t *e = PHYS_TO_DMAP(pmap_kernel_rootpa);

	e += LEVEL_INDEX(va, TOP_LEVEL);
	for (int l = TOP_LEVEL - 1; l >= level; l--) {
		if (*e == 0)
			*e = boot_page_alloc() | PTE_P | PTE_W | PTE_A;
		e = pte_table(*e) + LEVEL_INDEX(va, l);
	}
	return e;
}

/* Above this, and below 4 GiB, there is no memory, only devices. */
static uint64_t
low_memory_end(void)
{
	uint64_t top = (uint64_t)__kernel_end - KERNEL_BASE;

	for (int i = 0; i < bootinfo.bi_nranges; i++) {
		uint64_t end = bootinfo.bi_ranges[i].br_end;

		if (end <= 4 * GIB)
			top = max(top, end);
	}
	if (bootinfo.bi_module != NULL) {
		uint64_t end = DMAP_TO_PHYS(bootinfo.bi_module) +
		    bootinfo.bi_module_len;

		if (end <= 4 * GIB)
			top = max(top, end);
	}
	return roundup2(top, LEVEL_SIZE(2));
}

/* A page that is partly memory, partly devices is left to the firmware's
 * memory-type registers; where there may be two kinds, pages are small. */
static void
map_dmap(void)
{
	uint64_t pa = 0, low = low_memory_end();
	uint64_t end = roundup2(max(boot_phys_end(), 4 * GIB), LEVEL_SIZE(2));
	uint64_t bits = PTE_KERNEL | PTE_W | PTE_G | nx;

	for (; pa < LEVEL_SIZE(2); pa += PAGE_SIZE) {
		bool hole = pa >= LEGACY_HOLE && pa < LEGACY_END;

		*pmap_boot_entry(DMAP_BASE + pa, 1) = pa | bits |
		    (hole ? PTE_UNCACHED : 0);
	}
	while (pa < end) {
		bool memory = pa < low || pa >= 4 * GIB;
		int level = 2;

		if (cpu_features.cf_gbpages && pa % GIB == 0 &&
		    end - pa >= GIB && (pa + GIB <= low || pa >= 4 * GIB))
			level = 3;
		*pmap_boot_entry(DMAP_BASE + pa, level) = pa | bits |
		    PTE_LARGE | (memory ? 0 : PTE_UNCACHED);
		pa += LEVEL_SIZE(level);
	}
}

static void
map_image(const char *start, const char *end, uint64_t bits)
{
	for (uintptr_t va = (uintptr_t)start; va < (uintptr_t)end;
	     va += PAGE_SIZE)
		*pmap_boot_entry(va, 1) = (va - KERNEL_BASE) | PTE_KERNEL |
		    PTE_G | bits;
}

void
pmap_init(void)
{
	if (cpu_features.cf_nx)
		nx = PTE_NX;
	pmap_kernel_rootpa = boot_page_alloc();
	pmap_shadow_init(low_memory_end());
	map_dmap();
	map_image(__text_start, __text_end, 0);
	map_image(__rodata_start, __rodata_end, nx);
	map_image(__data_start, __boot_stack_guard, PTE_W | nx);
	map_image(__boot_stack_guard + PAGE_SIZE, __kernel_end, PTE_W | nx);
	/* The table below the top level must be there before others share
	 * the top level's entries. */
	pmap_boot_entry(KSTACK_BASE, TOP_LEVEL - 1);
	write_cr3(pmap_kernel_rootpa);
	pmap_shadow_ready();
}

void
pmap_cpu_init(void)
{
	write_cr3(pmap_kernel_rootpa);
	mycpu->gd_pmap = NULL;
}

/* The table that *e leads to; two CPUs may find it missing at once. */
static uint64_t *
kenter_table(uint64_t *e)
{
	uint64_t pa;

	if (atomic_load_acq(e) == 0) {
		pa = page_alloc_zero(PG_KERNEL);
		if (pa == 0)
			return NULL;
		if (!atomic_cmpset(e, 0UL, pa | PTE_P | PTE_W | PTE_A))
			page_free(pa, 0);
	}
	return pte_table(atomic_load_acq(e));
}

int
pmap_kenter(uintptr_t kva, uint64_t pa)
{
	uint64_t *e = PHYS_TO_DMAP(pmap_kernel_rootpa), *table;

	e += LEVEL_INDEX(kva, TOP_LEVEL);
	KASSERT(*e != 0, "kernel address %#lx is in no area", kva);
	for (int l = TOP_LEVEL - 1; l >= 1; l--) {
		table = kenter_table(e);
		if (table == NULL)
			return ENOMEM;
		e = table + LEVEL_INDEX(kva, l);
	}
	KKASSERT(*e == 0);
	atomic_store(e, pa | PTE_KERNEL | PTE_W | PTE_G | nx);
	return 0;
}
