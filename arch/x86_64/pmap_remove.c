/*
 * pmap_remove.c -- taking user memory out of a page table.
 *
 * A page, or a table, may be freed only when no CPU can reach it any more.
 * So a part of the address space goes in two passes with one shootdown
 * between them: the first takes the present bit from entries, and from the
 * entries of tables that have become empty by that; the second finds what is
 * there but not present, and frees it.  The whole user half goes in one: its
 * few top entries are cut off, and behind them nobody looks.
 *
 * Entry points: pmap_remove, pmap_remove_all; under the vmspace's token.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

/* Is anything present in the group of entry i? */
static bool
group_present(const uint64_t *table, size_t i)
{
	uint64_t all = 0;

	table += rounddown2(i, (size_t)GROUP_PTES);
	for (i = 0; i < GROUP_PTES; i++)
		all |= table[i];
	return all & PTE_P;
}

/* Entries [first, last] of the table at *up have been disarmed, but for those
 * that lead to tables that are still in use: which groups are left? */
static void
forget_groups(uint64_t *up, size_t first, size_t last)
{
	const uint64_t *table = pte_table(*up);

	for (size_t i = first; i <= last; i = (i | (GROUP_PTES - 1)) + 1) {
		if ((*up & PTE_GROUP(i)) && !group_present(table, i))
			*up &= ~PTE_GROUP(i);
	}
}

/* First pass, over [start, last] below *up, a table of the given level;
 * returns how many entries have lost their present bit. */
static size_t
disarm(uint64_t *up, int level, uintptr_t start, uintptr_t last)
{
	uint64_t *table = pte_table(*up);
	size_t i = LEVEL_INDEX(start, level), first = i, n = 0;

	for (uintptr_t va = start;; i++) {
		uintptr_t end = va | (LEVEL_SIZE(level) - 1);

		if (level > 1 && (table[i] & PTE_P))
			n += disarm(&table[i], level - 1, va, min(end, last));
		if ((table[i] & PTE_P) &&
		    (level == 1 || !(table[i] & PTE_GROUPS))) {
			table[i] &= ~PTE_P;
			n++;
		}
		if (end >= last)
			break;
		va = end + 1;
	}
	forget_groups(up, first, i);
	return n;
}

/* Second pass. */
static void
reap(struct pmap *pm, uint64_t *up, int level, uintptr_t start, uintptr_t last)
{
	uint64_t *table = pte_table(*up);
	size_t i = LEVEL_INDEX(start, level);

	for (uintptr_t va = start;; i++) {
		uintptr_t end = va | (LEVEL_SIZE(level) - 1);
		uint64_t pte = table[i];

		if (level > 1 && pte != 0)
			reap(pm, &table[i], level - 1, va, min(end, last));
		if (pte != 0 && !(pte & PTE_P)) {
			table[i] = 0;
			if (level > 1) {
				pmap_table_put(pte & PTE_FRAME);
				pm->pm_tables--;
			} else {
				vm_page_rele(pte & PTE_FRAME);
				pm->pm_resident--;
			}
		}
		if (end >= last)
			break;
		va = end + 1;
	}
}

void
pmap_remove(struct pmap *pm, uintptr_t start, uintptr_t end)
{
	if (start >= end)
		return;
	KKASSERT(end <= USER_MAX);
	if (disarm(&pm->pm_top, TOP_LEVEL, start, end - 1) == 0)
		return;
	/* Tables that went are forgotten, too: each lay on the way to a page
	 * of the range. */
	pmap_flush(pm, start, end);
	reap(pm, &pm->pm_top, TOP_LEVEL, start, end - 1);
}

static void free_table(struct pmap *pm, uint64_t pte, int level);

/* Empties the group at e, of a table of the given level. */
static inline void
free_group(struct pmap *pm, uint64_t *e, int level)
{
	for (uint64_t *end = e + GROUP_PTES; e < end; e += PTES_AT_ONCE) {
		if (ptes_empty(e))
			continue;
		for (int i = 0; i < PTES_AT_ONCE; i++) {
			uint64_t pte = e[i];

			if (pte == 0)
				continue;
			e[i] = 0;
			if (level > 1) {
				free_table(pm, pte, level - 1);
			} else {
				vm_page_rele(pte & PTE_FRAME);
				pm->pm_resident--;
			}
		}
	}
}

/* Empties and frees the table at pte, of the given level, which no CPU can
 * reach. */
static void
free_table(struct pmap *pm, uint64_t pte, int level)
{
	uint64_t *table = pte_table(pte);

	for (size_t i = 0; i < NPTES; i += GROUP_PTES) {
		if (pte & PTE_GROUP(i))
			free_group(pm, table + i, level);
	}
	pmap_table_put(pte & PTE_FRAME);
	pm->pm_tables--;
}

/* Takes the present bit from the user half's top entries. */
static void
cut_off(uint64_t *e)
{
	for (uint64_t *end = e + GROUP_PTES; e < end; e += PTES_AT_ONCE) {
		if (ptes_empty(e))
			continue;
		for (int i = 0; i < PTES_AT_ONCE; i++)
			e[i] &= ~PTE_P;
	}
}

void
pmap_remove_all(struct pmap *pm)
{
	uint64_t *root = pm->pm_root, groups = pm->pm_top & PTE_GROUPS;

	if (groups == 0)
		return;
	for (size_t i = 0; i < USER_ROOT_PTES; i += GROUP_PTES) {
		if (groups & PTE_GROUP(i))
			cut_off(root + i);
	}
	pmap_flush_all(pm);
	for (size_t i = 0; i < USER_ROOT_PTES; i += GROUP_PTES) {
		if (groups & PTE_GROUP(i))
			free_group(pm, root + i, TOP_LEVEL);
	}
	pm->pm_top &= ~PTE_GROUPS;
	KASSERT(pm->pm_resident == 0 && pm->pm_tables == 0,
	    "%ld pages and %ld tables are left in an empty page table",
	    pm->pm_resident, pm->pm_tables);
}
