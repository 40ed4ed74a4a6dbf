/*
 * buddy.h -- the shared lists of free pages; only page.c calls in.
 */
#pragma once

#include "kernel/mem/page.h"

LIST_HEAD(pagelist, vm_page);

/* 2^order pages, or NULL. */
struct vm_page *buddy_take(unsigned order);
/* Adds at most want single pages to the list; how many. */
unsigned buddy_take_singles(struct pagelist *to, unsigned want);
void buddy_give(struct vm_page *pg, unsigned order);
/* Empties the list. */
void buddy_give_singles(struct pagelist *from);
/* Pages on the lists. */
long buddy_available(void);
uint64_t page_address(const struct vm_page *pg);
