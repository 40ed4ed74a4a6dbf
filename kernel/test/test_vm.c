/*
 * test_vm.c -- in-kernel tests of user address spaces: mapping, faults, copy
 * on write, sharing, stacks, heap, the two stages of death, want of memory.
 *
 * They work on vmspaces that no process lives in and no CPU has loaded, and
 * look at pages through vm_fault() and the page table.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm.h"
#include "kernel/test/ktest.h"

#define RW (PROT_READ | PROT_WRITE)
#define RWX (RW | PROT_EXEC)
#define BASE VM_MMAP_BASE
#define PG(n) (BASE + (n) * PAGE_SIZE)

/* What must be as it was when a test is over. */
struct vm_count {
	long vc_user, vc_file, vc_table, vc_objects;
};

static void
add_live(struct objcache *oc, void *arg)
{
	const char *name = objcache_name(oc);

	if (strcmp(name, "vmspace") == 0 || strcmp(name, "vm_map_entry") == 0)
		*(long *)arg += objcache_live(oc);
}

static void
count_type(const char *name, long live, void *arg)
{
	if (strcmp(name, "vm_object") == 0)
		*(long *)arg += live;
}

static struct vm_count
vm_counts(void)
{
	struct vm_count vc = {
		.vc_user = page_count(PG_USER),
		.vc_file = page_count(PG_FILE),
		.vc_table = page_count(PG_TABLE) - pmap_cached(),
	};

	objcache_foreach(add_live, &vc.vc_objects);
	kmalloc_foreach(count_type, &vc.vc_objects);
	return vc;
}

static bool
counts_equal(const struct vm_count *before)
{
	struct vm_count now = vm_counts();

	return memcmp(before, &now, sizeof(now)) == 0;
}

/* A fixed anonymous mapping of n pages from PG(first) on. */
static int
map(struct vmspace *vm, size_t first, size_t n, int prot, int flags)
{
	uintptr_t va = PG(first);

	return vm_map_enter(vm, &va, n * PAGE_SIZE, prot, RWX,
	    flags | MAP_FIXED | MAP_ANON, NULL, 0);
}

/* The word at va, made accessible first; NULL if that fails. */
static long *
word(struct vmspace *vm, uintptr_t va, int access)
{
	uint64_t have;

	if (vm_fault(vm, va, access) != 0)
		return NULL;
	lwkt_gettoken(&vm->vm_token);
	have = pmap_lookup(&vm->vm_pmap, va);
	KT_CHECK((have & access) != 0);
	lwkt_reltoken(&vm->vm_token);
	return PHYS_TO_DMAP((have & ~PAGE_MASK) + (va & PAGE_MASK));
}

static long
get(struct vmspace *vm, uintptr_t va)
{
	long *w = word(vm, va, PROT_READ);

	return w != NULL ? *w : -1;
}

static void
set(struct vmspace *vm, uintptr_t va, long value)
{
	long *w = word(vm, va, PROT_WRITE);

	KT_CHECK(w != NULL);
	if (w != NULL)
		*w = value;
}

