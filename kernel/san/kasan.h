/*
 * kasan.h -- what the rest of the kernel tells the address sanitizer.
 *
 * A build with SAN=1 keeps a byte of shadow for every eight bytes of kernel
 * memory, and the compiler has every access look there first.  The allocators
 * say here what may be touched; string.c and copyio.c ask for what they touch
 * in assembly.  Any context.  Without SAN all of it is nothing.
 *
 * Objects of a cache are laid out with a record behind each, which nobody may
 * touch: it says who has allocated and freed the object, and parts it from the
 * next one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/param.h"

struct objcache;
struct objcache_slab;

#ifdef SAN

/* Bytes of a slab that an object of size bytes and its record need. */
size_t kasan_stride(size_t size);
/* A slab: nobody has any of its objects; it is about to be taken apart. */
void kasan_slab_make(struct objcache_slab *slab);
void kasan_slab_destroy(struct objcache_slab *slab);
/* An object becomes usable: for its constructor, and for its user. */
void kasan_construct(struct objcache *oc, void *obj);
void kasan_get(struct objcache *oc, void *obj);
/* It is given back.  check: first of all, is it a live object?  Then all of its
 * room may be overwritten.  put: it may be touched no more; it waits in this
 * CPU's quarantine and is counted as free; slab_give() takes it from there,
 * after many others.  Returns true: the caller has nothing left to do. */
void kasan_check_put(struct objcache *oc, void *obj);
bool kasan_put(struct objcache *oc, void *obj);
/* Empties this CPU's quarantine of objects: there is no memory.  False: it was
 * empty. */
bool kasan_reclaim(void);
/* Only the first size bytes at p are type's user's. */
void kasan_kmalloc(void *p, size_t size, const char *type);
/* Whole pages. */
void kasan_page_alloc(void *p, size_t bytes);
void kasan_page_free(void *p, size_t bytes);
/* What lies above a kernel stack's KSTACK_HEAD. */
#define KASAN_STACK_BYTES 256
/* Kernel stacks: the slot's shadow, false without memory; a stack gets its
 * user, with all of it clean; and loses him.  free: true when the stack waits
 * in the quarantine; otherwise *stackp is one that has waited long enough. */
bool kasan_stack_build(uintptr_t slot);
void kasan_stack_alloc(void *stack);
bool kasan_stack_free(void **stackp);
/* May [p, p + n) be read or written? */
void kasan_read(const void *p, size_t n);
void kasan_write(const void *p, size_t n);
/* Boot, arch/: from here on reports are made. */
void kasan_init(void);

#else
#define KASAN_STACK_BYTES 0

static inline size_t
kasan_stride(size_t size)
{
	return size;
}

static inline void
kasan_slab_make(struct objcache_slab *slab)
{
	(void)slab;
}

static inline void
kasan_slab_destroy(struct objcache_slab *slab)
{
	(void)slab;
}

static inline void
kasan_construct(struct objcache *oc, void *obj)
{
	(void)oc;
	(void)obj;
}

static inline void
kasan_get(struct objcache *oc, void *obj)
{
	(void)oc;
	(void)obj;
}

static inline void
kasan_check_put(struct objcache *oc, void *obj)
{
	(void)oc;
	(void)obj;
}

static inline bool
kasan_put(struct objcache *oc, void *obj)
{
	(void)oc;
	(void)obj;
	return false;
}

static inline bool
kasan_reclaim(void)
{
	return false;
}

static inline void
kasan_kmalloc(void *p, size_t size, const char *type)
{
	(void)p;
	(void)size;
	(void)type;
}

static inline void
kasan_page_alloc(void *p, size_t bytes)
{
	(void)p;
	(void)bytes;
}

static inline void
kasan_page_free(void *p, size_t bytes)
{
	(void)p;
	(void)bytes;
}

static inline bool
kasan_stack_build(uintptr_t slot)
{
	(void)slot;
	return true;
}

static inline void
kasan_stack_alloc(void *stack)
{
	(void)stack;
}

static inline bool
kasan_stack_free(void **stackp)
{
	(void)stackp;
	return false;
}

static inline void
kasan_read(const void *p, size_t n)
{
	(void)p;
	(void)n;
}

static inline void
kasan_write(const void *p, size_t n)
{
	(void)p;
	(void)n;
}

static inline void
kasan_init(void)
{
}

#endif
