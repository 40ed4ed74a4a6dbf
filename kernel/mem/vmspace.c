/*
 * vmspace.c -- the life of an address space: birth, copy, two-stage death.
 *
 * fork and exec call in for the first part, exit (X38) and the parent's wait
 * (X90) for the second.  vm_refcnt counts the processes that live in it; when
 * the last leaves, user memory goes.  vm_holdcnt counts the shells: one for
 * each process that has left but is not buried, whose dying threads may still
 * run on the page table, and one for all living ones together.  When the last
 * hold goes, the shell returns to an objcache with its page-table root, ready
 * for the next fork.  A root counts as a page table (PG_TABLE) while its
 * vmspace is in use and as the kernel's (PG_KERNEL) in the cache, so that the
 * census sees no change over a life.
 *
 * A CPU that idles may keep the page table of a shell that is gone.  In the
 * cache that does no harm: its user half is empty, and pm_active, which must
 * be left as it is, still names that CPU.
 *
 * Entry points: vmspace_alloc, vmspace_fork, vmspace_hold, vmspace_exit,
 * vmspace_exitfree.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm_map.h"

static struct objcache *vmspace_cache; /* STABLE after SI_SUB_VM */

static int
vmspace_ctor(void *obj)
{
	struct vmspace *vm = obj;

	memset(vm, 0, sizeof(*vm));
	if (pmap_create(&vm->vm_pmap) != 0)
		return ENOMEM;
	lwkt_token_init(&vm->vm_token, "vmspace");
	RB_INIT(&vm->vm_map);
	page_retag(vm->vm_pmap.pm_rootpa, PG_KERNEL);
	return 0;
}

static void
vmspace_dtor(void *obj)
{
	struct vmspace *vm = obj;

	page_retag(vm->vm_pmap.pm_rootpa, PG_TABLE);
	pmap_destroy(&vm->vm_pmap);
}

static void
vmspace_boot(void)
{
	vmspace_cache = objcache_create("vmspace", sizeof(struct vmspace),
	    CACHE_LINE, vmspace_ctor, vmspace_dtor);
	KASSERT(vmspace_cache != NULL, "vmspace: no memory");
}
SYSINIT(vmspace, SI_SUB_VM, SI_ORDER_MIDDLE, vmspace_boot);

struct vmspace *
vmspace_alloc(void)
{
	struct vmspace *vm = objcache_get(vmspace_cache);

	if (vm == NULL)
		return NULL;
	page_retag(vm->vm_pmap.pm_rootpa, PG_TABLE);
	vm->vm_refcnt = 1;
	vm->vm_holdcnt = 1;
	vm->vm_brk_start = vm->vm_brk = 0;
	vm->vm_peak = 0;
	vm->vm_dead = false;
	return vm;
}

/*
 * Copying.
 */

/* The pages of the private entries from first on, up to the next shared one:
 * one walk and one shootdown for them.  What is shared has an object that keeps
 * its pages, where the copy finds them.  *nextp: the entry to go on with. */
static int
fork_pages(struct vmspace *dst, struct vmspace *src,
    struct vm_map_entry *first, uintptr_t own, struct vm_map_entry **nextp)
    NEEDS(vm_token)
{
	struct vm_map_entry *e = first, *last = NULL;

	for (; e != NULL && !(e->me_flags & ME_SHARED);
	     e = RB_NEXT(vm_map, &src->vm_map, e))
		last = e;
	*nextp = e != NULL ? RB_NEXT(vm_map, &src->vm_map, e) : NULL;
	if (last == NULL)
		return 0;
	return pmap_copy(&dst->vm_pmap, &src->vm_pmap, first->me_start,
	    last->me_end, own);
}

