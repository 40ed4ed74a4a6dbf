/*
 * objcache.c -- caches of objects of one size, a magazine per CPU.
 *
 * All subsystems call in.  objcache_get and objcache_put work on the
 * magazine of the CPU in a critical section; half a magazine at a time comes
 * from or goes to the depot (depot.c) or the slabs (slab.c), under the lock of
 * the cache.  The
 * magazine of a CPU is made when the CPU first puts or misses; a CPU that
 * got no memory for it works on the slabs.
 *
 * Under INVARIANTS objects without a constructor are poisoned while they are
 * free (their first 256 bytes), and an object that is put twice is caught at
 * the second put.
 *
 * Entry points: objcache_create, objcache_get, objcache_put.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/slab.h"
#include "kernel/san/kasan.h"

#define POISON_WORD 0xdfdfdfdfdfdfdfdfUL
#define POISON_LOOK 64 /* bytes of poison that are looked at again */
#define META_ORDER 2   /* pages that are carved up at a time */

#ifdef INVARIANTS
#define CHECKED 1
#else
#define CHECKED 0
#endif

/* Memory that is never given back: caches and magazines. */
static struct spinlock meta_spin = SPIN_INITIALIZER("objcache", SPIN_LEAF);
static char *meta_next, *meta_end; /* GUARDED(leaf_spin) */
static struct objcache *objcache_all; /* ATOMIC head; grows only */

static void *
meta_carve(size_t size)
{
	void *p = NULL;

	spin_lock(&meta_spin);
	if ((size_t)(meta_end - meta_next) >= size) {
		p = meta_next;
		meta_next += size;
	}
	spin_unlock(&meta_spin);
	return p;
}

/* RACE: another CPU may have brought some meanwhile; its stays, if that is
 * enough. */
static void
meta_bring(uint64_t pa, size_t size)
{
	bool used;

	spin_lock(&meta_spin);
	used = (size_t)(meta_end - meta_next) < size;
	if (used) {
		meta_next = PHYS_TO_DMAP(pa);
		meta_end = meta_next + (PAGE_SIZE << META_ORDER);
	}
	spin_unlock(&meta_spin);
	if (!used)
		page_free(pa, META_ORDER);
}

/* Aligned to a cache line.  Magazines and loads are asked for where objects are
 * given back, and done without: failpoints, by which tests see who needs
 * memory, leave them alone. */
void *
meta_alloc(size_t size)
{
	uint64_t pa;
	void *p;

	size = roundup2(size, (size_t)CACHE_LINE);
	while ((p = meta_carve(size)) == NULL) {
		pa = page_alloc_spare(META_ORDER, PG_KERNEL);
		if (pa == 0)
			return NULL;
		memset(PHYS_TO_DMAP(pa), 0, PAGE_SIZE << META_ORDER);
		meta_bring(pa, size);
	}
	return p;
}

/*
 * What INVARIANTS adds.
 */

static void
check_put(struct objcache *oc, void *obj)
{
	uint8_t *state = slab_state(oc, obj);

	KASSERT(*state == OBJ_LIVE, "%s: %p freed twice", oc->oc_name, obj);
	*state = OBJ_MAG;
	if (oc->oc_ctor == NULL)
		slab_poison(oc, obj);
}

static void
check_get(struct objcache *oc, void *obj)
{
	uint8_t *state = slab_state(oc, obj);
	size_t len = min(oc->oc_room, (size_t)POISON_LOOK);
	const uint64_t *word = obj;

	KASSERT(*state == OBJ_MAG, "%s: %p is in use twice", oc->oc_name, obj);
	*state = OBJ_LIVE;
	if (oc->oc_ctor != NULL)
		return;
	for (size_t i = 0; i < len / sizeof(*word); i++)
		KASSERT(word[i] == POISON_WORD, "%s: %p written after free",
		    oc->oc_name, obj);
}

/*
 * Get and put.
 */

/* This CPU's magazine, made if need be; NULL without memory. */
static struct objcache_cpu *
magazine(struct objcache *oc) NEEDS(crit)
{
	struct objcache_cpu **slot = &oc->oc_cpu[mycpu->gd_cpuid];

	if (unlikely(*slot == NULL))
		*slot = meta_alloc(sizeof(struct objcache_cpu));
	return *slot;
}

/* The magazine was empty: outside of the critical section, since a
 * constructor may take long, so the CPU may be another one afterwards. */
static __rare void *
get_slow(struct objcache *oc)
{
	void *obj[MAG_HALF];
	unsigned n = depot_take(oc, obj) ? MAG_HALF :
					   slab_take(oc, obj, MAG_HALF);
	struct objcache_cpu *om;

	if (n == 0)
		return NULL;
	crit_enter();
	om = magazine(oc);
	if (om != NULL)
		om->om_live++;
	else
		atomic_add(&oc->oc_stray_live, 1);
	while (om != NULL && n > 1 && om->om_count < OBJCACHE_MAG)
		om->om_obj[om->om_count++] = obj[--n];
	crit_exit();
	if (n > 1)
		slab_give(oc, obj + 1, n - 1);
	return obj[0];
}

