/*
 * slab.h -- the shared half of an objcache: pages cut into objects.
 *
 * Only objcache.c and kmalloc.c include it.
 */
#pragma once

#include <sys/queue.h>
#include "kernel/mem/objcache.h"
#include "kernel/mem/page.h"

/* ob_state of an object. */
#define OBJ_RAW 0   /* in its slab, has no constructed state yet */
#define OBJ_FREE 1  /* in its slab */
#define OBJ_MAG 2   /* in the magazine of a CPU, or on its way */
#define OBJ_LIVE 3  /* in use (told apart from OBJ_MAG under INVARIANTS) */

#define POISON_BYTE 0xdf
#define POISON_MAX 256 /* bytes of a free object that are poisoned */

/* Lies at the start of the pages that it describes. */
struct objcache_slab {
	TAILQ_ENTRY(objcache_slab) os_link; /* GUARDED(leaf_spin) while
					       os_nfree > 0 */
	struct objcache *os_cache;	    /* STABLE */
	unsigned os_nfree;		    /* GUARDED(leaf_spin) */
	uint16_t *os_free;		    /* GUARDED(leaf_spin) a stack of
					       os_nfree indices */
	uint8_t os_state[];		    /* GUARDED(leaf_spin) OBJ_*; the
					       holder's, while it is out */
};

TAILQ_HEAD(slablist, objcache_slab);

#define MAG_HALF (OBJCACHE_MAG / 2)

/* A CPU's magazine. */
struct objcache_cpu {
	unsigned om_count;	     /* GUARDED(crit) */
	long om_live;		     /* GUARDED(crit) gets minus puts here */
	void *om_obj[OBJCACHE_MAG];  /* GUARDED(crit) */
} __cachealigned;

struct objcache {
	const char *oc_name;	     /* STABLE */
	size_t oc_size;		     /* STABLE bytes from object to object */
	size_t oc_room;		     /* STABLE of those, the object's user's */
	int (*oc_ctor)(void *obj);   /* STABLE */
	void (*oc_dtor)(void *obj);  /* STABLE */
	unsigned oc_order;	     /* STABLE pages of a slab */
	unsigned oc_perslab;	     /* STABLE objects of a slab */
	size_t oc_first;	     /* STABLE offset of the first object */
	struct objcache *oc_next;    /* STABLE */
	struct spinlock oc_spin;     /* SELF */
	struct slablist oc_partial;  /* GUARDED(leaf_spin) slabs with free
					objects; wholly free ones at the end */
	unsigned oc_nempty;	     /* GUARDED(leaf_spin) wholly free ones */
	struct depot_load *oc_loads; /* GUARDED(leaf_spin) depot.c */
	struct depot_load *oc_noloads; /* GUARDED(leaf_spin) empty records */
	size_t oc_nloads;	     /* GUARDED(leaf_spin) length of oc_loads */
	long oc_stray_live;	     /* ATOMIC gets minus puts of CPUs that
					have no magazine */
	struct objcache_cpu *oc_cpu[MAXCPU]; /* STABLE once not NULL */
};

/* objcache.c: memory that is never given back, zeroed; NULL. */
void *meta_alloc(size_t size);
/* depot.c: moves MAG_HALF objects; false when there are none, or no room. */
bool depot_take(struct objcache *oc, void **obj);
bool depot_give(struct objcache *oc, void **obj);
/* Chooses the size of the slabs. */
void slab_layout(struct objcache *oc, size_t size, size_t align);
/* Fills obj[] with at most want constructed objects; how many, 0 without
 * memory. */
unsigned slab_take(struct objcache *oc, void **obj, unsigned want);
/* Gives n objects back; frees slabs that nobody needs. */
void slab_give(struct objcache *oc, void **obj, unsigned n);
/* Overwrites the start of a free object that has no constructor. */
void slab_poison(struct objcache *oc, void *obj);
/* Where the state of an object stands; panics when obj is none of oc's. */
uint8_t *slab_state(struct objcache *oc, void *obj);
