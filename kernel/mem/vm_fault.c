/*
 * vm_fault.c -- makes an address accessible.
 *
 * The page-fault handler and copyin/copyout call in through
 * vm_fault_current(), exec and debuggers through vmspace_write() and
 * vmspace_read().  Where the page comes from:
 *
 *	shared entry	the object's own page, with the entry's rights
 *	private, read	the object's page without the right to write, or, in
 *			anonymous memory, a page of zeroes
 *	private, write	the page that is there if nobody else has it (after a
 *			fork the other one may have let go), else a copy
 *
 * Private pages are known to the page tables only; their count of references
 * says whether a fork still shares them.  A page is mapped with one reference
 * that pmap_remove drops.  All of it under the vmspace's token; nothing in it
 * blocks.
 *
 * Entry points: vm_fault_current, vm_fault, vmspace_write, vmspace_read.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm_map.h"
#include "kernel/proc/proc.h"

/* Every right includes that to read, as the hardware has it. */
static bool
access_ok(int prot, int access)
{
	return access == PROT_READ ? prot != 0 : (prot & access) != 0;
}

/* Maps pa, for which the caller has a reference: the mapping's, or nobody's
 * when there was no memory for the page table. */
static int
fault_map(struct vmspace *vm, uintptr_t va, uint64_t pa, int prot)
    NEEDS(vm_token)
{
	int error = pmap_enter(&vm->vm_pmap, va, pa, prot);

	if (error != 0)
		vm_page_rele(pa);
	return error;
}

/* A private page with the contents of the page at from (0: zeroes). */
static int
fault_copy(struct vmspace *vm, const struct vm_map_entry *e, uintptr_t va,
    uint64_t from) NEEDS(vm_token)
{
	uint64_t pa = page_alloc(0, PG_USER);

	if (pa == 0)
		return ENOMEM;
	if (from == 0)
		cpu_zero_page(PHYS_TO_DMAP(pa));
	else
		memcpy(PHYS_TO_DMAP(pa), PHYS_TO_DMAP(from), PAGE_SIZE);
	return fault_map(vm, va, pa, e->me_prot);
}

/* The object's page for va: 0, EFAULT beyond the object's end, or ENOMEM.  What
 * is not among the parked pages is zeroes, as if there were no object: *pap is
 * 0 then. */
static int
object_page(const struct vm_map_entry *e, uintptr_t va, uint64_t *pap)
{
	size_t index = e->me_pgoff + ((va - e->me_start) >> PAGE_SHIFT);

	if (e->me_flags & ME_PARKED) {
		*pap = vm_object_peek(e->me_object, index);
		return 0;
	}
	if (index >= e->me_object->vo_npages)
		return EFAULT;
	*pap = vm_object_page(e->me_object, index);
	return *pap != 0 ? 0 : ENOMEM;
}

static int
fault_object(struct vmspace *vm, const struct vm_map_entry *e, uintptr_t va,
    bool write) NEEDS(vm_token)
{
	uint64_t pa;
	int error = object_page(e, va, &pa);
	int prot = e->me_prot;

	if (error != 0)
		return error;
	if (pa == 0 || (write && !(e->me_flags & ME_SHARED)))
		return fault_copy(vm, e, va, pa);
	if (!(e->me_flags & ME_SHARED))
		prot &= ~PROT_WRITE;
	vm_page_hold(pa);
	return fault_map(vm, va, pa, prot);
}

/* Nothing is mapped at va yet. */
static inline int
fault_first(struct vmspace *vm, const struct vm_map_entry *e, uintptr_t va,
    bool write) NEEDS(vm_token)
{
	if (e->me_object == NULL)
		return fault_copy(vm, e, va, 0);
	return fault_object(vm, e, va, write);
}

/* pa is mapped at va, with the rights have: they were not enough, or another
 * thread has been here first. */
static int
fault_again(struct vmspace *vm, const struct vm_map_entry *e, uintptr_t va,
    bool write, uint64_t pa, int have) NEEDS(vm_token)
{
	int prot = e->me_prot;

	if (!(e->me_flags & ME_SHARED) && !vm_page_sole(pa)) {
		if (write && !(have & PROT_WRITE))
			return fault_copy(vm, e, va, pa);
		prot &= ~PROT_WRITE;
	}
	if ((prot & ~have) == 0)
		return 0;
	/* Mapping the same page again changes rights, not references. */
	return pmap_enter(&vm->vm_pmap, va, pa, prot);
}

