/*
 * pmap_shadow.c -- where the sanitizer's shadow lies (builds with SAN=1).
 *
 * The shadow of the kernel's half takes a sixteenth of the address space,
 * from SHADOW_START on, in a hole above the direct map.  First, on the
 * temporary page table, one page stands for all of it, so that instrumented
 * code runs from the second line of boot_main() on.  pmap_init() then gives
 * memory and the kernel's image pages of shadow of their own; devices keep
 * the one page, which is zero and stays so.  Kernel stacks get theirs as they
 * are built: KSTACK_SLOT bytes are a page of shadow.
 *
 * Not instrumented itself (Makefile).
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/page.h"
#include "kernel/san/shadow.h"

#define GIB (1UL << 30)
#define SHADOW_START ((DMAP_BASE >> SHADOW_SHIFT) + SHADOW_OFFSET)
#define SHADOW_TOP ((UINT64_MAX >> SHADOW_SHIFT) + SHADOW_OFFSET)
#define PTE_SHADOW (PTE_P | PTE_W | PTE_A | PTE_D)

_Static_assert(KSTACK_SLOT >> SHADOW_SHIFT == PAGE_SIZE, "a page a slot");
/* The image's shadow makes the table that stacks' shadow needs too. */
_Static_assert(LEVEL_INDEX((KSTACK_BASE >> SHADOW_SHIFT) + SHADOW_OFFSET,
    TOP_LEVEL) == LEVEL_INDEX(SHADOW_TOP, TOP_LEVEL), "one top-level entry");

/* The page, and a table of each level full of it. */
static uint64_t one_page[NPTES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t one_table[TOP_LEVEL - 1][NPTES]
    __attribute__((aligned(PAGE_SIZE)));

static uint64_t
image_pa(const void *p)
{
	return (uint64_t)p - KERNEL_BASE;
}

void
pmap_shadow_early(void)
{
	uint64_t *root = PHYS_TO_DMAP(read_cr3() & PTE_FRAME);
	const uint64_t *lower = one_page;

	for (int l = 0; l < TOP_LEVEL - 1; l++) {
		for (int i = 0; i < NPTES; i++)
			one_table[l][i] = image_pa(lower) | PTE_SHADOW;
		lower = one_table[l];
	}
	for (uintptr_t va = SHADOW_START; va < SHADOW_TOP;
	     va += LEVEL_SIZE(TOP_LEVEL))
		root[LEVEL_INDEX(va, TOP_LEVEL)] = image_pa(lower) | PTE_SHADOW;
}

static void
shadow_real(uintptr_t start, uintptr_t end)
{
	uintptr_t s = rounddown2((uintptr_t)shadow_of(start), PAGE_SIZE);

	for (; s < (uintptr_t)shadow_of(end - 1) + 1; s += PAGE_SIZE) {
		uint64_t *e = pmap_boot_entry(s, 1);

		if (*e == 0)
			*e = boot_page_alloc() | PTE_SHADOW;
	}
}

/* For what nobody allocates. */
static void
shadow_good(uintptr_t start, uintptr_t end)
{
	uintptr_t s = (uintptr_t)shadow_of(start);
	uintptr_t top = (uintptr_t)shadow_of(end - 1) + 1;

	while (s < top) {
		int level = s % LEVEL_SIZE(2) == 0 && top - s >= LEVEL_SIZE(2) ?
		    2 : 1;
		const uint64_t *to = level == 2 ? one_table[0] : one_page;

		*pmap_boot_entry(s, level) = image_pa(to) | PTE_SHADOW;
		s += LEVEL_SIZE(level);
	}
}

void
pmap_shadow_init(uint64_t low)
{
	uint64_t end = roundup2(max(boot_phys_end(), 4 * GIB), LEVEL_SIZE(2));

	shadow_real(DMAP_BASE, DMAP_BASE + low);
	if (low < 4 * GIB)
		shadow_good(DMAP_BASE + low, DMAP_BASE + 4 * GIB);
	if (end > 4 * GIB)
		shadow_real(DMAP_BASE + 4 * GIB, DMAP_BASE + end);
	shadow_real((uintptr_t)__text_start, (uintptr_t)__kernel_end);
}

/* The one page has been written to by all frames until now. */
void
pmap_shadow_ready(void)
{
	for (int i = 0; i < NPTES; i++)
		*(volatile uint64_t *)&one_page[i] = 0;
	kasan_init();
}

bool
pmap_shadow_enter(uintptr_t va)
{
	uintptr_t s = rounddown2((uintptr_t)shadow_of(va), PAGE_SIZE);
	uint64_t pa = page_alloc_zero(PG_KERNEL);

	if (pa == 0)
		return false;
	if (pmap_kenter(s, pa) == 0)
		return true;
	page_free(pa, 0);
	return false;
}

void
cpu_backtrace_save(uint32_t *pc, int max, int skip)
{
	uintptr_t low = (uintptr_t)curthread->td_kstack;
	uintptr_t fp = (uintptr_t)__builtin_frame_address(0), next;
	int n = 0;

	/* On the thread's own stack: nothing is allocated on others. */
	while (n < max && fp >= low && fp < low + KSTACK_SIZE - 16 &&
	    (fp & 7) == 0) {
		const uintptr_t *frame = (const uintptr_t *)fp;

		if (frame[1] < KERNEL_BASE)
			break;
		if (skip-- <= 0)
			pc[n++] = (uint32_t)frame[1];
		next = frame[0];
		if (next <= fp)
			break;
		fp = next;
	}
	if (n < max)
		pc[n] = 0;
}