static int
fork_locked(struct vmspace *dst, struct vmspace *src, uintptr_t own)
    NEEDS(vm_token)
{
	int error = vm_entries_copy(dst, src);
	struct vm_map_entry *e;

	dst->vm_size = src->vm_size;
	dst->vm_dsize = src->vm_dsize;
	dst->vm_brk_start = src->vm_brk_start;
	dst->vm_brk = src->vm_brk;
	for (e = RB_MIN(vm_map, &src->vm_map); e != NULL && error == 0;)
		error = fork_pages(dst, src, e, own, &e);
	return error;
}

struct vmspace *
vmspace_fork(struct vmspace *vm, uintptr_t sp)
{
	struct vmspace *copy = vmspace_alloc();
	int error;

	if (copy == NULL)
		return NULL;
	vm_lock(vm); /* sleeps */
	/* Nobody knows the copy: its token is free, and nothing is lost by
	 * taking it second. */
	if (!lwkt_trytoken(&copy->vm_token))
		panic("vmspace_fork: a new vmspace is locked");
	error = fork_locked(copy, vm, sp);
	lwkt_reltoken(&copy->vm_token);
	vm_unlock(vm);
	if (error != 0) {
		vmspace_rele(copy); /* sleeps */
		return NULL;
	}
	return copy;
}

void
vmspace_ref(struct vmspace *vm)
{
	uint32_t refs = atomic_fetchadd(&vm->vm_refcnt, 1);

	KASSERT(refs > 0, "vmspace %p: reference to the dead", vm);
}

void
vmspace_hold(struct vmspace *vm)
{
	uint32_t holds = atomic_fetchadd(&vm->vm_holdcnt, 1);

	KASSERT(holds > 0, "vmspace %p: hold on the buried", vm);
}

/*
 * Death.
 */

static void
vmspace_teardown(struct vmspace *vm)
{
	vm_lock(vm); /* sleeps */
	KASSERT(!vm->vm_dead, "vmspace %p: dies twice", vm);
	vm->vm_dead = true;
	/* ORDER: pages first: the entries hold the objects that own them. */
	pmap_remove_all(&vm->vm_pmap);
	vm_entries_free(vm);
	vm_unlock(vm);
}

void
vmspace_exit(struct vmspace *vm)
{
	uint32_t refs;

	/* ORDER: the hold before the reference goes: the other processes may
	 * leave and be buried at any time. */
	atomic_add(&vm->vm_holdcnt, 1);
	refs = atomic_fetchadd(&vm->vm_refcnt, -1U);
	KASSERT(refs > 0, "vmspace %p: released too often", vm);
	if (refs > 1)
		return;
	vmspace_teardown(vm); /* sleeps */
	vmspace_exitfree(vm);
}

void
vmspace_exitfree(struct vmspace *vm)
{
	uint32_t holds = atomic_fetchadd(&vm->vm_holdcnt, -1U);

	KASSERT(holds > 0, "vmspace %p: buried too often", vm);
	if (holds > 1)
		return;
	KKASSERT(vm->vm_dead && RB_EMPTY(&vm->vm_map));
	KKASSERT(vm->vm_pmap.pm_resident == 0 && vm->vm_pmap.pm_tables == 0);
	page_retag(vm->vm_pmap.pm_rootpa, PG_KERNEL);
	objcache_put(vmspace_cache, vm);
}

void
vmspace_rele(struct vmspace *vm)
{
	vmspace_exit(vm); /* sleeps */
	vmspace_exitfree(vm);
}

size_t
vmspace_resident(struct vmspace *vm)
{
	return (size_t)atomic_load(&vm->vm_pmap.pm_resident) << PAGE_SHIFT;
}

size_t
vmspace_peak(struct vmspace *vm)
{
	size_t peak = atomic_load(&vm->vm_peak) << PAGE_SHIFT;

	return max(peak, vmspace_resident(vm));
}

void
vmspace_note_peak(struct vmspace *vm)
{
	size_t resident = (size_t)atomic_load(&vm->vm_pmap.pm_resident);

	if (resident > vm->vm_peak)
		atomic_store(&vm->vm_peak, resident);
}
