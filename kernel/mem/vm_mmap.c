/*
 * vm_mmap.c -- what a program may ask of its memory: map, unmap, protect,
 * stack, heap.
 *
 * System calls and exec call in.  Every function decides first: arguments,
 * room, reserved entries; from there on it cannot fail, so an error leaves
 * the map as it was.  Page tables are filled by faults only (vm_fault.c).
 *
 * Entry points: vm_map_enter, vm_map_remove, vm_map_protect, vm_map_stack,
 * vm_map_brk.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/vm_map.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define STACK_FIRST (4 * PAGE_SIZE) /* a stack's size before it grows */

static int
enter_check(uintptr_t addr, size_t *lenp, int prot, int maxprot, int flags,
    const struct vm_object *obj)
{
	int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
	size_t len = roundup2(*lenp, PAGE_SIZE);

	if (*lenp == 0 || (prot & ~PROT_ALL) != 0)
		return EINVAL;
	if (sharing != MAP_SHARED && sharing != MAP_PRIVATE)
		return EINVAL;
	if ((flags & MAP_STACK) && (obj != NULL || sharing == MAP_SHARED))
		return EINVAL;
	if ((prot & ~maxprot) != 0)
		return EACCES;
	if (len == 0 || len > USER_MAX - USER_MIN)
		return ENOMEM;
	if ((flags & MAP_FIXED) && !vm_range_ok(addr, len))
		return EINVAL;
	*lenp = len;
	return 0;
}

/* Fills the entry for [start, start + len), which takes over obj. */
static void
entry_fill(struct vm_map_entry *e, uintptr_t start, size_t len, int flags,
    struct vm_object *obj)
{
	size_t first = len;

	if (flags & MAP_STACK)
		first = min(len, STACK_FIRST);
	*e = (struct vm_map_entry){
		.me_start = start + len - first,
		.me_end = start + len,
		.me_flags = (flags & MAP_STACK ? ME_STACK : 0) |
		    (flags & MAP_SHARED ? ME_SHARED : 0),
		.me_limit = start,
		.me_object = obj,
	};
}

static int
enter_locked(struct vmspace *vm, uintptr_t *addrp, size_t len, int flags,
    struct vm_reserve *vr) NEEDS(vm_token)
{
	uintptr_t start = *addrp;

	if (!(flags & MAP_FIXED))
		start = vm_find_space(vm, start, len, flags & MAP_STACK);
	if (start == 0 || vm_reserve(vm, start, start + len, 1, vr) != 0)
		return ENOMEM;
	if (flags & MAP_FIXED)
		vm_unmap(vm, start, start + len, vr);
	*addrp = start;
	return 0;
}

int
vm_map_enter(struct vmspace *vm, uintptr_t *addrp, size_t len, int prot,
    int maxprot, int flags, struct vm_object *obj, size_t pgoff)
{
	struct vm_object *anon = NULL;
	struct vm_map_entry *e;
	struct vm_reserve vr;
	int error;

	error = enter_check(*addrp, &len, prot, maxprot, flags, obj);
	if (error != 0)
		return error;
	if (obj == NULL && (flags & MAP_SHARED)) {
		obj = anon = vm_object_alloc(len >> PAGE_SHIFT);
		if (anon == NULL)
			return ENOMEM;
		pgoff = 0;
	}
	vm_lock(vm); /* sleeps */
	error = enter_locked(vm, addrp, len, flags, &vr);
	if (error == 0) {
		e = vm_reserve_use(&vr);
		entry_fill(e, *addrp, len, flags, obj);
		e->me_prot = prot;
		e->me_maxprot = maxprot;
		e->me_pgoff = pgoff;
		vm_entry_insert(vm, e);
		vm_reserve_end(&vr);
	}
	vm_unlock(vm);
	if (error != 0 && anon != NULL)
		vm_object_rele(anon);
	return error;
}

int
vm_map_remove(struct vmspace *vm, uintptr_t start, size_t len)
{
	struct vm_reserve vr;
	int error;

	if (len == 0 || len > USER_MAX)
		return EINVAL;
	len = roundup2(len, PAGE_SIZE);
	if (!vm_range_ok(start, len))
		return EINVAL;
	vm_lock(vm); /* sleeps */
	error = vm_reserve(vm, start, start + len, 0, &vr);
	if (error == 0) {
		vm_unmap(vm, start, start + len, &vr);
		vm_reserve_end(&vr);
	}
	vm_unlock(vm);
	return error;
}

