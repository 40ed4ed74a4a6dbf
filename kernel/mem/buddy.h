/*
 * buddy.h -- the shared lists of free pages; only page.c calls in.
 */
#pragma once

#include <stddef.h>
#include "kernel/mem/page.h"

static inline void
pagelist_push(struct pagelist *pl, struct vm_page *pg)
{
	pg->pg_next = pl->pl_first;
	pl->pl_first = pg;
	if (pl->pl_count++ == 0)
		pl->pl_last = pg;
}

/* The first; NULL when there is none. */
static inline struct vm_page *
pagelist_pop(struct pagelist *pl)
{
	struct vm_page *pg = pl->pl_first;

	if (pg != NULL) {
		pl->pl_first = pg->pg_next;
		pl->pl_count--;
	}
	return pg;
}

/* All of from comes before what is in to; from is empty then. */
static inline void
pagelist_prepend(struct pagelist *to, struct pagelist *from)
{
	if (from->pl_count == 0)
		return;
	if (to->pl_count == 0)
		to->pl_last = from->pl_last;
	from->pl_last->pg_next = to->pl_first;
	to->pl_first = from->pl_first;
	to->pl_count += from->pl_count;
	*from = (struct pagelist){ 0 };
}

/* 2^order pages, or NULL. */
struct vm_page *buddy_take(unsigned order);
void buddy_give(struct vm_page *pg, unsigned order);
/* Pages on the buddy lists and in the pool. */
long buddy_available(void);
/* Single pages onto the list until it has want, or a few more, or there are no
 * more: first the pool's, then others. */
void pool_take(struct pagelist *to, long want);
/* Empties the list into the pool. */
void pool_give(struct pagelist *from);
/* Gives the pool to the buddy lists. */
void pool_drain(void);
uint64_t page_address(const struct vm_page *pg);
