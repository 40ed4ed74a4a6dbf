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
 * Entry points: page_alloc, page_free, vm_page_hold, vm_page_rele,
 * vm_page_rele_batch.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/buddy.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/page.h"
#include "kernel/san/kasan.h"

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

/* Moves at most want pages from one list to the other. */
static void
list_move(struct pagelist *to, struct pagelist *from, long want)
{
	struct vm_page *pg;

	while (want-- > 0 && (pg = pagelist_pop(from)) != NULL)
		pagelist_push(to, pg);
}

static void
cache_take(struct page_cpu *pc, struct pagelist *to, long want)
{
	if (atomic_load(&pc->pc_list.pl_count) == 0)
		return;
	spin_lock(&pc->pc_spin);
	list_move(to, &pc->pc_list, want);
	spin_unlock(&pc->pc_spin);
}

/* Gets a batch for this CPU and returns one of it.  Two spin locks of one
 * rank are never held together: the batch travels on a list of its own. */
static __rare struct vm_page *
cache_refill(struct page_cpu *pc) NEEDS(crit)
{
	struct pagelist batch = { 0 };
	struct vm_page *pg;

	pool_take(&batch, CACHE_BATCH);
	for (int i = 0; batch.pl_count == 0 && i < ncpus; i++)
		cache_take(&page_cpus[i], &batch, CACHE_BATCH);
	pg = pagelist_pop(&batch);
	spin_lock(&pc->pc_spin);
	pagelist_prepend(&pc->pc_list, &batch);
	spin_unlock(&pc->pc_spin);
	return pg;
}

void
page_drain(void)
{
	for (int i = 0; i < ncpus; i++) {
		struct pagelist all = { 0 };

		cache_take(&page_cpus[i], &all, INT64_MAX);
		pool_give(&all);
	}
	pool_drain();
}

static struct vm_page *
single_take(struct page_cpu *pc) NEEDS(crit)
{
	struct vm_page *pg;

	spin_lock(&pc->pc_spin);
	pg = pagelist_pop(&pc->pc_list);
	spin_unlock(&pc->pc_spin);
	return likely(pg != NULL) ? pg : cache_refill(pc);
}

/* Gives pages to this CPU's cache, or to the pool when that gets too long. */
static void
singles_give(struct page_cpu *pc, struct pagelist *pages) NEEDS(crit)
{
	struct pagelist batch = { 0 };

	spin_lock(&pc->pc_spin);
	if (pages->pl_count <= CACHE_MAX)
		pagelist_prepend(&pc->pc_list, pages);
	if (pc->pc_list.pl_count > CACHE_MAX)
		list_move(&batch, &pc->pc_list,
		    pc->pc_list.pl_count - (CACHE_MAX - CACHE_BATCH));
	spin_unlock(&pc->pc_spin);
	if (pages->pl_count > 0)
		pool_give(pages);
	if (batch.pl_count > 0)
		pool_give(&batch);
}

/*
 * What the rest of the kernel calls.
 */

/* A free page's record as it is when it begins to be used. */
static inline void
page_begin(struct vm_page *pg, enum page_use use)
{
	KASSERT(pg->pg_use == PG_FREE, "page %lx: free, but in use",
	    (unsigned long)page_address(pg));
	if (CHECKED)
		page_check_poison(pg);
	pg->pg_slab = NULL;
	pg->pg_use = (uint8_t)use;
	pg->pg_refs = 1;
}

/* In both that call it: most orders are constants. */
static inline __attribute__((always_inline)) uint64_t
page_take(unsigned order, enum page_use use)
{
	struct page_cpu *pc;
	struct vm_page *pg;

	if (order > PAGE_MAXORDER)
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
	kasan_page_alloc(PHYS_TO_DMAP(page_address(pg)), PAGE_SIZE << order);
	page_begin(pg, use);
	for (unsigned long i = 1; i < 1UL << order; i++) {
		page_begin(pg + i, use);
		pg[i].pg_refs = 0;
	}
	return page_address(pg);
}

uint64_t
page_alloc(unsigned order, enum page_use use)
{
	return failpoint("page") ? 0 : page_take(order, use);
}

uint64_t
page_alloc_spare(unsigned order, enum page_use use)
{
	return page_take(order, use);
}

uint64_t
page_alloc_zero(enum page_use use)
{
	uint64_t pa = page_alloc(0, use);

	if (pa != 0)
		cpu_zero_page(PHYS_TO_DMAP(pa));
	return pa;
}

/* The record of a page, of order order, when its use ends; returns what that
 * was.  refs is what pg_refs must have been before the last one went. */
static inline unsigned
page_end(struct vm_page *pg, unsigned order, uint32_t refs)
{
	/* Use and order as one number: with another order than this it is no
	 * use that there is. */
	unsigned use = pg->pg_use + ((pg->pg_order - order) << 8);

	KASSERT(use - 1 < PG_USES - 1 && refs == 1,
	    "page %lx: bad free, refs %u order %u use %#x",
	    (unsigned long)page_address(pg), refs, order, use);
	for (unsigned long i = 0; i < 1UL << order; i++)
		pg[i].pg_use = PG_FREE;
	atomic_store(&pg->pg_refs, 0);
	if (CHECKED)
		page_poison(pg);
	kasan_page_free(PHYS_TO_DMAP(page_address(pg)), PAGE_SIZE << order);
	return use;
}

static void
page_free_counted(struct vm_page *pg, unsigned order, uint32_t refs)
{
	unsigned use = page_end(pg, order, refs);
	struct pagelist one = { 0 };
	struct page_cpu *pc;

	crit_enter();
	pc = &page_cpus[mycpu->gd_cpuid];
	pc->pc_live[use] -= 1L << order;
	if (order == 0) {
		pagelist_push(&one, pg);
		singles_give(pc, &one);
	} else {
		buddy_give(pg, order);
	}
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

/* Drops a reference; how many there were. */
static inline uint32_t
page_unref(struct vm_page *pg, bool shared)
{
	uint32_t refs = 1;

	/* A sole reference is the caller's: nobody can change the count. */
	if (shared || atomic_load_acq(&pg->pg_refs) != 1)
		refs = atomic_fetchadd(&pg->pg_refs, -1U);
	KASSERT(refs - 1 < PAGE_STALE - 1, "page %lx: released too often",
	    (unsigned long)page_address(pg));
	return refs;
}

void
vm_page_rele(uint64_t pa)
{
	struct vm_page *pg = vm_page_of(pa);
	uint32_t refs = page_unref(pg, false);

	if (refs == 1)
		page_free_counted(pg, 0, refs);
}

inline void
vm_page_rele_batch(struct page_batch *pb, uint64_t pa, bool shared)
{
	struct vm_page *pg = vm_page_of(pa);
	uint32_t refs = page_unref(pg, shared);

	if (refs != 1)
		return;
	pb->pb_live[page_end(pg, 0, refs)]++;
	pagelist_push(&pb->pb_pages, pg);
}

void
page_batch_free(struct page_batch *pb)
{
	struct page_cpu *pc;

	if (pb->pb_pages.pl_count == 0)
		return;
	crit_enter();
	pc = &page_cpus[mycpu->gd_cpuid];
	for (int use = 0; use < PG_USES; use++)
		pc->pc_live[use] -= pb->pb_live[use];
	singles_give(pc, &pb->pb_pages);
	crit_exit();
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
		sum += atomic_load(&page_cpus[i].pc_list.pl_count);
	return sum;
}