/* Is all of it mapped, and may it have prot? */
static int
protect_check(struct vmspace *vm, uintptr_t start, uintptr_t end, int prot)
    NEEDS(vm_token)
{
	struct vm_map_entry *e = vm_entry_find(vm, start);

	for (; start < end; e = RB_NEXT(vm_map, &vm->vm_map, e)) {
		if (e == NULL || e->me_start > start)
			return ENOMEM;
		if ((prot & ~e->me_maxprot) != 0)
			return EACCES;
		start = e->me_end;
	}
	return 0;
}

static int
protect_locked(struct vmspace *vm, uintptr_t start, uintptr_t end, int prot)
    NEEDS(vm_token)
{
	struct vm_map_entry *e;
	struct vm_reserve vr;
	int error = protect_check(vm, start, end, prot);

	if (error != 0 || start == end)
		return error;
	if (vm_reserve(vm, start, end, 0, &vr) != 0)
		return ENOMEM;
	vm_clip(vm, start, end, &vr);
	vm_reserve_end(&vr);
	if (prot == PROT_NONE)
		error = vm_park(vm, start, end);
	for (e = vm_entry_find(vm, start);
	     error == 0 && e != NULL && e->me_start < end;
	     e = RB_NEXT(vm_map, &vm->vm_map, e))
		e->me_prot = prot;
	if (error == 0)
		pmap_protect(&vm->vm_pmap, start, end, prot);
	vm_merge(vm, start, end);
	return error;
}

int
vm_map_protect(struct vmspace *vm, uintptr_t start, size_t len, int prot)
{
	int error;

	if ((prot & ~PROT_ALL) != 0 || len > USER_MAX)
		return EINVAL;
	len = roundup2(len, PAGE_SIZE);
	if (!vm_range_ok(start, len))
		return EINVAL;
	vm_lock(vm); /* sleeps */
	error = protect_locked(vm, start, start + len, prot);
	vm_unlock(vm);
	return error;
}

int
vm_map_stack(struct vmspace *vm, size_t limit)
{
	uintptr_t bottom;

	limit = min(limit, VM_STACK_MAX);
	limit = max(roundup2(limit, PAGE_SIZE), STACK_FIRST);
	bottom = VM_STACK_TOP - limit;
	return vm_map_enter(vm, &bottom, limit, PROT_READ | PROT_WRITE,
	    PROT_ALL, MAP_PRIVATE | MAP_ANON | MAP_FIXED | MAP_STACK, NULL,
	    0); /* sleeps */
}

/* Maps the heap's new pages. */
static int
brk_grow(struct vmspace *vm, uintptr_t start, uintptr_t end, size_t datalimit)
    NEEDS(vm_token)
{
	struct vm_map_entry *e;
	struct vm_reserve vr;

	if (end - start > datalimit || vm->vm_dsize > datalimit - (end - start))
		return ENOMEM;
	if (!vm_range_free(vm, start, end) ||
	    vm_reserve(vm, start, end, 1, &vr) != 0)
		return ENOMEM;
	e = vm_reserve_use(&vr);
	entry_fill(e, start, end - start, MAP_PRIVATE, NULL);
	e->me_prot = PROT_READ | PROT_WRITE;
	e->me_maxprot = PROT_ALL;
	vm_entry_insert(vm, e);
	vm_reserve_end(&vr);
	return 0;
}

static int
brk_locked(struct vmspace *vm, uintptr_t newbrk, size_t datalimit)
    NEEDS(vm_token)
{
	uintptr_t old = roundup2(vm->vm_brk, PAGE_SIZE);
	uintptr_t end = roundup2(newbrk, PAGE_SIZE);
	struct vm_reserve vr;
	int error = 0;

	if (newbrk < vm->vm_brk_start || newbrk > VM_BRK_MAX)
		return ENOMEM;
	if (end > old) {
		error = brk_grow(vm, old, end, datalimit);
	} else if (end < old) {
		error = vm_reserve(vm, end, old, 0, &vr);
		if (error == 0) {
			vm_unmap(vm, end, old, &vr);
			vm_reserve_end(&vr);
		}
	}
	if (error == 0)
		vm->vm_brk = newbrk;
	return error;
}

int
vm_map_brk(struct vmspace *vm, uintptr_t newbrk, size_t datalimit)
{
	int error;

	vm_lock(vm); /* sleeps */
	error = brk_locked(vm, newbrk, datalimit);
	vm_unlock(vm);
	return error;
}
