/*
 * pmap.h -- page tables, for the files that make them (pmap*.c).
 *
 * An entry that leads to a table also says, in bits that the hardware leaves
 * to us, which of the table's eight groups of 64 entries may hold anything:
 * walks skip the others, and a table without groups is empty.
 */
#pragma once

#include <stdint.h>
#include "kernel/md.h"

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
#define GROUP_SHIFT 6
#define GROUP_PTES (1 << GROUP_SHIFT)
#define NGROUPS (NPTES / GROUP_PTES)
#define PTE_GROUP(i) (1UL << (52 + ((i) >> GROUP_SHIFT)))
#define PTE_GROUPS (0xffUL << 52)

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

/* Most entries of most tables are empty: walks look at eight at a time. */
#define PTES_AT_ONCE 8

static inline bool
ptes_empty(const uint64_t *e)
{
	return (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]) == 0;
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
