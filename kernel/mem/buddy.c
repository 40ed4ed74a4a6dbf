/*
 * buddy.c -- the shared lists of free pages, by powers of two, and the pool of
 * single pages.
 *
 * page.c calls in, a batch at a time.  Single pages that are given back are
 * not joined to blocks: they go into the pool, from which they are taken
 * first.  Only when a block is wanted and there is none, the pool is given to
 * the buddy lists (pool_drain).  One struct vm_page stands for each
 * page frame between the lowest and the highest usable address; the array
 * lies in the first range that has room for it.  Frames in the holes have
 * records that are never free, so blocks do not grow across a hole.
 *
 * Holds one spin lock; a block is given back in at most PAGE_MAXORDER steps.
 *
 * Entry points: page_init at boot, buddy_take, buddy_give, pool_take,
 * pool_give, vm_page_of.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/mem/buddy.h"
#include "kernel/san/kasan.h"

static struct spinlock page_spin = SPIN_INITIALIZER("page", SPIN_LEAF);
LIST_HEAD(blocklist, vm_page);
static struct blocklist page_lists[PAGE_MAXORDER + 1]; /* GUARDED(leaf_spin) */
static struct pagelist page_pool; /* GUARDED(leaf_spin) */
static long page_avail;		 /* GUARDED(leaf_spin) pages on the lists */
static struct vm_page *vm_pages; /* STABLE after page_init() */
static uint64_t page_first;	 /* STABLE frame number of vm_pages[0] */
static uint64_t page_frames;	 /* STABLE entries of vm_pages[] */

struct vm_page *
vm_page_of(uint64_t pa)
{
	uint64_t i = (pa >> PAGE_SHIFT) - page_first;

	KKASSERT(i < page_frames);
	return &vm_pages[i];
}

uint64_t
page_address(const struct vm_page *pg)
{
	return (page_first + (uint64_t)(pg - vm_pages)) << PAGE_SHIFT;
}

long
buddy_available(void)
{
	return atomic_load(&page_avail) + atomic_load(&page_pool.pl_count);
}

static void
block_insert(struct vm_page *pg, unsigned order)
{
	pg->pg_order = (uint8_t)order;
	pg->pg_buddy_free = true;
	LIST_INSERT_HEAD(&page_lists[order], pg, pg_link);
}

static void
block_remove(struct vm_page *pg)
{
	LIST_REMOVE(pg, pg_link);
	pg->pg_buddy_free = false;
}

static void
give_locked(struct vm_page *pg, unsigned order)
{
	page_avail += 1L << order;
	for (; order < PAGE_MAXORDER; order++) {
		uint64_t frame = page_first + (uint64_t)(pg - vm_pages);
		uint64_t i = (frame ^ (1UL << order)) - page_first;
		struct vm_page *buddy = &vm_pages[i];

		if (i >= page_frames || !buddy->pg_buddy_free ||
		    buddy->pg_order != order)
			break;
		block_remove(buddy);
		pg = pg < buddy ? pg : buddy;
	}
	block_insert(pg, order);
}

static struct vm_page *
take_locked(unsigned order)
{
	unsigned from = order;
	struct vm_page *pg;

	while (from <= PAGE_MAXORDER && LIST_EMPTY(&page_lists[from]))
		from++;
	if (from > PAGE_MAXORDER)
		return NULL;
	pg = LIST_FIRST(&page_lists[from]);
	block_remove(pg);
	while (from > order) {
		from--;
		block_insert(pg + (1UL << from), from);
	}
	pg->pg_order = (uint8_t)order;
	page_avail -= 1L << order;
	return pg;
}

struct vm_page *
buddy_take(unsigned order)
{
	struct vm_page *pg;

	spin_lock(&page_spin);
	pg = take_locked(order);
	spin_unlock(&page_spin);
	return pg;
}

void
buddy_give(struct vm_page *pg, unsigned order)
{
	spin_lock(&page_spin);
	give_locked(pg, order);
	spin_unlock(&page_spin);
}

/*
 * The pool.
 */

