/*
 * slab.c -- the shared half of an objcache: pages cut into objects.
 *
 * objcache.c calls in when a CPU's magazine is empty or full.  A slab is a
 * power of two of pages: the header, one byte of state and one index for each
 * object, then the objects.  Nothing is written into free objects, so they
 * keep what their constructor made; it runs when an object is first taken,
 * outside of the lock.  Two wholly free slabs stay with the cache, others go
 * back to page.c.
 *
 * Entry points: slab_layout, slab_take, slab_give, slab_state.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/slab.h"
#include "kernel/san/kasan.h"

#define SLAB_MAXORDER 5
#define SLAB_MANY 8   /* objects that a slab had better hold */
#define SLAB_SPARE 2  /* wholly free slabs that a cache keeps */

#ifdef INVARIANTS
#define CHECKED 1
#else
#define CHECKED 0
#endif

static size_t
slab_header(unsigned objects)
{
	return roundup2(sizeof(struct objcache_slab) + objects,
		   sizeof(uint16_t)) + objects * sizeof(uint16_t);
}

/* How many objects fit, and where the first one lies. */
static unsigned
slab_fit(size_t bytes, size_t size, size_t align, size_t *firstp)
{
	unsigned n = (unsigned)min(bytes / size, (size_t)UINT16_MAX);

	for (; n > 0; n--) {
		*firstp = roundup2(slab_header(n), align);
		if (*firstp + n * size <= bytes)
			break;
	}
	return n;
}

void
slab_layout(struct objcache *oc, size_t size, size_t align)
{
	size = max(size, (size_t)1);
	oc->oc_room = roundup2(size, sizeof(uint64_t));
	oc->oc_size = size = roundup2(kasan_stride(size), align);
	for (oc->oc_order = 0;; oc->oc_order++) {
		size_t bytes = PAGE_SIZE << oc->oc_order;

		oc->oc_perslab = slab_fit(bytes, size, align, &oc->oc_first);
		if (oc->oc_perslab >= SLAB_MANY ||
		    (oc->oc_perslab > 0 && oc->oc_order >= SLAB_MAXORDER))
			break;
		KASSERT(oc->oc_order < PAGE_MAXORDER, "%s: %lu bytes are too "
		    "many", oc->oc_name, (unsigned long)size);
	}
}

static void *
slab_object(struct objcache_slab *slab, unsigned index)
{
	struct objcache *oc = slab->os_cache;

	return (char *)slab + oc->oc_first + index * oc->oc_size;
}

static struct objcache_slab *
slab_of(struct objcache *oc, void *obj, unsigned *indexp)
{
	struct objcache_slab *slab = vm_page_of(DMAP_TO_PHYS(obj))->pg_slab;
	size_t off;

	KASSERT(slab != NULL && slab->os_cache == oc,
	    "%s: %p is not one of its objects", oc->oc_name, obj);
	off = (size_t)((char *)obj - (char *)slab) - oc->oc_first;
	*indexp = (unsigned)(off / oc->oc_size);
	KKASSERT(off == *indexp * oc->oc_size && *indexp < oc->oc_perslab);
	return slab;
}

uint8_t *
slab_state(struct objcache *oc, void *obj)
{
	unsigned index;
	struct objcache_slab *slab = slab_of(oc, obj, &index);

	return &slab->os_state[index];
}

void
slab_poison(struct objcache *oc, void *obj)
{
	memset(obj, POISON_BYTE, min(oc->oc_room, (size_t)POISON_MAX));
}

static struct objcache_slab *
slab_create(struct objcache *oc)
{
	uint64_t pa = page_alloc(oc->oc_order, PG_KERNEL);
	struct vm_page *pg;
	struct objcache_slab *slab;

	if (pa == 0)
		return NULL;
	slab = PHYS_TO_DMAP(pa);
	memset(slab, 0, slab_header(oc->oc_perslab));
	slab->os_cache = oc;
	slab->os_nfree = oc->oc_perslab;
	slab->os_free = (uint16_t *)((char *)slab +
	    slab_header(oc->oc_perslab)) - oc->oc_perslab;
	for (unsigned i = 0; i < oc->oc_perslab; i++) {
		slab->os_free[i] = (uint16_t)(oc->oc_perslab - 1 - i);
		slab->os_state[i] = oc->oc_ctor != NULL ? OBJ_RAW : OBJ_FREE;
		if (CHECKED && oc->oc_ctor == NULL)
			slab_poison(oc, slab_object(slab, i));
	}
	kasan_slab_make(slab);
	pg = vm_page_of(pa);
	for (unsigned i = 0; i < 1U << oc->oc_order; i++)
		pg[i].pg_slab = slab;
	return slab;
}

