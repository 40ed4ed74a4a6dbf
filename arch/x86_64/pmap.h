/*
 * pmap.h -- page tables, for the files that make them (pmap*.c).
 *
 * The record of a table's page says which of the table's 64 lines of eight
 * entries may hold anything (pg_lines): walks look at no others, and a table
 * without lines is empty.
 */
#pragma once

#include <stdint.h>
#include "kernel/md.h"
#include "kernel/mem/page.h"

#define PTE_P 0x001UL
#define PTE_W 0x002UL
#define PTE_U 0x004UL
#define PTE_UNCACHED 0x018UL /* write-through and cache-disable */
#define PTE_A 0x020UL
#define PTE_D 0x040UL
#define PTE_LARGE 0x080UL
#define PTE_G 0x100UL
#define PTE_NX (1UL << 63)
#define PTE_FRAME 0x000ffffffffff000UL

#define NPTES 512
#define LINE_PTES 8UL
#define LINE_BIT(i) (1UL << ((i) / LINE_PTES))

/* Levels: 1 is that of the pages, 4 the top. */
#define TOP_LEVEL 4
#define LEVEL_SHIFT(level) (PAGE_SHIFT + 9 * ((level) - 1))
#define LEVEL_SIZE(level) (1UL << LEVEL_SHIFT(level))
#define LEVEL_INDEX(va, level) ((va) >> LEVEL_SHIFT(level) & (NPTES - 1))

#define USER_ROOT_PTES 256 /* of the top level: the lower half */

/* A table, not a page, in a user's page table. */
#define PTE_USER_TABLE (PTE_P | PTE_W | PTE_U | PTE_A)

static inline uint64_t *
pte_table(uint64_t pte)
{
	return PHYS_TO_DMAP(pte & PTE_FRAME);
}

/* Which lines of the table that pte leads to may hold anything. */
static inline uint64_t *
pte_lines(uint64_t pte)
{
	return &vm_page_of(pte & PTE_FRAME)->pg_lines;
}

/* Those that hold entries first to last. */
static inline uint64_t
lines_between(size_t first, size_t last)
{
	return ~0UL << first / LINE_PTES & ~0UL >> (63 - last / LINE_PTES);
}

/* pmap_cache.c: an empty table, and a top level with an empty user half; 0
 * without memory. */
uint64_t pmap_table_get(void);
void pmap_table_put(uint64_t pa);
uint64_t pmap_root_get(void);
void pmap_root_put(uint64_t pa);

/* pmap_shootdown.c: returns when no CPU uses what pm held in [start, end)
 * before.  The caller has changed the entries. */
void pmap_flush(struct pmap *pm, uintptr_t start, uintptr_t end);
/* ... anything that pm's page table held. */
void pmap_flush_all(struct pmap *pm);
/* Makes all CPUs that have pm loaded load the kernel's own. */
void pmap_drop(struct pmap *pm);

/* pmap_kernel.c, boot only: the entry for va at level in the kernel's page
 * table, made as far as it is missing. */
uint64_t *pmap_boot_entry(uintptr_t va, int level);

/* san/pmap_shadow.c, in builds with SAN=1 (kernel/san/kasan.h), boot only.
 * early: on the temporary page table, before any instrumented code.  init:
 * makes the shadow's part of the kernel's page table; from low to 4 GiB there
 * is no memory.  ready: that page table is in use. */
#ifdef SAN
void pmap_shadow_early(void);
void pmap_shadow_init(uint64_t low);
void pmap_shadow_ready(void);
#else
static inline void
pmap_shadow_early(void)
{
}

static inline void
pmap_shadow_init(uint64_t low)
{
	(void)low;
}

static inline void
pmap_shadow_ready(void)
{
}
#endif
