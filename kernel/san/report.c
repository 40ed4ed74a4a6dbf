/*
 * report.c -- what the address sanitizer says of a bad access before the
 * panic that follows it.
 *
 * Any thread comes here from kasan.c, in any context.  The first CPU to come
 * keeps the console until the panic's end, so that the report stands in one
 * piece; the machine is as the access found it, but for other CPUs, which run
 * on until the panic stops them.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/slab.h"
#include "kernel/san/kasan_abi.h"
#include "kernel/san/shadow.h"

#define FRAME_MAGIC 0x41b58ab3UL /* the compiler's, at the start of a frame */
#define SHADOW_AROUND 8

static struct globaldata *san_gd; /* ATOMIC whose CPU reports */

bool
san_claim(void)
{
	if (panicking)
		return false;
	crit_enter();
	if (!atomic_cmpset(&san_gd, NULL, mycpu)) {
		while (atomic_load(&san_gd) != mycpu)
			cpu_pause();
		crit_exit();
		return false;
	}
	console_enter();
	return true;
}

static const char *
kind_of(uint8_t mark)
{
	switch (mark) {
	case SHADOW_FREE:
	case SHADOW_PAGE_FREE:
	case SHADOW_STACK_FREE:
		return "use after free";
	case SHADOW_REDZONE:
	case SHADOW_TAIL:
		return "out of bounds of an object";
	case SHADOW_STACK_LEFT:
	case SHADOW_STACK_MID:
	case SHADOW_STACK_RIGHT:
		return "out of bounds of a variable on the stack";
	case SHADOW_STACK_END:
		return "kernel stack overflow";
	case SHADOW_GLOBAL:
		return "out of bounds of a global variable";
	default:
		return "bad access";
	}
}

static void
print_track(const char *what, const struct track *tk)
{
	if (tk->tk_cpu < 0)
		return;
	kprintf("%s on cpu %d by ", what, tk->tk_cpu);
	if (tk->tk_pid >= 0)
		kprintf("pid %d:\n", tk->tk_pid);
	else
		kprintf("the kernel:\n");
	for (int i = 0; i < TRACK_DEPTH && tk->tk_pc[i] != 0; i++)
		panic_print_pc(0xffffffff00000000UL | tk->tk_pc[i]);
}

static void
print_tracks(const struct record *rc)
{
	print_track("allocated", &rc->rc_alloc);
	print_track("freed", &rc->rc_free);
}

/* Where va lies as seen from [start, start + size). */
static void
print_place(uintptr_t va, uintptr_t start, size_t size)
{
	kprintf("[%#lx, %#lx), %lu bytes: ", start, start + size,
	    (unsigned long)size);
	if (va < start)
		kprintf("%lu bytes before it\n", start - va);
	else if (va < start + size)
		kprintf("byte %lu of it\n", va - start);
	else
		kprintf("%lu bytes behind its end\n", va - start - size);
}

/* Between two objects it is taken to be behind the first. */
static void
print_object(uintptr_t va)
{
	struct objcache_slab *slab = vm_page_of(DMAP_TO_PHYS(va))->pg_slab;
	struct objcache *oc;
	struct record *rc;
	uintptr_t first, obj;

	if (slab == NULL) {
		kprintf("memory: pages of a large kmalloc()\n");
		return;
	}
	oc = slab->os_cache;
	first = (uintptr_t)slab + oc->oc_first;
	obj = first + (va - first) / oc->oc_size * oc->oc_size;
	rc = record_of(oc, (void *)obj);
	kprintf("object: %s", oc->oc_name);
	if (rc->rc_type != NULL)
		kprintf(" of type %s", rc->rc_type);
	kprintf(" at ");
	print_place(va, obj, rc->rc_size);
	print_tracks(rc);
}

static void
print_stack(uintptr_t va)
{
	uintptr_t stack = rounddown2(va, KSTACK_SLOT) + PAGE_SIZE;

	kprintf("object: kernel stack at ");
	print_place(va, stack, KSTACK_SIZE);
	print_tracks(stack_record((void *)stack));
}