/* The slab is on no list any more and none of its objects is out. */
static void
slab_destroy(struct objcache_slab *slab)
{
	struct objcache *oc = slab->os_cache;

	kasan_slab_destroy(slab);
	for (unsigned i = 0; i < oc->oc_perslab; i++)
		if (slab->os_state[i] == OBJ_FREE && oc->oc_dtor != NULL)
			oc->oc_dtor(slab_object(slab, i));
	page_free(DMAP_TO_PHYS(slab), oc->oc_order);
}

/* Under oc_spin: one object, and whether its constructor has yet to run;
 * such a one only if raw_ok. */
static void *
slab_pop(struct objcache *oc, bool raw_ok, bool *rawp)
{
	struct objcache_slab *slab = TAILQ_FIRST(&oc->oc_partial);
	unsigned index;

	if (slab == NULL)
		return NULL;
	index = slab->os_free[slab->os_nfree - 1];
	*rawp = slab->os_state[index] == OBJ_RAW;
	if (*rawp && !raw_ok) {
		*rawp = false;
		return NULL;
	}
	if (slab->os_nfree == oc->oc_perslab)
		oc->oc_nempty--;
	if (--slab->os_nfree == 0)
		TAILQ_REMOVE(&oc->oc_partial, slab, os_link);
	slab->os_state[index] = OBJ_MAG;
	return slab_object(slab, index);
}

/* Under oc_spin: state is OBJ_FREE or OBJ_RAW.  Returns a slab to destroy. */
static struct objcache_slab *
slab_push(struct objcache *oc, void *obj, uint8_t state)
{
	unsigned index;
	struct objcache_slab *slab = slab_of(oc, obj, &index);

	KASSERT(slab->os_state[index] >= OBJ_MAG, "%s: %p freed twice",
	    oc->oc_name, obj);
	slab->os_state[index] = state;
	slab->os_free[slab->os_nfree++] = (uint16_t)index;
	if (slab->os_nfree == 1)
		TAILQ_INSERT_HEAD(&oc->oc_partial, slab, os_link);
	if (slab->os_nfree < oc->oc_perslab)
		return NULL;
	TAILQ_REMOVE(&oc->oc_partial, slab, os_link);
	if (oc->oc_nempty >= SLAB_SPARE)
		return slab;
	oc->oc_nempty++;
	TAILQ_INSERT_TAIL(&oc->oc_partial, slab, os_link);
	return NULL;
}

/* Takes what is there: constructed objects, or a single raw one. */
static unsigned
slab_take_locked(struct objcache *oc, void **obj, unsigned want, bool *rawp)
{
	unsigned n = 0;

	while (n < want && !*rawp &&
	    (obj[n] = slab_pop(oc, n == 0, rawp)) != NULL)
		n++;
	return n;
}

static void
slab_give_state(struct objcache *oc, void **obj, unsigned n, uint8_t state)
{
	struct slablist dead = TAILQ_HEAD_INITIALIZER(dead);
	struct objcache_slab *slab, *next;

	spin_lock(&oc->oc_spin);
	for (unsigned i = 0; i < n; i++) {
		slab = slab_push(oc, obj[i], state);
		if (slab != NULL)
			TAILQ_INSERT_TAIL(&dead, slab, os_link);
	}
	spin_unlock(&oc->oc_spin);
	TAILQ_FOREACH_SAFE(slab, &dead, os_link, next)
		slab_destroy(slab);
}

void
slab_give(struct objcache *oc, void **obj, unsigned n)
{
	slab_give_state(oc, obj, n, OBJ_FREE);
}

unsigned
slab_take(struct objcache *oc, void **obj, unsigned want)
{
	struct objcache_slab *slab;
	bool raw = false;
	unsigned n;

	for (;;) {
		spin_lock(&oc->oc_spin);
		n = slab_take_locked(oc, obj, want, &raw);
		spin_unlock(&oc->oc_spin);
		if (n > 0)
			break;
		slab = slab_create(oc);
		if (slab == NULL)
			return 0;
		spin_lock(&oc->oc_spin);
		oc->oc_nempty++;
		TAILQ_INSERT_TAIL(&oc->oc_partial, slab, os_link);
		spin_unlock(&oc->oc_spin);
	}
	if (raw)
		kasan_construct(oc, obj[0]);
	if (raw && oc->oc_ctor(obj[0]) != 0) {
		slab_give_state(oc, obj, 1, OBJ_RAW);
		return 0;
	}
	return n;
}
