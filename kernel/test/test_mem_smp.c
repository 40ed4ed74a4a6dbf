/*
 * test_mem_smp.c -- in-kernel tests of kernel memory on all CPUs at once:
 * allocations of one CPU are freed by another, threads fault, unmap and fork
 * one vmspace.  The census around each test says what got lost.
 */
#include "kernel/abi/mman.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/page.h"
#include "kernel/mem/vm.h"
#include "kernel/test/ktest.h"

#define ROUNDS 3000
#define BOXES 32
#define WINDOW 64 /* pages */

static MALLOC_DEFINE(M_TESTSMP, "test_smp");

static void *boxes[BOXES]; /* ATOMIC each holds its own address */
static struct vmspace *crowd; /* STABLE while a test runs */

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* Everybody puts blocks into boxes and frees what was in there. */
static void
swap_blocks(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		size_t size = sizeof(void *) + draw(&seed, 6000);
		void **p = kmalloc(size, &M_TESTSMP, 0), **old;

		if (!KT_CHECK(p != NULL))
			return;
		*p = p;
		old = atomic_swap(&boxes[draw(&seed, BOXES)], (void *)p);
		KT_CHECK(old == NULL || *old == old);
		kfree(old, &M_TESTSMP);
		if (i % 64 == 0)
			lwkt_yield(); /* sleeps */
	}
}

static void
test_blocks_change_hands(void)
{
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(swap_blocks, (void *)(uintptr_t)(i + 1),
		    TDPRI_KERN_DAEMON, i);
	KT_CHECK(ktest_join()); /* sleeps */
	for (int i = 0; i < BOXES; i++)
		kfree(atomic_swap(&boxes[i], NULL), &M_TESTSMP);
	KT_CHECK(kmalloc_live(&M_TESTSMP) == 0);
}
KTEST(mem_blocks_change_hands, "2.43", test_blocks_change_hands);

static void
crowd_map(uint32_t *seed)
{
	uintptr_t va = VM_MMAP_BASE + draw(seed, WINDOW) * PAGE_SIZE;
	size_t len = (1 + draw(seed, 4)) * PAGE_SIZE;
	int flags = draw(seed, 2) ? MAP_PRIVATE : MAP_SHARED;

	if (draw(seed, 2))
		KT_CHECK(vm_map_remove(crowd, va, len) == 0);
	else
		KT_CHECK(vm_map_enter(crowd, &va, len, PROT_READ | PROT_WRITE,
			     PROT_READ | PROT_WRITE, flags | MAP_FIXED, NULL,
			     0) == 0);
}

static void
crowd_member(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;

	for (int i = 0; i < ROUNDS / 4; i++) {
		uintptr_t va = VM_MMAP_BASE + draw(&seed, WINDOW) * PAGE_SIZE;
		struct vmspace *child;

		(void)vm_fault(crowd, va, PROT_WRITE);
		if (draw(&seed, 3) == 0)
			crowd_map(&seed);
		if (draw(&seed, 8) != 0)
			continue;
		child = vmspace_fork(crowd, 0);
		if (!KT_CHECK(child != NULL))
			return;
		(void)vm_fault(child, va, PROT_WRITE);
		vmspace_rele(child); /* sleeps */
	}
}

static void
test_vmspace_in_a_crowd(void)
{
	crowd = vmspace_alloc();
	if (!KT_CHECK(crowd != NULL))
		return;
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(crowd_member, (void *)(uintptr_t)(i + 7),
		    TDPRI_KERN_DAEMON, i);
	KT_CHECK(ktest_join()); /* sleeps */
	vmspace_rele(crowd);	/* sleeps */
}
KTEST(vm_crowd, "2.36 E40", test_vmspace_in_a_crowd);