/* From the magazine; NULL when it is empty. */
static inline void *
get_fast(struct objcache *oc)
{
	struct objcache_cpu *om;
	void *obj = NULL;

	crit_enter();
	om = oc->oc_cpu[mycpu->gd_cpuid];
	if (likely(om != NULL && om->om_count > 0)) {
		obj = om->om_obj[--om->om_count];
		om->om_live++;
	}
	crit_exit();
	return obj;
}

/* With what only tests and builds with self-checks want. */
static __rare void *
get_checked(struct objcache *oc)
{
	void *obj;

	if (failpoint(oc->oc_name))
		return NULL;
	obj = get_fast(oc);
	if (obj == NULL)
		obj = get_slow(oc);
	if (obj == NULL && kasan_reclaim())
		obj = get_slow(oc);
	if (obj != NULL)
		kasan_get(oc, obj);
	if (CHECKED && obj != NULL)
		check_get(oc, obj);
	return obj;
}

inline void *
objcache_get(struct objcache *oc)
{
	void *obj;

	if (CHECKED || unlikely(atomic_load(&failpoint_armed)))
		return get_checked(oc);
	obj = get_fast(oc);
	return likely(obj != NULL) ? obj : get_slow(oc);
}

/* The magazine is full, or not there. */
static __rare void
put_slow(struct objcache *oc, void *obj)
{
	void *old[MAG_HALF];
	struct objcache_cpu *om;
	unsigned n = 0;

	crit_enter();
	om = magazine(oc);
	if (om == NULL) {
		atomic_sub(&oc->oc_stray_live, 1);
		old[n++] = obj;
	} else {
		om->om_live--;
		if (om->om_count == OBJCACHE_MAG) {
			/* The ones at the bottom are cold in this cache. */
			n = MAG_HALF;
			memcpy(old, om->om_obj, sizeof(old));
			memmove(om->om_obj, om->om_obj + MAG_HALF,
			    sizeof(om->om_obj) - sizeof(old));
			om->om_count -= MAG_HALF;
		}
		om->om_obj[om->om_count++] = obj;
	}
	crit_exit();
	if (n > 0 && !(n == MAG_HALF && depot_give(oc, old)))
		slab_give(oc, old, n);
}

void
objcache_put(struct objcache *oc, void *obj)
{
	struct objcache_cpu *om;
	bool kept = false;

	kasan_check_put(oc, obj);
	if (CHECKED)
		check_put(oc, obj);
	if (kasan_put(oc, obj))
		return;
	crit_enter();
	om = oc->oc_cpu[mycpu->gd_cpuid];
	if (likely(om != NULL && om->om_count < OBJCACHE_MAG)) {
		om->om_live--;
		om->om_obj[om->om_count++] = obj;
		kept = true;
	}
	crit_exit();
	if (unlikely(!kept))
		put_slow(oc, obj);
}

/*
 * Caches.
 */

struct objcache *
objcache_create(const char *name, size_t size, size_t align,
    int (*ctor)(void *obj), void (*dtor)(void *obj))
{
	struct objcache *oc = meta_alloc(sizeof(*oc));

	if (oc == NULL)
		return NULL;
	KASSERT((align & (align - 1)) == 0, "%s: bad alignment", name);
	oc->oc_name = name;
	oc->oc_ctor = ctor;
	oc->oc_dtor = dtor;
	slab_layout(oc, size, max(align, sizeof(uint64_t)));
	spin_init(&oc->oc_spin, name, SPIN_LEAF);
	TAILQ_INIT(&oc->oc_partial);
	do {
		oc->oc_next = atomic_load(&objcache_all);
	} while (!atomic_cmpset(&objcache_all, oc->oc_next, oc));
	return oc;
}

long
objcache_live(struct objcache *oc)
{
	long sum = atomic_load(&oc->oc_stray_live);

	for (int i = 0; i < MAXCPU; i++) {
		struct objcache_cpu *om = atomic_load_acq(&oc->oc_cpu[i]);

		if (om != NULL)
			sum += atomic_load(&om->om_live);
	}
	return sum;
}

const char *
objcache_name(struct objcache *oc)
{
	return oc->oc_name;
}

void
objcache_foreach(void (*fn)(struct objcache *oc, void *arg), void *arg)
{
	struct objcache *oc = atomic_load_acq(&objcache_all);

	for (; oc != NULL; oc = oc->oc_next)
		fn(oc, arg);
}
