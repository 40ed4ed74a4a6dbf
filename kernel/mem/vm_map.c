/*
 * vm_map.c -- the entries of a vmspace: find, cut, join, insert, unmap.
 *
 * vm_mmap.c (system calls), vm_fault.c and vmspace.c call in, with the
 * vmspace's token.  Nothing here blocks and, entries having been reserved,
 * nothing here fails.
 *
 * A stack entry owns, besides its memory, the right to grow down to me_limit:
 * vm_find_space keeps others out of there, and unmapping that part takes the
 * right away.
 *
 * Entry points: see vm_map.h.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/vm_map.h"

static struct objcache *entry_cache; /* STABLE after SI_SUB_VM */

static int
vm_map_entry_cmp(const struct vm_map_entry *a, const struct vm_map_entry *b)
{
	return a->me_start < b->me_start ? -1 : a->me_start > b->me_start;
}

RB_GENERATE(vm_map, vm_map_entry, me_node, vm_map_entry_cmp)

static void
vm_map_boot(void)
{
	entry_cache = objcache_create("vm_map_entry",
	    sizeof(struct vm_map_entry), sizeof(void *), NULL, NULL);
	KASSERT(entry_cache != NULL, "vm_map: no memory");
}
SYSINIT(vm_map, SI_SUB_VM, SI_ORDER_MIDDLE, vm_map_boot);

bool
vm_range_ok(uintptr_t start, size_t len)
{
	return ((start | len) & PAGE_MASK) == 0 && start >= USER_MIN &&
	    start < USER_MAX && len <= USER_MAX - start;
}

/*
 * Finding.
 */

struct vm_map_entry *
vm_entry_find(struct vmspace *vm, uintptr_t va)
{
	struct vm_map_entry *e = RB_ROOT(&vm->vm_map), *above = NULL;

	while (e != NULL) {
		if (va >= e->me_end) {
			e = RB_RIGHT(e, me_node);
			continue;
		}
		above = e;
		if (va >= e->me_start)
			break;
		e = RB_LEFT(e, me_node);
	}
	return above;
}

struct vm_map_entry *
vm_entry_at(struct vmspace *vm, uintptr_t va)
{
	struct vm_map_entry *e = vm_entry_find(vm, va);

	return e != NULL && va >= e->me_start ? e : NULL;
}

bool
vm_range_free(struct vmspace *vm, uintptr_t start, uintptr_t end)
{
	struct vm_map_entry *e = vm_entry_find(vm, start);

	return e == NULL || e->me_start >= end;
}

/* From where on others had better stay away. */
static uintptr_t
entry_bottom(const struct vm_map_entry *e)
{
	if ((e->me_flags & ME_STACK) && e->me_limit < e->me_start)
		return max(e->me_limit - PAGE_SIZE, USER_MIN);
	return e->me_start;
}

/* The lowest gap from start on. */
static uintptr_t
find_gap(struct vmspace *vm, uintptr_t start, size_t len) NEEDS(vm_token)
{
	struct vm_map_entry *e = vm_entry_find(vm, start);

	for (; e != NULL; e = RB_NEXT(vm_map, &vm->vm_map, e)) {
		uintptr_t bottom = entry_bottom(e);

		if (bottom >= start && bottom - start >= len)
			break;
		start = e->me_end;
	}
	return len <= USER_MAX - start ? start : 0;
}

uintptr_t
vm_find_space(struct vmspace *vm, uintptr_t wish, size_t len, bool below)
{
	size_t guard = below ? PAGE_SIZE : 0;
	uintptr_t va;

	wish = roundup2(wish, PAGE_SIZE);
	if (vm_range_ok(wish, len) && wish - guard >= USER_MIN &&
	    find_gap(vm, wish - guard, len + guard) == wish - guard)
		return wish;
	va = find_gap(vm, VM_MMAP_BASE, len + guard);
	return va != 0 ? va + guard : 0;
}

/*
 * Reserving entries.
 */

static bool
needs_cut(struct vmspace *vm, uintptr_t va) NEEDS(vm_token)
{
	struct vm_map_entry *e = vm_entry_at(vm, va);

	return e != NULL && e->me_start != va;
}

int
vm_reserve(struct vmspace *vm, uintptr_t start, uintptr_t end, unsigned extra,
    struct vm_reserve *vr)
{
	unsigned want = extra + needs_cut(vm, start) + needs_cut(vm, end);

	for (vr->vr_count = 0; vr->vr_count < want; vr->vr_count++) {
		struct vm_map_entry *e = objcache_get(entry_cache);

		if (e == NULL) {
			vm_reserve_end(vr);
			return ENOMEM;
		}
		vr->vr_entry[vr->vr_count] = e;
	}
	return 0;
}

struct vm_map_entry *
vm_reserve_use(struct vm_reserve *vr)
{
	KASSERT(vr->vr_count > 0, "vm_map: too few entries reserved");
	return vr->vr_entry[--vr->vr_count];
}

void
vm_reserve_end(struct vm_reserve *vr)
{
	while (vr->vr_count > 0)
		objcache_put(entry_cache, vm_reserve_use(vr));
}

/*
 * Cutting and joining.
 */

static void
clip_at(struct vmspace *vm, uintptr_t va, struct vm_reserve *vr)
    NEEDS(vm_token)
{
	struct vm_map_entry *lower, *upper;

	if (!needs_cut(vm, va))
		return;
	lower = vm_entry_at(vm, va);
	upper = vm_reserve_use(vr);
	*upper = *lower;
	lower->me_end = upper->me_start = va;
	/* The right to grow stays with the lower part. */
	upper->me_limit = va;
	if (upper->me_object != NULL) {
		vm_object_ref(upper->me_object);
		upper->me_pgoff += (va - lower->me_start) >> PAGE_SHIFT;
	}
	RB_INSERT(vm_map, &vm->vm_map, upper);
}

