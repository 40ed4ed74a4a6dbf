/*
 * pmap.c -- page tables of processes: what is mapped, and with which rights.
 *
 * The caller (mem/) holds the vmspace's token.  A mapping is one reference of
 * its page (pg_refs).  Tables are made as they are needed and go when they
 * are empty (pmap_remove.c).  User entries are made with the accessed and
 * dirty bits set: nobody reads those, and the hardware need not write them.
 *
 * Entry points: pmap_create, pmap_destroy, pmap_enter, pmap_lookup,
 * pmap_bounds, pmap_protect, pmap_copy.
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

/* What is done with a table of pages: *dir leads to it, va is the address of
 * its entry first, and the entries first to last are meant. */
typedef int span_fn(struct pmap *pm, const uint64_t *dir, uintptr_t va,
    size_t first, size_t last, void *arg);

/* Calls fn for each table of pages that has a part in [start, last], below
 * the table of the given level at *up; until it returns an error. */
static int
walk(struct pmap *pm, const uint64_t *up, int level, uintptr_t start,
    uintptr_t last, span_fn *fn, void *arg)
{
	size_t first = LEVEL_INDEX(start, level);
	size_t end = LEVEL_INDEX(last, level);
	uint64_t lines = *pte_lines(*up) & lines_between(first, end);
	const uint64_t *table = pte_table(*up);
	uintptr_t base = rounddown2(start, LEVEL_SIZE(level + 1)), va;
	int error;

	if (level == 1)
		return fn(pm, up, start, first, end, arg);
	for (; lines != 0; lines &= lines - 1) {
		size_t i = (size_t)__builtin_ctzl(lines) * LINE_PTES;

		for (size_t stop = i + LINE_PTES; i < stop; i++) {
			if (table[i] == 0 || i < first || i > end)
				continue;
			va = base + i * LEVEL_SIZE(level);
			error = walk(pm, &table[i], level - 1, max(va, start),
			    min(va + LEVEL_SIZE(level) - 1, last), fn, arg);
			if (error != 0)
				return error;
		}
	}
	return 0;
}

/* The page directory's entry for va, with the tables made; NULL without
 * memory.  An empty table that is left then goes with the others. */
static __rare uint64_t *
make_dir_entry_slow(struct pmap *pm, uintptr_t va)
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
			*pte_lines(*up) |= LINE_BIT(i);
			pm->pm_tables++;
		}
		if (level == 2)
			break;
	}
	pm->pm_lastdir = e;
	pm->pm_last = va >> LEVEL_SHIFT(2);
	return e;
}

