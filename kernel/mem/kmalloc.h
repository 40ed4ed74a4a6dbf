/*
 * kmalloc.h -- kernel memory by type, with live counts (spec 2.43).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

/* A type of allocation; a static object. */
struct malloc_type {
	const char *ks_name;	       /* STABLE */
	struct malloc_type *ks_next;   /* STABLE after its first use */
	long *ks_live;		       /* OWNER per CPU: allocations minus frees
					  that happened there (CPU n: n *
					  KMALLOC_TYPES further on) */
	uint32_t ks_registered;	       /* ATOMIC */
};

#define KMALLOC_TYPES 128 /* at most */

#define MALLOC_DEFINE(var, name) struct malloc_type var = { .ks_name = (name) }
#define MALLOC_DECLARE(var) extern struct malloc_type var

#define M_ZERO 0x100 /* cleared */

/* NULL without memory.  Never blocks (there is nothing to wait for: memory
 * comes back when processes end). */
void *kmalloc(size_t size, struct malloc_type *type, int flags);
void kfree(void *p, struct malloc_type *type);
char *kstrdup(const char *s, struct malloc_type *type);
/* Calls fn for every type with its live count. */
void kmalloc_foreach(void (*fn)(const char *name, long live, void *arg),
    void *arg);
long kmalloc_live(const struct malloc_type *type);
void kmalloc_init(void);

/* kstack.c: kernel stacks, KSTACK_SIZE bytes above an unmapped page; each has
 * a slot of the address space from KSTACK_BASE on. */
#define KSTACK_SLOT (8 * PAGE_SIZE)
#define KSTACK_HEAD 128 /* its lowest bytes, which are kstack.c's */
void *kstack_alloc(void);
void kstack_free(void *stack);
/* The stack, in use or free, in which va lies; NULL: in none. */
void *kstack_of(uintptr_t va);
uintptr_t kstack_end(void); /* above all of them */
/* kstack_paint.c: a stack that has just been built; one that is given back,
 * with its thread still at the top. */
#ifdef INVARIANTS
void kstack_paint_new(void *stack);
void kstack_paint_again(void *stack);
#else
#define kstack_paint_new(stack) ((void)(stack))
#define kstack_paint_again(stack) ((void)(stack))
#endif
/* Stacks in use.  Free ones keep their pages (PG_KSTACK). */
long kstack_live(void);