#define CARVE_ORDER 4  /* pages carved out of the buddy lists at a time */
#define DRAIN_BATCH 64 /* pages joined to blocks under one hold of the lock */

/* Makes single pages of a block of 2^order pages; is there one? */
static bool
carve_locked(struct pagelist *to, unsigned order)
{
	struct vm_page *pg = take_locked(order);

	if (pg == NULL)
		return false;
	for (unsigned i = 0; i < 1U << order; i++) {
		pg[i].pg_order = 0;
		pagelist_push(to, &pg[i]);
	}
	return true;
}

void
pool_take(struct pagelist *to, long want)
{
	struct vm_page *pg;

	spin_lock(&page_spin);
	while (to->pl_count < want) {
		pg = pagelist_pop(&page_pool);
		if (pg != NULL)
			pagelist_push(to, pg);
		else if (!carve_locked(to, CARVE_ORDER) &&
		    !carve_locked(to, 0))
			break;
	}
	spin_unlock(&page_spin);
}

void
pool_give(struct pagelist *from)
{
	spin_lock(&page_spin);
	pagelist_prepend(&page_pool, from);
	spin_unlock(&page_spin);
}

void
pool_drain(void)
{
	struct vm_page *pg;

	do {
		spin_lock(&page_spin);
		for (int i = 0; i < DRAIN_BATCH; i++) {
			pg = pagelist_pop(&page_pool);
			if (pg == NULL)
				break;
			give_locked(pg, 0);
		}
		spin_unlock(&page_spin);
	} while (pg != NULL);
}

/*
 * Boot.
 */

/* The usable ranges without frame 0 (address 0 means "no memory") and cut to
 * the kernel argument maxmem (MiB); how many. */
static int
boot_ranges(struct bootrange *r)
{
	uint64_t room = (uint64_t)cmdline_num("maxmem", 0) << 20;
	int n = 0;

	if (room == 0)
		room = UINT64_MAX;
	for (int i = 0; i < bootinfo.bi_nranges; i++) {
		uint64_t start = max(bootinfo.bi_ranges[i].br_start, PAGE_SIZE);
		uint64_t end = bootinfo.bi_ranges[i].br_end;

		if (start >= end || room == 0)
			continue;
		end = min(end - start, room) + start;
		room -= end - start;
		r[n++] = (struct bootrange){ start, end };
	}
	return n;
}

static void
boot_place_array(struct bootrange *r, int n)
{
	uint64_t low = UINT64_MAX, high = 0, bytes;

	for (int i = 0; i < n; i++) {
		low = min(low, r[i].br_start);
		high = max(high, r[i].br_end);
	}
	KASSERT(low < high, "page: the loader reports no memory");
	page_first = low >> PAGE_SHIFT;
	page_frames = (high - low) >> PAGE_SHIFT;
	bytes = roundup2(page_frames * sizeof(struct vm_page), PAGE_SIZE);
	for (int i = 0; i < n; i++) {
		if (r[i].br_end - r[i].br_start < bytes)
			continue;
		vm_pages = PHYS_TO_DMAP(r[i].br_start);
		r[i].br_start += bytes;
		memset(vm_pages, 0, bytes);
		return;
	}
	panic("page: no range has the %lu KiB that describe memory",
	    (unsigned long)(bytes >> 10));
}

void
page_init(void)
{
	struct bootrange r[BOOT_MAXRANGES];
	int n = boot_ranges(r);

	boot_place_array(r, n);
	for (int i = 0; i < n; i++) {
		uint64_t frame = r[i].br_start >> PAGE_SHIFT;
		uint64_t end = r[i].br_end >> PAGE_SHIFT;

		kasan_page_free(PHYS_TO_DMAP(r[i].br_start),
		    r[i].br_end - r[i].br_start);
		while (frame < end) {
			unsigned order = PAGE_MAXORDER;

			while ((frame & ((1UL << order) - 1)) != 0 ||
			    frame + (1UL << order) > end)
				order--;
			buddy_give(vm_page_of(frame << PAGE_SHIFT), order);
			frame += 1UL << order;
		}
	}
}
SYSINIT(page, SI_SUB_VM, SI_ORDER_FIRST, page_init);