static inline uint64_t *
make_dir_entry(struct pmap *pm, uintptr_t va)
{
	if (likely(pm->pm_last == va >> LEVEL_SHIFT(2) && pm->pm_last != 0))
		return pm->pm_lastdir;
	return make_dir_entry_slow(pm, va);
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
	*pte_lines(*dir) |= LINE_BIT(i);
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

uint64_t
pmap_lookup(struct pmap *pm, uintptr_t va)
{
	uint64_t pte = pm->pm_top;
	int level = TOP_LEVEL;

	if (pm->pm_last == va >> LEVEL_SHIFT(2) && pm->pm_last != 0) {
		pte = *pm->pm_lastdir;
		level = 1;
	}
	for (; level >= 1; level--) {
		pte = pte_table(pte)[LEVEL_INDEX(va, level)];
		if (pte == 0)
			return 0;
	}
	return (pte & PTE_FRAME) | PROT_READ | (pte & PTE_W ? PROT_WRITE : 0) |
	    (pte & PTE_NX ? 0 : PROT_EXEC);
}

/* pmap_bounds()'s way through a table. */
struct bounds {
	uintptr_t start, end;
};

static int
bounds_span(struct pmap *pm, const uint64_t *dir, uintptr_t va, size_t first,
    size_t last, void *arg)
{
	const uint64_t *table = pte_table(*dir);
	struct bounds *b = arg;

	(void)pm;
	for (size_t i = first; i <= last; i++, va += PAGE_SIZE) {
		if (table[i] == 0)
			continue;
		if (b->end == 0)
			b->start = va;
		b->end = va + PAGE_SIZE;
	}
	return 0;
}

bool
pmap_bounds(struct pmap *pm, uintptr_t *startp, uintptr_t *endp)
{
	struct bounds b = { 0, 0 };

	if (pm->pm_resident != 0)
		walk(pm, &pm->pm_top, TOP_LEVEL, *startp, *endp - 1,
		    bounds_span, &b);
	if (b.end == 0)
		return false;
	*startp = b.start;
	*endp = b.end;
	return true;
}

/* pmap_protect()'s way through a table. */
struct protect {
	uint64_t bits; /* what the new rights allow */
	size_t lost;   /* entries that have lost a right */
};

static int
protect_span(struct pmap *pm, const uint64_t *dir, uintptr_t va, size_t first,
    size_t last, void *arg)
{
	uint64_t *table = pte_table(*dir);
	struct protect *pr = arg;

	(void)pm;
	(void)va;
	for (size_t i = first; i <= last; i++) {
		uint64_t old = table[i], new;

		if (old == 0)
			continue;
		new = (old & ~(PTE_NX | PTE_W)) | (pr->bits & PTE_NX) |
		    (old & pr->bits & PTE_W);
		table[i] = new;
		pr->lost += ((old & PTE_W) & ~new) || ((new & PTE_NX) & ~old);
	}
	return 0;
}

void
pmap_protect(struct pmap *pm, uintptr_t start, uintptr_t end, int prot)
{
	struct protect pr = { prot_bits(prot), 0 };

	if (prot == PROT_NONE) {
		pmap_remove(pm, start, end);
		return;
	}
	if (start >= end)
		return;
	walk(pm, &pm->pm_top, TOP_LEVEL, start, end - 1, protect_span, &pr);
	if (pr.lost > 0)
		pmap_flush(pm, start, end);
}

/* pmap_copy()'s way through a table. */
struct copy {
	struct pmap *dst;
	uintptr_t own; /* the address of a page that is copied at once */
	size_t lost;   /* entries of the source that may be written no more */
};

/* An entry like pte, for a copy of its page; 0 without memory. */
static uint64_t
copy_page(uint64_t pte)
{
	uint64_t pa = page_alloc(0, PG_USER);

	if (pa == 0)
		return 0;
	memcpy(PHYS_TO_DMAP(pa), PHYS_TO_DMAP(pte & PTE_FRAME), PAGE_SIZE);
	return pa | (pte & ~PTE_FRAME);
}

/* What the child gets for the parent's entry *from. */
static inline uint64_t
copy_pte(struct copy *c, uint64_t *from, uintptr_t va)
{
	uint64_t pte = *from;

	if (pte & PTE_W) {
		if (va == c->own) {
			uint64_t mine = copy_page(pte);

			if (mine != 0)
				return mine;
		}
		pte &= ~PTE_W;
		*from = pte;
		c->lost++;
	}
	vm_page_hold(pte & PTE_FRAME);
	return pte;
}

static int
copy_span(struct pmap *src, const uint64_t *sdir, uintptr_t va, size_t first,
    size_t last, void *arg)
{
	uint64_t lines = *pte_lines(*sdir) & lines_between(first, last);
	uint64_t *from = pte_table(*sdir), *to, *dir;
	struct copy *c = arg;
	long n = 0;

	(void)src;
	if (lines == 0)
		return 0;
	dir = make_dir_entry(c->dst, va);
	if (dir == NULL)
		return ENOMEM;
	to = pte_table(*dir);
	*pte_lines(*dir) |= lines;
	va -= first << PAGE_SHIFT;
	for (; lines != 0; lines &= lines - 1) {
		size_t line = (size_t)__builtin_ctzl(lines) * LINE_PTES;
		size_t i = max(line, first), stop = min(line + 7, last);

		for (; i <= stop; i++) {
			if (from[i] == 0)
				continue;
			to[i] = copy_pte(c, &from[i], va + (i << PAGE_SHIFT));
			n++;
		}
	}
	c->dst->pm_resident += n;
	return 0;
}

int
pmap_copy(struct pmap *dst, struct pmap *src, uintptr_t start, uintptr_t end,
    uintptr_t own)
{
	struct copy c = { dst, rounddown2(own, PAGE_SIZE), 0 };
	int error = walk(src, &src->pm_top, TOP_LEVEL, start, end - 1,
	    copy_span, &c);

	if (c.lost > 0)
		pmap_flush(src, start, end);
	return error;
}
