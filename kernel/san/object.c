/*
 * object.c -- what the allocators say, as marks in the shadow and records.
 *
 * slab.c, objcache.c, kmalloc.c, page.c and kstack.c call in (kasan.h).  The
 * record of an object belongs to whoever has the object: its user, this CPU's
 * quarantine, or the slab.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/slab.h"
#include "kernel/san/shadow.h"

_Static_assert(sizeof(struct record) <= KASAN_STACK_BYTES, "kasan.h");

#define TRACK_SKIP 2 /* the hook that calls track_note(), and itself */

void
track_note(struct track *tk)
{
	cpu_backtrace_save(tk->tk_pc, TRACK_DEPTH, TRACK_SKIP);
	tk->tk_cpu = (int16_t)mycpu->gd_cpuid;
	tk->tk_pid = panic_pid(curthread);
}

struct record *
record_of(struct objcache *oc, void *obj)
{
	return (struct record *)((char *)obj + oc->oc_size) - 1;
}

struct record *
stack_record(void *stack)
{
	return (struct record *)((char *)stack + STACK_RECORD);
}

/*
 * Slabs and their objects.
 */

size_t
kasan_stride(size_t size)
{
	return roundup2(size, sizeof(void *)) + sizeof(struct record);
}

static void *
slab_objects(struct objcache_slab *slab)
{
	return (char *)slab + slab->os_cache->oc_first;
}

static size_t
slab_bytes(struct objcache_slab *slab)
{
	return (PAGE_SIZE << slab->os_cache->oc_order) -
	    slab->os_cache->oc_first;
}

void
kasan_slab_make(struct objcache_slab *slab)
{
	struct objcache *oc = slab->os_cache;
	char *obj = slab_objects(slab);

	shadow_fill(obj, slab_bytes(slab), SHADOW_REDZONE);
	for (unsigned i = 0; i < oc->oc_perslab; i++, obj += oc->oc_size) {
		struct record *rc = record_of(oc, obj);

		shadow_fill(obj, oc->oc_room, SHADOW_FREE);
		rc->rc_alloc.tk_cpu = rc->rc_free.tk_cpu = -1;
		rc->rc_type = NULL;
		rc->rc_cache = oc;
		rc->rc_obj = obj;
		rc->rc_size = oc->oc_room;
	}
}

void
kasan_slab_destroy(struct objcache_slab *slab)
{
	shadow_clear(slab_objects(slab), slab_bytes(slab));
}

void
kasan_construct(struct objcache *oc, void *obj)
{
	shadow_clear(obj, oc->oc_room);
}

void
kasan_get(struct objcache *oc, void *obj)
{
	struct record *rc = record_of(oc, obj);

	track_note(&rc->rc_alloc);
	rc->rc_free.tk_cpu = -1;
	rc->rc_type = NULL;
	rc->rc_size = oc->oc_room;
	shadow_clear(obj, oc->oc_room);
}

void
kasan_kmalloc(void *p, size_t size, const char *type)
{
	struct vm_page *pg = vm_page_of(DMAP_TO_PHYS(p));
	size_t used = roundup2(size, SHADOW_GRAIN);
	size_t room = PAGE_SIZE << pg->pg_order;

	if (pg->pg_slab != NULL) {
		struct objcache *oc = pg->pg_slab->os_cache;

		record_of(oc, p)->rc_type = type;
		record_of(oc, p)->rc_size = size;
		room = oc->oc_room;
	}
	shadow_clear(p, size);
	shadow_fill((char *)p + used, room - used, SHADOW_TAIL);
}

void
kasan_check_put(struct objcache *oc, void *obj)
{
	uint8_t first = *shadow_of((uintptr_t)obj);

	/* Of nothing, all is tail. */
	if (first >= SHADOW_GRAIN && first != SHADOW_TAIL)
		kasan_report_free(oc, obj);
	shadow_clear(obj, oc->oc_room);
}

bool
kasan_put(struct objcache *oc, void *obj)
{
	struct record *rc = record_of(oc, obj);

	track_note(&rc->rc_free);
	shadow_fill(obj, oc->oc_room, SHADOW_FREE);
	atomic_sub(&oc->oc_stray_live, 1);
	quarantine_put(rc, oc->oc_size);
	return true;
}

/*
 * Pages and stacks.
 */

void
kasan_page_alloc(void *p, size_t bytes)
{
	shadow_clear(p, bytes);
}

void
kasan_page_free(void *p, size_t bytes)
{
	shadow_fill(p, bytes, SHADOW_PAGE_FREE);
}

/* A slot that could not be built waits for its CPU's next try, with its
 * shadow. */
bool
kasan_stack_build(uintptr_t slot) NEEDS(crit)
{
	static uintptr_t built[MAXCPU]; /* GUARDED(crit) the last of each */
	uintptr_t *last = &built[mycpu->gd_cpuid];

	if (*last == slot)
		return true;
	if (!pmap_shadow_enter(slot))
		return false;
	*last = slot;
	return true;
}

void
kasan_stack_alloc(void *stack)
{
	struct record *rc = stack_record(stack);

	track_note(&rc->rc_alloc);
	rc->rc_free.tk_cpu = -1;
	rc->rc_obj = stack;
	shadow_clear(stack, KSTACK_SIZE);
	shadow_fill(rc, roundup2(sizeof(*rc), SHADOW_GRAIN), SHADOW_STACK_END);
}

bool
kasan_stack_free(void **stackp)
{
	struct record *rc = stack_record(*stackp);

	track_note(&rc->rc_free);
	/* Not the words below the record: kstack.c links stacks by them. */
	shadow_fill(rc, KSTACK_SIZE - STACK_RECORD, SHADOW_STACK_FREE);
	*stackp = quarantine_stack(rc);
	return *stackp == NULL;
}
