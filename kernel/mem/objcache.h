/*
 * objcache.h -- caches of objects of one size, a stack of free ones per CPU.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"
#include "kernel/param.h"

#define OBJCACHE_MAG 32 /* objects that a CPU keeps before it gives back */

struct objcache;

/*
 * Objects keep their constructed state while they are in the cache: ctor runs
 * once, when the object gets its memory (0 or ENOMEM); the user gives back an
 * object in the state in which ctor left it.  ctor may be NULL: arbitrary
 * contents.  INVARIANTS poisons free objects that have no ctor.  NULL without
 * memory.
 */
struct objcache *objcache_create(const char *name, size_t size, size_t align,
    int (*ctor)(void *obj), void (*dtor)(void *obj));
/* NULL without memory.  Never blocks. */
void *objcache_get(struct objcache *oc);
void objcache_put(struct objcache *oc, void *obj);
/* Objects in use, added up over all CPUs. */
long objcache_live(struct objcache *oc);
const char *objcache_name(struct objcache *oc);
/* Calls fn for every cache (census). */
void objcache_foreach(void (*fn)(struct objcache *oc, void *arg), void *arg);

