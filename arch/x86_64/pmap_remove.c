/*
 * pmap_remove.c -- taking user memory out of a page table.
 *
 * A page, or a table, may be freed only when no CPU can reach it any more.
 * So a part of the address space goes in two passes with one shootdown
 * between them: the first takes the present bit from entries, and from the
 * entries of tables that have become empty by that; the second finds what is
 * there but not present, and frees it.  The whole user half goes in one: its
 * few top entries are cut off, and behind them nobody looks.  Pages go in
 * batches.
 *
 * Entry points: pmap_remove, pmap_remove_all; under the vmspace's token.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

/* Is an entry present in i's line? */
static bool
line_present(const uint64_t *table, size_t i)
{
	uint64_t all = 0;

	table += rounddown2(i, LINE_PTES);
	for (i = 0; i < LINE_PTES; i++)
		all |= table[i];
	return all & PTE_P;
}

/* First pass, over [start, last] below the table at up, of the given level;
 * returns how many entries have lost their present bit. */
static size_t
disarm(uint64_t up, int level, uintptr_t start, uintptr_t last)
{
	uint64_t *table = pte_table(up), *lines = pte_lines(up);
	size_t i = LEVEL_INDEX(start, level), n = 0;

	for (uintptr_t va = start;; i++) {
		uintptr_t end = va | (LEVEL_SIZE(level) - 1);

		if (level > 1 && (table[i] & PTE_P))
			n += disarm(table[i], level - 1, va, min(end, last));
		if ((table[i] & PTE_P) &&
		    (level == 1 || *pte_lines(table[i]) == 0)) {
			table[i] &= ~PTE_P;
			n++;
		}
		if (end >= last || i % LINE_PTES == LINE_PTES - 1) {
			if (!line_present(table, i))
				*lines &= ~LINE_BIT(i);
		}
		if (end >= last)
			return n;
		va = end + 1;
	}
}

/* Second pass. */
static void
reap(struct pmap *pm, uint64_t up, int level, uintptr_t start, uintptr_t last,
    struct page_batch *pages)
{
	uint64_t *table = pte_table(up);
	size_t i = LEVEL_INDEX(start, level);

	for (uintptr_t va = start;; i++) {
		uintptr_t end = va | (LEVEL_SIZE(level) - 1);
		uint64_t pte = table[i];

		if (level > 1 && pte != 0)
			reap(pm, pte, level - 1, va, min(end, last), pages);
		if (pte != 0 && !(pte & PTE_P)) {
			table[i] = 0;
			if (level > 1) {
				pmap_table_put(pte & PTE_FRAME);
				pm->pm_tables--;
			} else {
				vm_page_rele_batch(pages, pte & PTE_FRAME,
				    !(pte & PTE_W));
				pm->pm_resident--;
			}
		}
		if (end >= last)
			return;
		va = end + 1;
	}
}

void
pmap_remove(struct pmap *pm, uintptr_t start, uintptr_t end)
{
	struct page_batch pages = PAGE_BATCH_INITIALIZER;

	if (start >= end)
		return;
	KKASSERT(end <= USER_MAX);
	pm->pm_last = 0;
	if (disarm(pm->pm_top, TOP_LEVEL, start, end - 1) == 0)
		return;
	/* Tables that went are forgotten, too: each lay on the way to a page
	 * of the range. */
	pmap_flush(pm, start, end);
	reap(pm, pm->pm_top, TOP_LEVEL, start, end - 1, &pages);
	page_batch_free(&pages);
}

/* Empties a table of pages, which no CPU can reach; how many there were. */
static long
free_pages(uint64_t *table, uint64_t lines, struct page_batch *pages)
{
	long n = 0;

	for (; lines != 0; lines &= lines - 1) {
		uint64_t *e = table + __builtin_ctzl(lines) * LINE_PTES;

		for (uint64_t *end = e + LINE_PTES; e < end; e++) {
			if (*e == 0)
				continue;
			/* After a fork, nobody may write. */
			vm_page_rele_batch(pages, *e & PTE_FRAME,
			    !(*e & PTE_W));
			*e = 0;
			n++;
		}
	}
	return n;
}

/* Empties the table at pte, of the given level, and frees those below it. */
static void
free_below(struct pmap *pm, uint64_t pte, int level, struct page_batch *pages)
{
	uint64_t *table = pte_table(pte), lines = *pte_lines(pte);

	*pte_lines(pte) = 0;
	if (level == 1) {
		pm->pm_resident -= free_pages(table, lines, pages);
		return;
	}
	for (; lines != 0; lines &= lines - 1) {
		uint64_t *e = table + __builtin_ctzl(lines) * LINE_PTES;

		for (uint64_t *end = e + LINE_PTES; e < end; e++) {
			uint64_t below = *e;

			if (below == 0)
				continue;
			*e = 0;
			free_below(pm, below, level - 1, pages);
			pmap_table_put(below & PTE_FRAME);
			pm->pm_tables--;
		}
	}
}

void
pmap_remove_all(struct pmap *pm)
{
	uint64_t lines = *pte_lines(pm->pm_top);
	struct page_batch pages = PAGE_BATCH_INITIALIZER;

	if (lines == 0)
		return;
	pm->pm_last = 0;
	for (; lines != 0; lines &= lines - 1) {
		uint64_t *e = pm->pm_root + __builtin_ctzl(lines) * LINE_PTES;

		for (uint64_t *end = e + LINE_PTES; e < end; e++)
			*e &= ~PTE_P;
	}
	pmap_flush_all(pm);
	free_below(pm, pm->pm_top, TOP_LEVEL, &pages);
	page_batch_free(&pages);
	KASSERT(pm->pm_resident == 0 && pm->pm_tables == 0,
	    "%ld pages and %ld tables are left in an empty page table",
	    pm->pm_resident, pm->pm_tables);
}
