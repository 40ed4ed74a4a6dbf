/*
 * pmap.c -- page tables of processes: what is mapped, and with which rights.
 *
 * The caller (mem/) holds the vmspace's token.  A mapping is one reference of
 * its page (pg_refs).  Tables are made as they are needed and go when they
 * are empty (pmap_remove.c).  User entries are made with the accessed and
 * dirty bits set: nobody reads those, and the hardware need not write them.
 *
 * Entry points: pmap_create, pmap_destroy, pmap_enter, pmap_extract,
 * pmap_protect, pmap_copy.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

#define PTE_USER_PAGE (PTE_P | PTE_U | PTE_A | PTE_D)

int
pmap_create(struct pmap *pm)
{
	uint64_t pa = pmap_root_get();

	if (pa == 0)
		return ENOMEM;
	*pm = (struct pmap){
		.pm_root = PHYS_TO_DMAP(pa),
		.pm_rootpa = pa,
		.pm_top = pa | PTE_USER_TABLE,
	};
	return 0;
}

void
pmap_destroy(struct pmap *pm)
{
	KASSERT(pm->pm_resident == 0 && pm->pm_tables == 0,
	    "page table dies with %ld pages, %ld tables", pm->pm_resident,
	    pm->pm_tables);
	/* A CPU without work may have kept it. */
	pmap_drop(pm);
	pmap_root_put(pm->pm_rootpa);
	pm->pm_root = NULL;
}

static inline uint64_t
prot_bits(int prot)
{
	uint64_t bits = prot & PROT_WRITE ? PTE_W : 0;

	if (!(prot & PROT_EXEC) && cpu_features.cf_nx)
		bits |= PTE_NX;
	return bits;
}

/* The first entry at or after i that is used, of the table that up leads to;
 * NPTES when there is none. */
static inline size_t
next_used(uint64_t up, size_t i)
{
	const uint64_t *table = pte_table(up);

	while (i < NPTES) {
		size_t end = (i | (GROUP_PTES - 1)) + 1;

		if (!(up & PTE_GROUP(i)))
			i = end;
		while (i < end) {
			if (i % PTES_AT_ONCE == 0 && ptes_empty(&table[i]))
				i += PTES_AT_ONCE;
			else if (table[i] != 0)
				return i;
			else
				i++;
		}
	}
	return NPTES;
}

/* The page directory's entry for the first table at or after *vap, which is
 * moved there; NULL when there is none before end. */
static uint64_t *
next_dir_entry(struct pmap *pm, uintptr_t *vap, uintptr_t end)
{
	uint64_t *e = &pm->pm_top;
	uintptr_t va = *vap;
	int level = TOP_LEVEL;

	while (va < end) {
		size_t i = LEVEL_INDEX(va, level), used = next_used(*e, i);

		if (used != i)
			va = rounddown2(va, LEVEL_SIZE(level)) +
			    (used - i) * LEVEL_SIZE(level);
		if (used == NPTES) {
			e = &pm->pm_top;
			level = TOP_LEVEL;
			continue;
		}
		e = pte_table(*e) + used;
		if (level-- == 2)
			break;
	}
	*vap = va;
	return va < end ? e : NULL;
}

/* How many entries of va's table are in [va, end). */
static inline size_t
span(uintptr_t va, uintptr_t end)
{
	uintptr_t stop = rounddown2(va, LEVEL_SIZE(2)) + LEVEL_SIZE(2);

	return (min(stop, end) - va) >> PAGE_SHIFT;
}

/* That for va, with the tables made; NULL without memory.  An empty table that
 * is left then goes with the others. */
static uint64_t *
make_dir_entry(struct pmap *pm, uintptr_t va)
{
	uint64_t *e = &pm->pm_top;

	for (int level = TOP_LEVEL;; level--) {
		uint64_t *up = e, pa;
		size_t i = LEVEL_INDEX(va, level);

		e = pte_table(*up) + i;
		if (*e == 0) {
			pa = pmap_table_get();
			if (pa == 0)
				return NULL;
			*e = pa | PTE_USER_TABLE;
			*up |= PTE_GROUP(i);
			pm->pm_tables++;
		}
		if (level == 2)
			return e;
	}
}

