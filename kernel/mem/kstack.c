/*
 * kstack.c -- kernel stacks.
 *
 * Threads get theirs here (lwkt/create.c).  The address space from
 * KSTACK_BASE on is divided into slots of eight pages: an unmapped one, the
 * stack, unmapped rest.  A slot that has been built keeps its pages for ever,
 * so that nobody's TLB need be flushed; free stacks lie on a list of the CPU
 * and, beyond a few, on a shared one, linked through their lowest words.
 *
 * A slot divides 2 MiB evenly: its pages share one table page, so when the
 * first is mapped the others cannot fail for want of memory.
 *
 * Entry points: kstack_alloc, kstack_free.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/md.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/page.h"
#include "kernel/san/kasan.h"
#include "kernel/sys/census.h"

#define CACHE_MAX 32   /* free stacks that a CPU keeps */
#define CACHE_BATCH 16 /* so many move at a time */
#define PAINT 0x6b737461636b2121UL
#ifdef INVARIANTS
#define PAINT_WORDS 8
#else
#define PAINT_WORDS 1
#endif

_Static_assert((KSTACK_PAGES + 1) * PAGE_SIZE <= KSTACK_SLOT, "guard page");

struct kstack {
	struct kstack *ks_next;	      /* GUARDED(leaf_spin) or its CPU's */
	uint64_t ks_paint[PAINT_WORDS]; /* OWNER intact unless overrun */
};

_Static_assert(sizeof(struct kstack) <= KSTACK_HEAD, "kernel/san/");

struct kstack_cpu {
	struct kstack *kc_list; /* GUARDED(crit) */
	unsigned kc_count;	/* GUARDED(crit) */
	long kc_live;		/* GUARDED(crit) allocations minus frees here */
	uintptr_t kc_slot;	/* GUARDED(crit) claimed, not yet built */
} __cachealigned;

static struct kstack_cpu kstack_cpus[MAXCPU];
static struct spinlock kstack_spin = SPIN_INITIALIZER("kstack", SPIN_LEAF);
static struct kstack *kstack_shared; /* GUARDED(leaf_spin) */
static uintptr_t kstack_next = KSTACK_BASE; /* ATOMIC the first new slot */

/* All pages first: then only mapping the first one can still fail. */
static bool
stack_pages(uint64_t pa[KSTACK_PAGES])
{
	for (int i = 0; i < KSTACK_PAGES; i++) {
		pa[i] = page_alloc(0, PG_KSTACK);
		if (pa[i] != 0)
			continue;
		while (--i >= 0)
			page_free(pa[i], 0);
		return false;
	}
	return true;
}

/* A new slot.  In a critical section, so that a slot which could not be built
 * waits for this CPU's next try. */
static struct kstack *
stack_build(struct kstack_cpu *kc) NEEDS(crit)
{
	uint64_t pa[KSTACK_PAGES];
	uintptr_t va;

	if (kc->kc_slot == 0)
		kc->kc_slot = atomic_fetchadd(&kstack_next, KSTACK_SLOT);
	if (!kasan_stack_build(kc->kc_slot) || !stack_pages(pa))
		return NULL;
	va = kc->kc_slot + PAGE_SIZE;
	for (int i = 0; i < KSTACK_PAGES; i++) {
		if (pmap_kenter(va + i * PAGE_SIZE, pa[i]) == 0)
			continue;
		KASSERT(i == 0, "kstack: a table page vanished");
		for (; i < KSTACK_PAGES; i++)
			page_free(pa[i], 0);
		return NULL;
	}
	kc->kc_slot = 0;
	kstack_paint_new((void *)va);
	return (struct kstack *)va;
}

/* Moves a batch between the CPU's list and the shared one. */
static void
cache_move(struct kstack **to, struct kstack **from, unsigned *n)
{
	struct kstack *ks;

	for (*n = 0; *n < CACHE_BATCH && (ks = *from) != NULL; ++*n) {
		*from = ks->ks_next;
		ks->ks_next = *to;
		*to = ks;
	}
}

static struct kstack *
stack_take(struct kstack_cpu *kc) NEEDS(crit)
{
	struct kstack *ks;

	if (kc->kc_list == NULL && atomic_load(&kstack_shared) != NULL) {
		spin_lock(&kstack_spin);
		cache_move(&kc->kc_list, &kstack_shared, &kc->kc_count);
		spin_unlock(&kstack_spin);
	}
	ks = kc->kc_list;
	if (ks == NULL)
		return stack_build(kc);
	kc->kc_list = ks->ks_next;
	kc->kc_count--;
	return ks;
}

void *
kstack_alloc(void)
{
	struct kstack_cpu *kc;
	struct kstack *ks;

	if (failpoint("kstack"))
		return NULL;
	crit_enter();
	kc = &kstack_cpus[mycpu->gd_cpuid];
	ks = stack_take(kc);
	if (ks != NULL)
		kc->kc_live++;
	crit_exit();
	if (ks != NULL)
		kasan_stack_alloc(ks);
	for (int i = 0; ks != NULL && i < PAINT_WORDS; i++)
		ks->ks_paint[i] = PAINT;
	return ks;
}

/* The CPU keeps too many: a batch goes to the shared list. */
static __rare void
cache_shrink(struct kstack_cpu *kc) NEEDS(crit)
{
	unsigned moved;

	spin_lock(&kstack_spin);
	cache_move(&kstack_shared, &kc->kc_list, &moved);
	spin_unlock(&kstack_spin);
	kc->kc_count -= moved;
}

void
kstack_free(void *stack)
{
	struct kstack *ks = stack;
	struct kstack_cpu *kc;

	for (int i = 0; i < PAINT_WORDS; i++)
		KASSERT(ks->ks_paint[i] == PAINT, "kernel stack %p: overrun, "
		    "or freed twice", stack);
	ks->ks_paint[0] = 0;
	kstack_paint_again(stack);
	crit_enter();
	kc = &kstack_cpus[mycpu->gd_cpuid];
	kc->kc_live--;
	if (kasan_stack_free(&stack)) {
		crit_exit();
		return;
	}
	ks = stack;
	ks->ks_next = kc->kc_list;
	kc->kc_list = ks;
	if (unlikely(++kc->kc_count > CACHE_MAX))
		cache_shrink(kc);
	crit_exit();
}

void *
kstack_of(uintptr_t va)
{
	uintptr_t stack;

	if (va < KSTACK_BASE || va >= atomic_load(&kstack_next))
		return NULL;
	stack = rounddown2(va - KSTACK_BASE, (uintptr_t)KSTACK_SLOT) +
	    KSTACK_BASE + PAGE_SIZE;
	return va >= stack && va < stack + KSTACK_SIZE ? (void *)stack : NULL;
}

uintptr_t
kstack_end(void)
{
	return atomic_load(&kstack_next);
}

long
kstack_live(void)
{
	long sum = 0;

	for (int i = 0; i < MAXCPU; i++)
		sum += atomic_load(&kstack_cpus[i].kc_live);
	return sum;
}
CENSUS(kstack, "stacks", kstack_live);