/* The compiler leaves at the low end of a frame: its mark, a description of
 * the variables (how many, then offset, size, length of name, name:line of
 * each), the function. */
static void
print_frame(uintptr_t va)
{
	uintptr_t low = rounddown2(va, KSTACK_SLOT) + PAGE_SIZE;
	uintptr_t fp = rounddown2(va, SHADOW_GRAIN);

	if (va - KSTACK_BASE >= KSTACK_ROOM)
		return; /* the boot CPU's first stack, or an exception's */
	while (fp > low && (*shadow_of(fp) != SHADOW_STACK_LEFT ||
	    *(const uint64_t *)fp != FRAME_MAGIC))
		fp -= SHADOW_GRAIN;
	if (fp <= low)
		return;
	kprintf("variables: %s: byte %lu of the frame of\n",
	    ((const char *const *)fp)[1], va - fp);
	panic_print_pc(((const uintptr_t *)fp)[2] + 1);
}

static void
print_global(uintptr_t va)
{
	const struct asan_global *g = global_at(va);

	if (g == NULL)
		return;
	kprintf("object: variable %s of %s at ", g->ag_name, g->ag_file);
	print_place(va, (uintptr_t)g->ag_start, g->ag_size);
}

static void
print_whose(uintptr_t va, uint8_t mark)
{
	switch (mark) {
	case SHADOW_FREE:
	case SHADOW_REDZONE:
	case SHADOW_TAIL:
		print_object(va);
		break;
	case SHADOW_STACK_LEFT:
	case SHADOW_STACK_MID:
	case SHADOW_STACK_RIGHT:
		print_frame(va);
		break;
	case SHADOW_STACK_END:
	case SHADOW_STACK_FREE:
		print_stack(va);
		break;
	case SHADOW_GLOBAL:
		print_global(va);
		break;
	case SHADOW_PAGE_FREE:
		kprintf("memory: a page that nobody has\n");
		break;
	default:
		break;
	}
}

static void
print_shadow(uintptr_t va)
{
	uint8_t *s = shadow_of(va);

	kprintf("shadow:");
	for (uint8_t *at = s - SHADOW_AROUND; at <= s + SHADOW_AROUND; at++)
		kprintf(at == s ? " [%02x]" : " %02x", *at);
	kprintf("\n");
}

void
san_here(void)
{
	const struct thread *td = curthread;

	kprintf("by thread %p %s", (const void *)td, td->td_comm);
	if (panic_pid(td) >= 0)
		kprintf(" pid %d", panic_pid(td));
	kprintf(" on cpu %d:\n", mycpu->gd_cpuid);
	cpu_backtrace(panic_print_pc, TRACK_DEPTH);
}

/* The mark that says why va is bad: behind a grain that is good in part comes
 * the one that gives the reason. */
static uint8_t
mark_of(uintptr_t va)
{
	const uint8_t *s = shadow_of(va);

	return *s < SHADOW_GRAIN ? s[1] : s[0];
}

void
kasan_report(uintptr_t va, size_t n, bool write)
{
	uintptr_t bad = shadow_find_bad(va, n);
	uint8_t mark = mark_of(bad);

	if (!san_claim())
		return;
	kprintf("\nkasan: %s: %s of %lu bytes at %#lx\n", kind_of(mark),
	    write ? "write" : "read", (unsigned long)n, va);
	san_here();
	print_whose(bad, mark);
	print_shadow(bad);
	panic("kasan: %s at %#lx", kind_of(mark), va);
}

void
kasan_report_free(struct objcache *oc, void *obj)
{
	uint8_t mark = mark_of((uintptr_t)obj);
	const char *kind = mark == SHADOW_FREE ? "freed twice" : "bad free";

	if (!san_claim())
		return;
	kprintf("\nkasan: %s: %p, to cache %s\n", kind, obj, oc->oc_name);
	san_here();
	print_whose((uintptr_t)obj, mark);
	print_shadow((uintptr_t)obj);
	panic("kasan: %s: %p", kind, obj);
}
