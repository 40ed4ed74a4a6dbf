/*
 * kstack_paint.c -- how deep kernel stacks have been: see kmalloc.h.
 *
 * Under INVARIANTS a new stack is painted all over; where the paint is gone,
 * somebody has been.  When a stack is given back, its depth is noted for its
 * kind (threads of processes, kernel threads), and what was used is painted
 * again.  Kernel threads mostly live for ever: the census looks at those that
 * were made at boot, too.  A depth is in bytes from the top of the stack, with
 * the struct thread that lies there.
 *
 * The lowest words belong to kstack.c, which links free stacks through them,
 * and those above them to the sanitizer, where there is one.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/san/kasan.h"
#include "kernel/sys/census.h"

#ifdef INVARIANTS
#define PAINT 0x7061696e74656421UL
#define WORDS (KSTACK_SIZE / sizeof(uint64_t))
#define LOW_WORDS ((KSTACK_HEAD + KASAN_STACK_BYTES) / sizeof(uint64_t))

enum kind { KIND_LWP, KIND_KERNEL, KINDS };

static uint32_t deepest[KINDS]; /* ATOMIC bytes */

/* The LWP itself is gone already: but its thread went another way. */
static enum kind
kind_of(const struct thread *td)
{
	return td->td_gone == lwkt_free_thread ? KIND_KERNEL : KIND_LWP;
}

/* The first word from below that is not paint. */
static size_t
first_used(const uint64_t *stack)
{
	size_t i = LOW_WORDS;

	while (i < WORDS && stack[i] == PAINT)
		i++;
	return i;
}

static size_t
note(const struct thread *td, const uint64_t *stack)
{
	size_t first = first_used(stack);
	uint32_t depth = (uint32_t)((WORDS - first) * sizeof(*stack));
	uint32_t *most = &deepest[kind_of(td)], was;

	do {
		was = atomic_load(most);
	} while (depth > was && !atomic_cmpset(most, was, depth));
	return first;
}

void
kstack_paint_new(void *stack)
{
	uint64_t *word = stack;

	for (size_t i = LOW_WORDS; i < WORDS; i++)
		word[i] = PAINT;
}

void
kstack_paint_again(void *stack)
{
	struct thread *td = cpu_thread_place(stack);
	uint64_t *word = stack;

	for (size_t i = note(td, stack); &word[i] < (uint64_t *)td; i++)
		word[i] = PAINT;
}

static uintptr_t boot_end; /* STABLE stacks below were built at boot */

static void
kstack_paint_init(void)
{
	boot_end = kstack_end();
}
SYSINIT(kstack_paint, SI_SUB_KICK_SCHEDULER, SI_ORDER_ANY, kstack_paint_init);

/* Without a lock, which would be held for too long: stacks are never unmapped,
 * and a thread that ends meanwhile is only measured twice. */
static void
look_at_boot_stacks(void)
{
	for (uintptr_t va = KSTACK_BASE; va < boot_end; va += PAGE_SIZE) {
		uint64_t *stack = kstack_of(va);
		const struct thread *td;

		if ((uintptr_t)stack != va)
			continue;
		td = cpu_thread_place(stack);
		if (td->td_magic == TD_MAGIC && kind_of(td) == KIND_KERNEL)
			note(td, stack);
	}
}

static long
deepest_lwp(void)
{
	return atomic_load(&deepest[KIND_LWP]);
}
CENSUS(stack_lwp, "~stack:lwp", deepest_lwp);

static long
deepest_kernel(void)
{
	look_at_boot_stacks();
	return atomic_load(&deepest[KIND_KERNEL]);
}
CENSUS(stack_kernel, "~stack:kernel", deepest_kernel);
#endif