int
pmap_enter(struct pmap *pm, uintptr_t va, uint64_t pa, int prot)
{
	size_t i = LEVEL_INDEX(va, 1);
	uint64_t *dir, *e, old;

	KKASSERT(va < USER_MAX && ((va | pa) & PAGE_MASK) == 0);
	dir = make_dir_entry(pm, va);
	if (dir == NULL)
		return ENOMEM;
	e = pte_table(*dir) + i;
	old = *e;
	*e = pa | PTE_USER_PAGE | prot_bits(prot);
	*dir |= PTE_GROUP(i);
	if (old == 0) {
		pm->pm_resident++;
		return 0;
	}
	/* More rights to the same page: a CPU that has the old ones faults
	 * once more, and looks again. */
	if ((old & PTE_FRAME) == pa && !(old & PTE_W & ~*e) &&
	    !(*e & PTE_NX & ~old))
		return 0;
	pmap_flush(pm, va, va + PAGE_SIZE);
	if ((old & PTE_FRAME) != pa)
		vm_page_rele(old & PTE_FRAME);
	return 0;
}

bool
pmap_extract(struct pmap *pm, uintptr_t va, uint64_t *pa, int *prot)
{
	uint64_t pte = pm->pm_top;

	for (int level = TOP_LEVEL; level >= 1; level--) {
		pte = pte_table(pte)[LEVEL_INDEX(va, level)];
		if (pte == 0)
			return false;
	}
	*pa = pte & PTE_FRAME;
	*prot = PROT_READ | (pte & PTE_W ? PROT_WRITE : 0) |
	    (pte & PTE_NX ? 0 : PROT_EXEC);
	return true;
}

/* Entries [first, last) of the table at *dir; how many lost a right. */
static size_t
protect_span(uint64_t *dir, size_t first, size_t last, uint64_t bits)
{
	uint64_t *table = pte_table(*dir);
	size_t lost = 0;

	for (size_t i = first; i < last; i++) {
		uint64_t old = table[i], new;

		if (old == 0)
			continue;
		new = (old & ~(PTE_NX | PTE_W)) | (bits & PTE_NX) |
		    (old & bits & PTE_W);
		table[i] = new;
		lost += ((old & PTE_W) & ~new) || ((new & PTE_NX) & ~old);
	}
	return lost;
}

void
pmap_protect(struct pmap *pm, uintptr_t start, uintptr_t end, int prot)
{
	uintptr_t va = start;
	uint64_t *dir;
	size_t lost = 0;

	if (prot == PROT_NONE) {
		pmap_remove(pm, start, end);
		return;
	}
	while ((dir = next_dir_entry(pm, &va, end)) != NULL) {
		size_t first = LEVEL_INDEX(va, 1), n = span(va, end);

		lost += protect_span(dir, first, first + n, prot_bits(prot));
		va += n << PAGE_SHIFT;
	}
	if (lost > 0)
		pmap_flush(pm, start, end);
}

/* One table's share of pmap_copy(): entries [first, last) at va.  *lost: how
 * many of the source lost the right to write. */
static int
copy_span(struct pmap *dst, uint64_t *sdir, uintptr_t va, size_t first,
    size_t last, uint64_t lose, size_t *lost)
{
	uint64_t *from = pte_table(*sdir), *to = NULL, *dir = NULL;

	for (size_t i = first; i < last; i++) {
		uint64_t pte;

		i = next_used(*sdir, i);
		if (i >= last)
			break;
		pte = from[i];
		if (to == NULL) {
			dir = make_dir_entry(dst, va);
			if (dir == NULL)
				return ENOMEM;
			to = pte_table(*dir);
		}
		if (pte & lose) {
			pte &= ~lose;
			from[i] = pte;
			++*lost;
		}
		vm_page_hold(pte & PTE_FRAME);
		to[i] = pte;
		*dir |= PTE_GROUP(i);
		dst->pm_resident++;
	}
	return 0;
}

int
pmap_copy(struct pmap *dst, struct pmap *src, uintptr_t start, uintptr_t end,
    bool cow)
{
	uint64_t *sdir, lose = cow ? PTE_W : 0;
	uintptr_t va = start;
	size_t lost = 0;
	int error = 0;

	while (error == 0 && (sdir = next_dir_entry(src, &va, end)) != NULL) {
		size_t first = LEVEL_INDEX(va, 1), n = span(va, end);

		error = copy_span(dst, sdir, va, first, first + n, lose, &lost);
		va += n << PAGE_SHIFT;
	}
	if (lost > 0)
		pmap_flush(src, start, end);
	return error;
}