void
vm_clip(struct vmspace *vm, uintptr_t start, uintptr_t end,
    struct vm_reserve *vr)
{
	clip_at(vm, start, vr);
	clip_at(vm, end, vr);
}

static void
entry_free(struct vm_map_entry *e)
{
	if (e->me_object != NULL)
		vm_object_rele(e->me_object);
	objcache_put(entry_cache, e);
}

/* Could upper be a part of lower? */
static bool
entries_join(const struct vm_map_entry *lower, const struct vm_map_entry *upper)
{
	size_t pages = (lower->me_end - lower->me_start) >> PAGE_SHIFT;

	return lower->me_end == upper->me_start &&
	    lower->me_prot == upper->me_prot &&
	    lower->me_maxprot == upper->me_maxprot &&
	    lower->me_flags == upper->me_flags &&
	    lower->me_object == upper->me_object &&
	    (upper->me_object == NULL ||
		upper->me_pgoff == lower->me_pgoff + pages) &&
	    (!(upper->me_flags & ME_STACK) ||
		upper->me_limit >= upper->me_start);
}

void
vm_merge(struct vmspace *vm, uintptr_t start, uintptr_t end)
{
	struct vm_map_entry *e = vm_entry_find(vm, start - 1), *next;

	for (; e != NULL && e->me_end <= end; e = next) {
		next = RB_NEXT(vm_map, &vm->vm_map, e);
		if (next == NULL || !entries_join(e, next))
			continue;
		RB_REMOVE(vm_map, &vm->vm_map, next);
		e->me_end = next->me_end;
		entry_free(next);
		next = e;
	}
}

/*
 * Inserting and unmapping.
 */

void
vm_entry_insert(struct vmspace *vm, struct vm_map_entry *e)
{
	KKASSERT(vm_range_free(vm, e->me_start, e->me_end));
	vm_account(vm, e, (long)(e->me_end - e->me_start));
	RB_INSERT(vm_map, &vm->vm_map, e);
	vm_merge(vm, e->me_start, e->me_end);
}

void
vm_unmap(struct vmspace *vm, uintptr_t start, uintptr_t end,
    struct vm_reserve *vr)
{
	struct vm_map_entry *e, *next;

	vm_clip(vm, start, end, vr);
	e = vm_entry_find(vm, start);
	/* ORDER: pages first: the entries hold the objects that own them. */
	vmspace_note_peak(vm);
	if (e != NULL && e->me_start < end)
		pmap_remove(&vm->vm_pmap, start, end);
	for (; e != NULL && e->me_start < end; e = next) {
		next = RB_NEXT(vm_map, &vm->vm_map, e);
		RB_REMOVE(vm_map, &vm->vm_map, e);
		vm_account(vm, e, -(long)(e->me_end - e->me_start));
		entry_free(e);
	}
	if (e != NULL && (e->me_flags & ME_STACK) && e->me_limit < end)
		e->me_limit = min(end, e->me_start);
}

/* Leaf by leaf: a tree that goes as a whole need not stay balanced. */
void
vm_entries_free(struct vmspace *vm)
{
	struct vm_map_entry *e = RB_ROOT(&vm->vm_map), *parent;

	while (e != NULL) {
		if (RB_LEFT(e, me_node) != NULL) {
			e = RB_LEFT(e, me_node);
		} else if (RB_RIGHT(e, me_node) != NULL) {
			e = RB_RIGHT(e, me_node);
		} else {
			parent = RB_PARENT(e, me_node);
			if (parent != NULL && RB_LEFT(parent, me_node) == e)
				RB_LEFT(parent, me_node) = NULL;
			else if (parent != NULL)
				RB_RIGHT(parent, me_node) = NULL;
			entry_free(e);
			e = parent;
		}
	}
	RB_INIT(&vm->vm_map);
	vm->vm_size = vm->vm_dsize = 0;
}

/* A copy of e as a child of parent; NULL without memory. */
static struct vm_map_entry *
entry_copy(const struct vm_map_entry *e, struct vm_map_entry *parent)
{
	struct vm_map_entry *copy = objcache_get(entry_cache);

	if (copy == NULL)
		return NULL;
	*copy = *e;
	RB_LEFT(copy, me_node) = RB_RIGHT(copy, me_node) = NULL;
	RB_PARENT(copy, me_node) = parent;
	if (copy->me_object != NULL)
		vm_object_ref(copy->me_object);
	return copy;
}

/* Copies the tree as it is, node by node: nothing is compared or balanced. */
int
vm_entries_copy(struct vmspace *dst, struct vmspace *src)
{
	struct vm_map_entry *e = RB_ROOT(&src->vm_map), *copy, **slot;

	if (e == NULL)
		return 0;
	copy = RB_ROOT(&dst->vm_map) = entry_copy(e, NULL);
	while (copy != NULL) {
		struct vm_map_entry *left = RB_LEFT(e, me_node);
		struct vm_map_entry *right = RB_RIGHT(e, me_node);

		if (left != NULL && RB_LEFT(copy, me_node) == NULL) {
			e = left;
			slot = &RB_LEFT(copy, me_node);
		} else if (right != NULL && RB_RIGHT(copy, me_node) == NULL) {
			e = right;
			slot = &RB_RIGHT(copy, me_node);
		} else {
			e = RB_PARENT(e, me_node);
			copy = RB_PARENT(copy, me_node);
			if (copy == NULL)
				return 0;
			continue;
		}
		copy = *slot = entry_copy(e, copy);
	}
	return ENOMEM;
}