/* Moves the lower end of a stack; what is parked stays where it was. */
static void
stack_set_start(struct vmspace *vm, struct vm_map_entry *e, uintptr_t start)
    NEEDS(vm_token)
{
	vm_account(vm, e, (long)(e->me_start - start));
	e->me_pgoff += (start >> PAGE_SHIFT) - (e->me_start >> PAGE_SHIFT);
	e->me_start = start;
}

/* The entry for va; a stack is made to reach down to it, a page off whatever
 * lies below.  *oldp is where it ended before. */
static struct vm_map_entry *
fault_entry(struct vmspace *vm, uintptr_t va, uintptr_t *oldp) NEEDS(vm_token)
{
	struct vm_map_entry *e = vm_entry_find(vm, va), *below;

	if (e == NULL)
		return NULL;
	*oldp = e->me_start;
	if (va >= e->me_start)
		return e;
	if (!(e->me_flags & ME_STACK) || va < e->me_limit)
		return NULL;
	below = RB_PREV(vm_map, &vm->vm_map, e);
	if (below != NULL && below->me_end + PAGE_SIZE > va)
		return NULL;
	stack_set_start(vm, e, va);
	return e;
}

int
vm_fault_locked(struct vmspace *vm, uintptr_t va, int access, bool force)
{
	bool write = access == PROT_WRITE;
	struct vm_map_entry *e;
	uintptr_t old;
	uint64_t have;
	int error;

	if (va < USER_MIN || va >= USER_MAX || vm->vm_dead)
		return EFAULT;
	va = rounddown2(va, PAGE_SIZE);
	e = fault_entry(vm, va, &old);
	if (e == NULL)
		return EFAULT;
	have = pmap_lookup(&vm->vm_pmap, va);
	if (!access_ok(force && e->me_prot != PROT_NONE ? e->me_maxprot :
							  e->me_prot, access))
		error = EACCES;
	else if (have != 0)
		error = fault_again(vm, e, va, write, have & ~PAGE_MASK,
		    (int)(have & PAGE_MASK));
	else
		error = fault_first(vm, e, va, write);
	if (error != 0 && e->me_start != old)
		stack_set_start(vm, e, old);
	return error;
}

int
vm_fault(struct vmspace *vm, uintptr_t va, int access)
{
	int error;

	vm_lock(vm); /* sleeps */
	error = vm_fault_locked(vm, va, access, false);
	vm_unlock(vm);
	return error;
}

int
vm_fault_current(uintptr_t va, int access)
{
	struct proc *p = curthread->td_proc;

	/* p_vmspace stands as long as any LWP of the process runs. */
	if (p == NULL || p->p_vmspace == NULL || curthread->td_nofault)
		return EFAULT;
	curthread->td_minflt++;
	chaos_point_sleeps();
	return vm_fault(p->p_vmspace, va, access); /* sleeps */
}

/* Moves len bytes between buf and memory at va, which may be protected against
 * the program's own writes. */
static int
move_locked(struct vmspace *vm, uintptr_t va, char *buf, size_t len,
    bool write) NEEDS(vm_token)
{
	while (len > 0) {
		size_t off = va & PAGE_MASK, n = min(len, PAGE_SIZE - off);
		int error = vm_fault_locked(vm, va,
		    write ? PROT_WRITE : PROT_READ, write);
		char *at;

		if (error != 0)
			return error == EACCES ? EFAULT : error;
		at = (char *)PHYS_TO_DMAP(
		    pmap_lookup(&vm->vm_pmap, va) & ~PAGE_MASK) + off;
		memcpy(write ? at : buf, write ? buf : at, n);
		va += n;
		buf += n;
		len -= n;
	}
	return 0;
}

int
vmspace_write(struct vmspace *vm, uintptr_t va, const void *buf, size_t len)
{
	int error;

	vm_lock(vm); /* sleeps */
	error = move_locked(vm, va, (char *)(uintptr_t)buf, len, true);
	vm_unlock(vm);
	return error;
}

int
vmspace_read(struct vmspace *vm, uintptr_t va, void *buf, size_t len)
{
	int error;

	vm_lock(vm); /* sleeps */
	error = move_locked(vm, va, buf, len, false);
	vm_unlock(vm);
	return error;
}