static void
test_map_cuts_and_joins(void)
{
	struct vm_count before = vm_counts();
	struct vmspace *vm = vmspace_alloc();

	KT_CHECK(map(vm, 0, 8, RW, MAP_PRIVATE) == 0);
	KT_CHECK(map(vm, 8, 8, RW, MAP_PRIVATE) == 0);
	KT_CHECK(vm->vm_size == 16 * PAGE_SIZE);
	KT_CHECK(vm_counts().vc_objects == before.vc_objects + 2);
	for (size_t i = 0; i < 16; i++)
		set(vm, PG(i), (long)i + 1);
	KT_CHECK(vmspace_resident(vm) == 16 * PAGE_SIZE);
	KT_CHECK(vm_map_protect(vm, PG(4), 4 * PAGE_SIZE, PROT_READ) == 0);
	KT_CHECK(vm_fault(vm, PG(4), PROT_WRITE) == EACCES);
	KT_CHECK(vm_fault(vm, PG(4), PROT_EXEC) == EACCES);
	KT_CHECK(get(vm, PG(4)) == 5);
	KT_CHECK(vm_map_protect(vm, PG(4), 4 * PAGE_SIZE, RW) == 0);
	KT_CHECK(vm_counts().vc_objects == before.vc_objects + 2);
	KT_CHECK(vm_map_protect(vm, PG(4), 4 * PAGE_SIZE, PROT_NONE) == 0);
	KT_CHECK(vm_fault(vm, PG(4), PROT_READ) == EACCES);
	KT_CHECK(vm_map_protect(vm, PG(4), 4 * PAGE_SIZE, RW) == 0);
	KT_CHECK(get(vm, PG(4)) == 5 && get(vm, PG(3)) == 4);
	set(vm, PG(4), 55);
	KT_CHECK(get(vm, PG(4)) == 55 && get(vm, PG(7)) == 8);
	KT_CHECK(vm->vm_dsize == 16 * PAGE_SIZE);
	KT_CHECK(vm_map_remove(vm, PG(2), PAGE_SIZE) == 0);
	KT_CHECK(vm_fault(vm, PG(2), PROT_READ) == EFAULT);
	KT_CHECK(vm_map_protect(vm, PG(1), 2 * PAGE_SIZE, RW) == ENOMEM);
	KT_CHECK(map(vm, 1, 3, RW, MAP_PRIVATE) == 0);
	KT_CHECK(get(vm, PG(0)) == 1 && get(vm, PG(1)) == 0);
	KT_CHECK(get(vm, PG(3)) == 0 && get(vm, PG(4)) == 55);
	vmspace_rele(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_map_cuts_and_joins, "2.36", test_map_cuts_and_joins);

static void
test_map_arguments(void)
{
	struct vmspace *vm = vmspace_alloc();
	uintptr_t va = PG(0), next = 0;
	int flags = MAP_PRIVATE | MAP_ANON;

	KT_CHECK(vm_map_enter(vm, &va, 0, RW, RWX, flags, NULL, 0) == EINVAL);
	KT_CHECK(vm_map_enter(vm, &va, -1UL, RW, RWX, flags, NULL, 0) ==
	    ENOMEM);
	KT_CHECK(vm_map_enter(vm, &va, 1UL << 47, RW, RWX, flags, NULL, 0) ==
	    ENOMEM);
	KT_CHECK(vm_map_enter(vm, &va, 1, RW, RWX, flags | MAP_SHARED, NULL,
		     0) == EINVAL);
	KT_CHECK(vm_map_enter(vm, &va, 1, RW, PROT_READ, flags, NULL, 0) ==
	    EACCES);
	KT_CHECK(vm_map_remove(vm, PG(0) + 1, PAGE_SIZE) == EINVAL);
	KT_CHECK(vm_map_remove(vm, PG(0), 0) == EINVAL);
	KT_CHECK(vm_map_remove(vm, PG(0), -PAGE_SIZE) == EINVAL);
	KT_CHECK(vm_map_remove(vm, 1UL << 63, PAGE_SIZE) == EINVAL);
	KT_CHECK(vm_map_remove(vm, USER_MAX - PAGE_SIZE, 2 * PAGE_SIZE) ==
	    EINVAL);
	KT_CHECK(vm_map_remove(vm, PG(0), PAGE_SIZE) == 0);
	KT_CHECK(vm_fault(vm, 0, PROT_READ) == EFAULT);
	KT_CHECK(vm_fault(vm, USER_MAX, PROT_READ) == EFAULT);
	KT_CHECK(vm_fault(vm, -1UL, PROT_WRITE) == EFAULT);
	va = PG(5);
	KT_CHECK(vm_map_enter(vm, &va, 100, RW, RWX, flags, NULL, 0) == 0);
	KT_CHECK(va == PG(5));
	next = va;
	KT_CHECK(vm_map_enter(vm, &next, 100, RW, RWX, flags, NULL, 0) == 0);
	KT_CHECK(next != va && next >= VM_MMAP_BASE);
	vmspace_rele(vm);
}
KTEST(vm_map_arguments, "2.36", test_map_arguments);

static void
test_fork_copies_on_write(void)
{
	struct vm_count before = vm_counts();
	struct vmspace *vm = vmspace_alloc(), *child;
	long user;

	KT_CHECK(map(vm, 0, 4, RW, MAP_PRIVATE) == 0);
	for (size_t i = 0; i < 4; i++)
		set(vm, PG(i), 100 + (long)i);
	user = page_count(PG_USER);
	child = vmspace_fork(vm, 0);
	KT_CHECK(child != NULL && page_count(PG_USER) == user);
	KT_CHECK(child->vm_size == vm->vm_size);
	set(child, PG(0), 7);
	KT_CHECK(page_count(PG_USER) == user + 1);
	set(vm, PG(1), 8);
	KT_CHECK(get(vm, PG(0)) == 100 && get(child, PG(0)) == 7);
	KT_CHECK(get(vm, PG(1)) == 8 && get(child, PG(1)) == 101);
	vmspace_rele(child);
	/* Alone again: pages are taken over, not copied. */
	KT_CHECK(page_count(PG_USER) == user);
	set(vm, PG(2), 9);
	KT_CHECK(page_count(PG_USER) == user && get(vm, PG(2)) == 9);
	vmspace_rele(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_fork_copies_on_write, "2.36", test_fork_copies_on_write);

static void
test_shared_memory(void)
{
	struct vm_count before = vm_counts();
	struct vmspace *vm = vmspace_alloc(), *child;
	struct vm_object *obj = vm_object_alloc(2);
	uintptr_t va = PG(8);

	KT_CHECK(map(vm, 0, 2, RW, MAP_SHARED) == 0);
	child = vmspace_fork(vm, 0);
	set(child, PG(1), 42);
	KT_CHECK(get(vm, PG(1)) == 42);
	set(vm, PG(1), 43);
	KT_CHECK(get(child, PG(1)) == 43);

	*(long *)PHYS_TO_DMAP(vm_object_page(obj, 1)) = 77;
	vm_object_ref(obj);
	KT_CHECK(vm_map_enter(vm, &va, 3 * PAGE_SIZE, RW, RWX,
		     MAP_PRIVATE | MAP_FIXED, obj, 0) == 0);
	KT_CHECK(get(vm, PG(9)) == 77);
	set(vm, PG(9), 78);
	KT_CHECK(*(long *)PHYS_TO_DMAP(vm_object_page(obj, 1)) == 77);
	KT_CHECK(vm_fault(vm, PG(10), PROT_READ) == EFAULT);
	KT_CHECK(vm_object_page(obj, 2) == 0);
	vm_object_rele(obj);
	vmspace_rele(child);
	vmspace_rele(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_shared_memory, "2.36", test_shared_memory);

static void
test_stack_grows(void)
{
	struct vm_count before = vm_counts();
	struct vmspace *vm = vmspace_alloc();
	uintptr_t bottom = VM_STACK_TOP - (1UL << 20);
	uintptr_t va = bottom - 2 * PAGE_SIZE;

	KT_CHECK(vm_map_stack(vm, 1UL << 20) == 0);
	KT_CHECK(vm->vm_dsize == 0);
	set(vm, VM_STACK_TOP - 8, 1);
	set(vm, bottom + (512UL << 10), 2);
	KT_CHECK(vm->vm_size == 512UL << 10);
	set(vm, bottom, 3);
	KT_CHECK(vm_fault(vm, bottom - 1, PROT_WRITE) == EFAULT);
	KT_CHECK(get(vm, VM_STACK_TOP - PAGE_SIZE) == 0);
	KT_CHECK(vm->vm_size == 1UL << 20);

	KT_CHECK(vm_map_remove(vm, bottom, 1UL << 20) == 0);
	KT_CHECK(vm->vm_size == 0 && vm_map_stack(vm, 1UL << 20) == 0);
	va = bottom;
	KT_CHECK(vm_map_enter(vm, &va, PAGE_SIZE, RW, RWX,
		     MAP_PRIVATE | MAP_FIXED, NULL, 0) == 0);
	KT_CHECK(vm_fault(vm, bottom + PAGE_SIZE, PROT_WRITE) == EFAULT);
	set(vm, bottom + 2 * PAGE_SIZE, 4);
	vmspace_rele(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_stack_grows, "2.36", test_stack_grows);

static void
test_brk(void)
{
	struct vm_count before = vm_counts();
	struct vmspace *vm = vmspace_alloc();
	uintptr_t start = 0x500123;

	vm->vm_brk_start = vm->vm_brk = start;
	KT_CHECK(vm_map_brk(vm, start + 10, 1UL << 20) == 0);
	KT_CHECK(vm->vm_size == 0);
	KT_CHECK(vm_map_brk(vm, start + 5 * PAGE_SIZE, 1UL << 20) == 0);
	KT_CHECK(vm->vm_dsize == 5 * PAGE_SIZE);
	set(vm, 0x502000, 5);
	KT_CHECK(vm_map_brk(vm, start - 1, 1UL << 20) == ENOMEM);
	KT_CHECK(vm_map_brk(vm, start + (2UL << 20), 1UL << 20) == ENOMEM);
	KT_CHECK(vm_map_brk(vm, VM_BRK_MAX + 1, 1UL << 40) == ENOMEM);
	KT_CHECK(vm_map_brk(vm, start + 9 * PAGE_SIZE, 1UL << 20) == 0);
	KT_CHECK(get(vm, 0x502000) == 5);
	KT_CHECK(vm_map_brk(vm, start, 1UL << 20) == 0);
	KT_CHECK(vm->vm_size == 0 && vm->vm_brk == start);
	KT_CHECK(vm_fault(vm, 0x502000, PROT_READ) == EFAULT);
	vmspace_rele(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_brk, "2.36", test_brk);

/* spec: E39 E40 O12 O24 */
static void
test_two_stages(void)
{
	struct vm_count before = vm_counts(), now;
	struct vmspace *vm = vmspace_alloc();

	KT_CHECK(map(vm, 0, 64, RW, MAP_PRIVATE) == 0);
	for (size_t i = 0; i < 64; i++)
		set(vm, PG(i), 1);
	vmspace_ref(vm);
	vmspace_exit(vm); /* the first process dies */
	KT_CHECK(get(vm, PG(63)) == 1);
	vmspace_exit(vm); /* the second */
	now = vm_counts();
	KT_CHECK(now.vc_user == before.vc_user);
	KT_CHECK(now.vc_objects == before.vc_objects + 1);
	KT_CHECK(vm_fault(vm, PG(0), PROT_READ) == EFAULT);
	vmspace_exitfree(vm); /* one is buried */
	KT_CHECK(vm_counts().vc_objects == before.vc_objects + 1);
	vmspace_exitfree(vm);
	KT_CHECK(counts_equal(&before));
}
KTEST(vm_two_stages, "2.36 E39 E40", test_two_stages);

static void
test_write_elsewhere(void)
{
	struct vmspace *vm = vmspace_alloc();
	char text[] = "written where the program may only run";

	KT_CHECK(map(vm, 0, 2, PROT_READ | PROT_EXEC, MAP_PRIVATE) == 0);
	KT_CHECK(vmspace_write(vm, PG(1) - 8, text, sizeof(text)) == 0);
	KT_CHECK(memcmp(word(vm, PG(1), PROT_EXEC), text + 8,
		     sizeof(text) - 8) == 0);
	KT_CHECK(vm_fault(vm, PG(1), PROT_WRITE) == EACCES);
	KT_CHECK(vmspace_write(vm, PG(2) - 8, text, sizeof(text)) == EFAULT);
	vmspace_rele(vm);
}
KTEST(vm_write_elsewhere, "2.36", test_write_elsewhere);

/* One round that allocates everything; 0 or ENOMEM. */
static int
allocate_all(void)
{
	struct vmspace *vm = vmspace_alloc(), *child;
	size_t size;
	int error;

	if (vm == NULL)
		return ENOMEM;
	error = map(vm, 0, 9, RW, MAP_PRIVATE);
	if (error == 0)
		error = map(vm, 20, 2, RW, MAP_SHARED);
	for (size_t i = 0; i < 3 && error == 0; i++)
		error = vm_fault(vm, PG(i), PROT_WRITE);
	if (error == 0)
		error = vm_fault(vm, PG(21), PROT_WRITE);
	size = vm->vm_size;
	if (error == 0)
		error = vm_map_protect(vm, PG(3), 3 * PAGE_SIZE, PROT_READ);
	KT_CHECK(vm->vm_size == size);
	if (error == 0)
		error = vm_map_protect(vm, PG(2), 3 * PAGE_SIZE, PROT_NONE);
	if (error == 0)
		error = vm_map_remove(vm, PG(1), PAGE_SIZE);
	child = error == 0 ? vmspace_fork(vm, 0) : NULL;
	if (child != NULL) {
		error = vm_fault(child, PG(0), PROT_WRITE);
		vmspace_rele(child);
	}
	vmspace_rele(vm);
	return child == NULL ? ENOMEM : error;
}

/* spec: D50 and "leak nothing": the n-th allocation fails, for every n. */
static void
test_no_memory(void)
{
	struct vm_count before = vm_counts();
	int error = ENOMEM;

	for (long n = 0; error != 0 && n < 500; n++) {
		failpoint_arm("*", n, 1, true);
		error = allocate_all();
		KT_CHECK((failpoint_disarm() == 0) == (error == 0));
		KT_CHECK(error == 0 || error == ENOMEM);
		KT_CHECK(counts_equal(&before));
	}
	KT_CHECK(error == 0);
}
KTEST(vm_no_memory, "2.36 2.43", test_no_memory);
