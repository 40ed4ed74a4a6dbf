/*
 * test_shootdown.c -- a change of a page table disturbs those CPUs that have
 * it loaded, and no others.
 */
#include "kernel/abi/mman.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/vm.h"
#include "kernel/test/ktest.h"

#define RW (PROT_READ | PROT_WRITE)

static struct vmspace *subject; /* STABLE while a test runs */
static uint32_t loaded, done;	/* ATOMIC */

/* Requests served by CPUs other than this one. */
static uint64_t
served_elsewhere(void)
{
	uint64_t n = 0;

	for (int i = 0; i < ncpus; i++)
		if (globaldata[i] != mycpu)
			n += atomic_load(&globaldata[i]->gd_cnt_shootdown);
	return n;
}

/* Maps a page, touches it and unmaps it again. */
static void
change(void)
{
	uintptr_t va = VM_MMAP_BASE;

	KT_EQUAL(vm_map_enter(subject, &va, PAGE_SIZE, RW, RW,
		     MAP_PRIVATE | MAP_ANON | MAP_FIXED, NULL, 0),
	    0);
	KT_EQUAL(vm_fault(subject, va, PROT_WRITE), 0);
	KT_EQUAL(vm_map_remove(subject, va, PAGE_SIZE), 0);
}

/* Has the page table loaded, in a critical section, while the test changes
 * it. */
static void
load_and_wait(void *unused)
{
	(void)unused;
	crit_enter();
	pmap_load(&subject->vm_pmap);
	atomic_store_rel(&loaded, 1);
	while (atomic_load_acq(&done) == 0)
		cpu_pause();
	pmap_load(NULL);
	crit_exit();
}

static void
test_shootdown_targets(void)
{
	uint64_t before;

	if (!ktest_needs_cpus(2))
		return;
	subject = vmspace_alloc();
	if (!KT_CHECK(subject != NULL))
		return;
	/* The warm-up sends away CPUs that kept an earlier life's table. */
	change();
	before = served_elsewhere();
	change();
	KT_EQUAL(served_elsewhere() - before, 0);

	atomic_store(&loaded, 0);
	atomic_store(&done, 0);
	ktest_spawn(load_and_wait, NULL, TDPRI_KERN_DAEMON, ncpus - 1);
	KT_SPIN(atomic_load_acq(&loaded) != 0);
	before = served_elsewhere();
	change();
	KT_EQUAL(served_elsewhere() - before, 1);
	atomic_store_rel(&done, 1);
	KT_CHECK(ktest_join()); /* sleeps */
	vmspace_rele(subject);	/* sleeps */
}
KTEST(vm_shootdown_targets, "2.36 X69", test_shootdown_targets);
