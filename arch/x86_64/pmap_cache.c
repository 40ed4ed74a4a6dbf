/*
 * pmap_cache.c -- page tables that wait to be used again.
 *
 * A process's tables are empty when it ends, and the next one needs empty
 * tables, so each CPU keeps a few: a fork then clears no page.  A top level
 * keeps the kernel's half, too, which never changes.  The census subtracts
 * pmap_cached(): these are not leaked.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

uint64_t
pmap_table_get(void)
{
	struct md_globaldata *md;
	uint64_t pa = 0;

	crit_enter();
	md = &mycpu->gd_md;
	if (md->md_ntables > 0)
		pa = md->md_tables[--md->md_ntables];
	crit_exit();
	return pa != 0 ? pa : page_alloc_zero(PG_TABLE);
}

void
pmap_table_put(uint64_t pa)
{
	struct md_globaldata *md;
	bool kept;

	crit_enter();
	md = &mycpu->gd_md;
	kept = md->md_ntables < MD_TABLES_KEPT;
	if (kept)
		md->md_tables[md->md_ntables++] = pa;
	crit_exit();
	if (!kept)
		page_free(pa, 0);
}

uint64_t
pmap_root_get(void)
{
	const uint64_t *kroot = PHYS_TO_DMAP(pmap_kernel_rootpa);
	struct md_globaldata *md;
	uint64_t pa = 0, *root;

	crit_enter();
	md = &mycpu->gd_md;
	if (md->md_nroots > 0)
		pa = md->md_roots[--md->md_nroots];
	crit_exit();
	if (pa != 0)
		return pa;
	pa = page_alloc_zero(PG_TABLE);
	if (pa == 0)
		return 0;
	root = PHYS_TO_DMAP(pa);
	memcpy(root + USER_ROOT_PTES, kroot + USER_ROOT_PTES,
	    (NPTES - USER_ROOT_PTES) * sizeof(*root));
	return pa;
}

void
pmap_root_put(uint64_t pa)
{
	struct md_globaldata *md;
	bool kept;

	crit_enter();
	md = &mycpu->gd_md;
	kept = md->md_nroots < MD_ROOTS_KEPT;
	if (kept)
		md->md_roots[md->md_nroots++] = pa;
	crit_exit();
	if (!kept)
		page_free(pa, 0);
}

long
pmap_cached(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += globaldata[i]->gd_md.md_ntables +
		    globaldata[i]->gd_md.md_nroots;
	return n;
}
