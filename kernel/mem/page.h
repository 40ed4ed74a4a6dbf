/*
 * page.h -- physical pages.
 *
 * A buddy allocator hands out powers of two; single pages come from a cache
 * per CPU, behind which there is a pool for all.  A page that user mappings
 * share is counted by pg_refs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"
#include "kernel/param.h"

/* What a page is used for: the census counts them by use. */
enum page_use {
	PG_FREE,
	PG_KERNEL, /* caches, rings, big kmalloc()s */
	PG_KSTACK,
	PG_TABLE,  /* page tables of user address spaces */
	PG_USER,   /* anonymous user memory */
	PG_FILE,   /* contents of files and shared memory objects */
	PG_USES
};

struct objcache_slab;

struct vm_page {
	union {
		LIST_ENTRY(vm_page) pg_link;   /* GUARDED(leaf_spin) free, in a
						  block of the buddy lists */
		struct vm_page *pg_next;       /* GUARDED(leaf_spin) free, on a
						  list of single pages */
		struct objcache_slab *pg_slab; /* STABLE while allocated: whose
						  objects it holds, or NULL */
		uint64_t pg_lines;	       /* GUARDED(vm_token) of a page
						  table: arch/x86_64/pmap.h */
	};
	uint32_t pg_refs;	     /* ATOMIC mappings and owners */
	uint8_t pg_use;		     /* STABLE while allocated */
	uint8_t pg_order;	     /* GUARDED(leaf_spin) buddy order while
					free, STABLE while allocated */
	bool pg_buddy_free;	     /* GUARDED(leaf_spin) */
};

/* Free single pages, linked by pg_next. */
struct pagelist {
	struct vm_page *pl_first, *pl_last; /* OWNER of the list, as the rest */
	long pl_count;
};

/* The largest block: 2^18 pages, a gigabyte. */
#define PAGE_MAXORDER 18

/* 2^order contiguous pages with one reference each... on the first; physical
 * address, 0 when there is no memory.  Contents arbitrary.  Never blocks. */
uint64_t page_alloc(unsigned order, enum page_use use);
/* The same where nothing but speed depends on it: never fails on purpose. */
uint64_t page_alloc_spare(unsigned order, enum page_use use);
/* One page of zeroes. */
uint64_t page_alloc_zero(enum page_use use);
void page_free(uint64_t pa, unsigned order);
/* The record of an allocated page. */
struct vm_page *vm_page_of(uint64_t pa);
/* Counts an allocated page under another use from now on. */
void page_retag(uint64_t pa, enum page_use use);
/* References of a single page; the last vm_page_rele() frees it. */
void vm_page_hold(uint64_t pa);
void vm_page_rele(uint64_t pa);
/* The same for many at once: those whose last reference goes are collected, and
 * given back by page_batch_free().  shared: others are likely to have it, too
 * (the count is changed without a look at it first, which would fetch its cache
 * line twice).  Neither blocks. */
struct page_batch {
	struct pagelist pb_pages; /* OWNER */
	long pb_live[PG_USES];	  /* OWNER of them, by use */
};
#define PAGE_BATCH_INITIALIZER { 0 }
void vm_page_rele_batch(struct page_batch *pb, uint64_t pa, bool shared);
void page_batch_free(struct page_batch *pb);
/* True when the caller's is the only reference. */
bool vm_page_sole(uint64_t pa);
/* Live pages of a use, added up over all CPUs. */
long page_count(enum page_use use);
long page_free_count(void);
/* Makes blocks of the single pages that wait to be used again. */
void page_drain(void);
void page_init(void);
