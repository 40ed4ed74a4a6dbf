/*
 * vm_park.c -- what becomes of private pages under PROT_NONE.
 *
 * Private pages are known to the page table only, and the page table knows no
 * page without a right.  So before mprotect(PROT_NONE) unmaps them, they move
 * into an object that the entry then maps copy-on-write: when the rights come
 * back, faults find them there.  Only vm_map_protect calls in.
 *
 * Entry point: vm_park.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm_map.h"

/* How many of the entry's pages could ever be there. */
static size_t
park_size(const struct vm_map_entry *e)
{
	size_t n = (e->me_end - e->me_start) >> PAGE_SHIFT;
	const struct vm_object *old = e->me_object;

	if (old == NULL)
		return n;
	return old->vo_npages < e->me_pgoff ? 0 :
	    min(n, old->vo_npages - e->me_pgoff);
}

/* The page that the program sees at index, 0: none yet. */
static uint64_t
park_page(struct vmspace *vm, const struct vm_map_entry *e, size_t index)
    NEEDS(vm_token)
{
	uint64_t have = pmap_lookup(&vm->vm_pmap,
	    e->me_start + (index << PAGE_SHIFT));

	if (have != 0)
		return have & ~PAGE_MASK;
	if (e->me_object == NULL)
		return 0;
	return vm_object_peek(e->me_object, e->me_pgoff + index);
}

static bool
park_needed(struct vmspace *vm, const struct vm_map_entry *e) NEEDS(vm_token)
{
	if ((e->me_flags & ME_SHARED) || vm->vm_pmap.pm_resident == 0)
		return false;
	for (uintptr_t va = e->me_start; va < e->me_end; va += PAGE_SIZE)
		if (pmap_lookup(&vm->vm_pmap, va) != 0)
			return true;
	return false;
}

static int
park_entry(struct vmspace *vm, struct vm_map_entry *e) NEEDS(vm_token)
{
	struct vm_object *obj = vm_object_alloc(park_size(e));

	if (obj == NULL)
		return ENOMEM;
	/* Nobody else knows the object yet: no lock. */
	for (size_t i = 0; i < obj->vo_npages; i++) {
		uint64_t pa = park_page(vm, e, i);

		if (pa != 0)
			vm_page_hold(pa);
		obj->vo_pages[i] = pa;
	}
	vmspace_note_peak(vm);
	pmap_remove(&vm->vm_pmap, e->me_start, e->me_end);
	if (e->me_object == NULL)
		e->me_flags |= ME_PARKED;
	else
		vm_object_rele(e->me_object);
	e->me_object = obj;
	e->me_pgoff = 0;
	return 0;
}

int
vm_park(struct vmspace *vm, uintptr_t start, uintptr_t end)
{
	struct vm_map_entry *e = vm_entry_find(vm, start);

	for (; e != NULL && e->me_start < end;
	     e = RB_NEXT(vm_map, &vm->vm_map, e)) {
		if (park_needed(vm, e) && park_entry(vm, e) != 0)
			return ENOMEM;
	}
	return 0;
}
