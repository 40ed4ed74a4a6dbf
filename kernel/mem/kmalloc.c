/*
 * kmalloc.c -- kernel memory by type.
 *
 * All subsystems call in.  Up to KMALLOC_MAX bytes come from an objcache for
 * each size class, more from page_alloc(); the struct vm_page under an
 * address tells kfree() which of the two it was and how large, so there are
 * no hidden headers.  Each CPU counts the allocations of each type in a row
 * of its own: no line is shared on the way.
 *
 * A type registers itself on first use.
 *
 * Entry points: kmalloc, kfree, kstrdup, kmalloc_foreach.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/slab.h"
#include "kernel/san/kasan.h"

#define KMALLOC_MAX 2048
#define GRAIN 16 /* the sizes of all classes are multiples of it */

static const struct kmalloc_class {
	uint16_t kc_size;
	const char *kc_name;
} kmalloc_classes[] = {
	{ 16, "kmalloc-16" },	  { 32, "kmalloc-32" },
	{ 48, "kmalloc-48" },	  { 64, "kmalloc-64" },
	{ 96, "kmalloc-96" },	  { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" },	  { 256, "kmalloc-256" },
	{ 384, "kmalloc-384" },	  { 512, "kmalloc-512" },
	{ 768, "kmalloc-768" },	  { 1024, "kmalloc-1024" },
	{ 1536, "kmalloc-1536" }, { 2048, "kmalloc-2048" },
};

/* By size in grains, rounded up. */
static struct objcache *kmalloc_caches[KMALLOC_MAX / GRAIN + 1]; /* STABLE */

static long kmalloc_counts[MAXCPU][KMALLOC_TYPES] __cachealigned; /* OWNER */
static struct spinlock kmalloc_spin = SPIN_INITIALIZER("kmalloc", SPIN_LEAF);
static struct malloc_type *kmalloc_types; /* ATOMIC head; grows only */
static unsigned kmalloc_ntypes;		  /* GUARDED(leaf_spin) */

static void
type_register(struct malloc_type *type)
{
	spin_lock(&kmalloc_spin);
	if (atomic_load(&type->ks_registered) == 0) {
		KASSERT(kmalloc_ntypes < KMALLOC_TYPES,
		    "kmalloc: no room for type %s", type->ks_name);
		type->ks_live = &kmalloc_counts[0][kmalloc_ntypes++];
		type->ks_next = kmalloc_types;
		atomic_store_rel(&kmalloc_types, type);
		atomic_store_rel(&type->ks_registered, 1);
	}
	spin_unlock(&kmalloc_spin);
}

static void
type_count(struct malloc_type *type, long n)
{
	crit_enter();
	type->ks_live[mycpu->gd_cpuid * KMALLOC_TYPES] += n;
	crit_exit();
}

static unsigned
size_order(size_t size)
{
	unsigned order = 0;

	while (order <= PAGE_MAXORDER && PAGE_SIZE << order < size)
		order++;
	return order;
}

void *
kmalloc(size_t size, struct malloc_type *type, int flags)
{
	uint64_t pa;
	void *p;

	if (unlikely(atomic_load_acq(&type->ks_registered) == 0))
		type_register(type);
	if (failpoint(type->ks_name))
		return NULL;
	if (size <= KMALLOC_MAX) {
		p = objcache_get(kmalloc_caches[howmany(size, GRAIN)]);
	} else {
		pa = page_alloc(size_order(size), PG_KERNEL);
		p = pa != 0 ? PHYS_TO_DMAP(pa) : NULL;
	}
	if (p == NULL)
		return NULL;
	type_count(type, 1);
	kasan_kmalloc(p, size, type->ks_name);
	if (flags & M_ZERO)
		memset(p, 0, size);
	return p;
}

void
kfree(void *p, struct malloc_type *type)
{
	struct vm_page *pg;

	if (p == NULL)
		return;
	KASSERT(type->ks_registered != 0, "kfree: %p: nothing of type %s was "
	    "ever allocated", p, type->ks_name);
	pg = vm_page_of(DMAP_TO_PHYS(p));
	KASSERT(pg->pg_use == PG_KERNEL, "kfree: %p was not allocated", p);
	type_count(type, -1);
	if (pg->pg_slab != NULL)
		objcache_put(pg->pg_slab->os_cache, p);
	else
		page_free(DMAP_TO_PHYS(p), pg->pg_order);
}

char *
kstrdup(const char *s, struct malloc_type *type)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size, type, 0);

	if (copy != NULL)
		memcpy(copy, s, size);
	return copy;
}

long
kmalloc_live(const struct malloc_type *type)
{
	long sum = 0;

	if (atomic_load_acq(&type->ks_registered) == 0)
		return 0;
	for (int i = 0; i < MAXCPU; i++)
		sum += atomic_load(&type->ks_live[i * KMALLOC_TYPES]);
	return sum;
}

void
kmalloc_foreach(void (*fn)(const char *name, long live, void *arg), void *arg)
{
	struct malloc_type *type = atomic_load_acq(&kmalloc_types);

	for (; type != NULL; type = type->ks_next)
		fn(type->ks_name, kmalloc_live(type), arg);
}

void
kmalloc_init(void)
{
	unsigned grains = 0;

	for (unsigned i = 0; i < nitems(kmalloc_classes); i++) {
		const struct kmalloc_class *kc = &kmalloc_classes[i];
		size_t align = kc->kc_size & (CACHE_LINE - 1) ? GRAIN :
								CACHE_LINE;
		struct objcache *oc = objcache_create(kc->kc_name, kc->kc_size,
		    align, NULL, NULL);

		KASSERT(oc != NULL, "kmalloc: no memory");
		for (; grains <= kc->kc_size / GRAIN; grains++)
			kmalloc_caches[grains] = oc;
	}
}
SYSINIT(kmalloc, SI_SUB_VM, SI_ORDER_SECOND, kmalloc_init);
