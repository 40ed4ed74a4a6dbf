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

/* Pages of an entry, counted from its start. */
struct span {
	long sp_first, sp_end;
};

/* Where the pages lie that the program sees now; false: none of them needs to
 * be parked.  A file's count all, up to its end: beyond it there is no memory.
 * Of anonymous memory, which may be huge and nearly empty, only the part that
 * holds pages is of interest. */
static bool
park_span(struct vmspace *vm, const struct vm_map_entry *e, struct span *sp)
    NEEDS(vm_token)
{
	uintptr_t start = e->me_start, end = e->me_end;
	const struct vm_object *old = e->me_object;
	long first, last;

	if ((e->me_flags & ME_SHARED) ||
	    !pmap_bounds(&vm->vm_pmap, &start, &end))
		return false;
	sp->sp_first = (long)((start - e->me_start) >> PAGE_SHIFT);
	sp->sp_end = (long)((end - e->me_start) >> PAGE_SHIFT);
	if (old == NULL)
		return true;
	first = max(-(long)e->me_pgoff, 0L);
	last = min((long)((e->me_end - e->me_start) >> PAGE_SHIFT),
	    (long)(old->vo_npages - e->me_pgoff));
	if (first < last) {
		sp->sp_first = min(sp->sp_first, first);
		sp->sp_end = max(sp->sp_end, last);
	}
	return true;
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

static int
park_entry(struct vmspace *vm, struct vm_map_entry *e, const struct span *sp)
    NEEDS(vm_token)
{
	size_t first = (size_t)sp->sp_first;
	struct vm_object *obj = vm_object_alloc((size_t)sp->sp_end - first);

	if (obj == NULL)
		return ENOMEM;
	/* Nobody else knows the object yet: no lock. */
	for (size_t i = 0; i < obj->vo_npages; i++) {
		uint64_t pa = park_page(vm, e, first + i);

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
	e->me_pgoff = -first;
	return 0;
}

int
vm_park(struct vmspace *vm, uintptr_t start, uintptr_t end)
{
	struct vm_map_entry *e = vm_entry_find(vm, start);
	struct span sp;

	for (; e != NULL && e->me_start < end;
	     e = RB_NEXT(vm_map, &vm->vm_map, e)) {
		if (park_span(vm, e, &sp) && park_entry(vm, e, &sp) != 0)
			return ENOMEM;
	}
	return 0;
}
