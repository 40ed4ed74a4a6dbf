/*
 * page.c -- physical pages: what the kernel calls, and the CPUs' caches.
 *
 * Everybody who needs memory ends up here: objcache and kmalloc for the
 * kernel's, pmap for tables, vm_fault for the user's.  The shared lists stand
 * in buddy.c.
 *
 * Single pages come from and go to a small list per CPU.  That list has a
 * spin lock of its own, free in all but one case: when the shared lists are
 * empty, a CPU takes pages from the lists of others, so that no page is out
 * of reach.  A page is on exactly one list, or allocated.
 *
 * Entry points: page_alloc, page_free, vm_page_hold, vm_page_rele.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/buddy.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/page.h"

#define CACHE_MAX 64 /* single pages that a CPU keeps */
#define CACHE_BATCH 16 /* so many move at a time */
#define PAGE_STALE 0xdeadbeefU /* pg_refs of a free page with poison in it */
#define POISON 0xdeadc0dedeadc0deUL
#define POISON_WORDS 8 /* one cache line: a whole page takes too long */

#ifdef INVARIANTS
#define CHECKED 1
#else
#define CHECKED 0
#endif

struct page_cpu {
	struct spinlock pc_spin; /* SELF */
	struct pagelist pc_list; /* GUARDED(leaf_spin) */
	unsigned pc_count;	 /* GUARDED(leaf_spin) */
	long pc_live[PG_USES];	 /* OWNER allocations minus frees here */
} __cachealigned;

static struct page_cpu page_cpus[MAXCPU] = {
	[0 ... MAXCPU - 1] = {
		.pc_spin = SPIN_INITIALIZER("page cache", SPIN_LEAF),
	},
};

static void
page_poison(struct vm_page *pg)
{
	uint64_t *word = PHYS_TO_DMAP(page_address(pg));

	for (int i = 0; i < POISON_WORDS; i++)
		word[i] = POISON;
	atomic_store(&pg->pg_refs, PAGE_STALE);
}

/* Finds whoever wrote to a page after he had freed it. */
static void
page_check_poison(struct vm_page *pg)
{
	uint64_t *word = PHYS_TO_DMAP(page_address(pg));

	if (pg->pg_refs != PAGE_STALE)
		return;
	for (int i = 0; i < POISON_WORDS; i++)
		KASSERT(word[i] == POISON, "page %lx: written after free",
		    (unsigned long)page_address(pg));
}

/*
 * The caches of the CPUs.
 */

/* Moves at most want pages from one list to the other; how many. */
static unsigned
list_move(struct pagelist *to, struct pagelist *from, unsigned want)
{
	unsigned n = 0;
	struct vm_page *pg;

	while (n < want && (pg = LIST_FIRST(from)) != NULL) {
		LIST_REMOVE(pg, pg_link);
		LIST_INSERT_HEAD(to, pg, pg_link);
		n++;
	}
	return n;
}

static unsigned
cache_take(struct page_cpu *pc, struct pagelist *to, unsigned want)
{
	unsigned n;

	if (atomic_load(&pc->pc_count) == 0)
		return 0;
	spin_lock(&pc->pc_spin);
	n = list_move(to, &pc->pc_list, want);
	pc->pc_count -= n;
	spin_unlock(&pc->pc_spin);
	return n;
}

/* Gets a batch for this CPU and returns one of it.  Two spin locks of one
 * rank are never held together: the batch travels on a list of its own. */
static struct vm_page *
cache_refill(struct page_cpu *pc) NEEDS(crit)
{
	struct pagelist batch = LIST_HEAD_INITIALIZER(batch);
	struct vm_page *pg;
	unsigned n = buddy_take_singles(&batch, CACHE_BATCH);

	for (int i = 0; n == 0 && i < MAXCPU; i++)
		n = cache_take(&page_cpus[i], &batch, CACHE_BATCH);
	if (n == 0)
		return NULL;
	pg = LIST_FIRST(&batch);
	LIST_REMOVE(pg, pg_link);
	spin_lock(&pc->pc_spin);
	pc->pc_count += list_move(&pc->pc_list, &batch, n - 1);
	spin_unlock(&pc->pc_spin);
	return pg;
}

void
page_drain(void)
{
	for (int i = 0; i < MAXCPU; i++) {
		struct pagelist all = LIST_HEAD_INITIALIZER(all);

		if (cache_take(&page_cpus[i], &all, CACHE_MAX) > 0)
			buddy_give_singles(&all);
	}
}

static struct vm_page *
single_take(struct page_cpu *pc) NEEDS(crit)
{
	struct vm_page *pg;

	spin_lock(&pc->pc_spin);
	pg = LIST_FIRST(&pc->pc_list);
	if (pg != NULL) {
		LIST_REMOVE(pg, pg_link);
		pc->pc_count--;
	}
	spin_unlock(&pc->pc_spin);
	return pg != NULL ? pg : cache_refill(pc);
}

static void
single_give(struct page_cpu *pc, struct vm_page *pg) NEEDS(crit)
{
	struct pagelist batch = LIST_HEAD_INITIALIZER(batch);

	spin_lock(&pc->pc_spin);
	LIST_INSERT_HEAD(&pc->pc_list, pg, pg_link);
	if (++pc->pc_count > CACHE_MAX)
		pc->pc_count -= list_move(&batch, &pc->pc_list, CACHE_BATCH);
	spin_unlock(&pc->pc_spin);
	if (!LIST_EMPTY(&batch))
		buddy_give_singles(&batch);
}

/*
 * What the rest of the kernel calls.
 */

uint64_t
page_alloc(unsigned order, enum page_use use)
{
	struct page_cpu *pc;
	struct vm_page *pg;

	if (order > PAGE_MAXORDER || failpoint("page"))
		return 0;
	crit_enter();
	pc = &page_cpus[mycpu->gd_cpuid];
	pg = order == 0 ? single_take(pc) : buddy_take(order);
	if (pg == NULL && order > 0) {
		page_drain();
		pg = buddy_take(order);
	}
	if (pg != NULL)
		pc->pc_live[use] += 1L << order;
	crit_exit();
	if (pg == NULL)
		return 0;
	for (unsigned long i = 0; i < 1UL << order; i++) {
		KASSERT(pg[i].pg_use == PG_FREE, "page %lx: free, but in use",
		    (unsigned long)page_address(pg + i));
		if (CHECKED)
			page_check_poison(pg + i);
		pg[i].pg_slab = NULL;
		pg[i].pg_use = (uint8_t)use;
		pg[i].pg_refs = 0;
	}
	pg->pg_refs = 1;
	return page_address(pg);
}

uint64_t
page_alloc_zero(enum page_use use)
{
	uint64_t pa = page_alloc(0, use);

	if (pa != 0)
		memset(PHYS_TO_DMAP(pa), 0, PAGE_SIZE);
	return pa;
}

/* refs is what pg_refs must have been before the last one went. */
static void
page_free_counted(struct vm_page *pg, unsigned order, uint32_t refs)
{
	struct page_cpu *pc;
	unsigned use = pg->pg_use;

	KASSERT(use != PG_FREE && use < PG_USES && pg->pg_order == order &&
	    refs == 1, "page %lx: bad free, use %u refs %u order %u/%u",
	    (unsigned long)page_address(pg), use, refs, order, pg->pg_order);
	for (unsigned long i = 0; i < 1UL << order; i++)
		pg[i].pg_use = PG_FREE;
	atomic_store(&pg->pg_refs, 0);
	if (CHECKED)
		page_poison(pg);
	crit_enter();
	pc = &page_cpus[mycpu->gd_cpuid];
	pc->pc_live[use] -= 1L << order;
	if (order == 0)
		single_give(pc, pg);
	else
		buddy_give(pg, order);
	crit_exit();
}

void
page_free(uint64_t pa, unsigned order)
{
	struct vm_page *pg = vm_page_of(pa);

	page_free_counted(pg, order, atomic_load(&pg->pg_refs));
}

void
page_retag(uint64_t pa, enum page_use use)
{
	struct vm_page *pg = vm_page_of(pa);
	struct page_cpu *pc;

	crit_enter();
	pc = &page_cpus[mycpu->gd_cpuid];
	pc->pc_live[pg->pg_use]--;
	pc->pc_live[use]++;
	pg->pg_use = (uint8_t)use;
	crit_exit();
}

void
vm_page_hold(uint64_t pa)
{
	uint32_t refs = atomic_fetchadd(&vm_page_of(pa)->pg_refs, 1);

	KKASSERT(refs > 0 && refs != PAGE_STALE);
	(void)refs;
}

void
vm_page_rele(uint64_t pa)
{
	struct vm_page *pg = vm_page_of(pa);
	uint32_t refs = 1;

	/* A sole reference is the caller's: nobody can change the count. */
	if (atomic_load_acq(&pg->pg_refs) != 1)
		refs = atomic_fetchadd(&pg->pg_refs, -1U);
	KASSERT(refs != 0 && refs != PAGE_STALE,
	    "page %lx: released too often", (unsigned long)pa);
	if (refs == 1)
		page_free_counted(pg, 0, refs);
}

bool
vm_page_sole(uint64_t pa)
{
	return atomic_load_acq(&vm_page_of(pa)->pg_refs) == 1;
}

long
page_count(enum page_use use)
{
	long sum = 0;

	for (int i = 0; i < MAXCPU; i++)
		sum += atomic_load(&page_cpus[i].pc_live[use]);
	return sum;
}

long
page_free_count(void)
{
	long sum = buddy_available();

	for (int i = 0; i < MAXCPU; i++)
		sum += atomic_load(&page_cpus[i].pc_count);
	return sum;
}
