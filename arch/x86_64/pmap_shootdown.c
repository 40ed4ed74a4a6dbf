/*
 * pmap_shootdown.c -- which CPU has which page table loaded, and how they all
 * forget a translation.
 *
 * pm_active names the CPUs that have a page table loaded; a CPU enters itself
 * before it loads and leaves after it has loaded another.  So who changes an
 * entry first and reads pm_active then misses only CPUs that will see the
 * change.
 *
 * Each CPU has one request, which it fills in a critical section, hands to
 * the targets (a bit in their sd_from), and waits until all have done it.
 * While it waits it does what others ask of it: two CPUs that shoot at each
 * other both get on, interrupts enabled or not.  The interrupt takes no lock
 * and may come in any critical section; the caller may hold no spin lock that
 * is taken with interrupts disabled.
 *
 * Entry points: pmap_load, pmap_flush, pmap_flush_all, pmap_drop,
 * pmap_shootdown_intr.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/pmap.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

/* From here on the whole TLB goes. */
#define FLUSH_PAGES_MAX 32

struct shootdown {
	struct pmap *sd_pmap;	   /* STABLE while sd_left is not empty */
	uintptr_t sd_start, sd_end; /* STABLE likewise; both 0: all */
	bool sd_drop;		   /* STABLE likewise */
	uint32_t sd_left;	   /* ATOMIC CPUs that have yet to do it */
	uint64_t sd_from[CPUMASK_WORDS]; /* ATOMIC who asks this CPU */
} __cachealigned;

static struct shootdown shootdowns[MAXCPU];

static inline void
mask_set(uint64_t *mask, unsigned cpu)
{
	atomic_set(&mask[cpu / 64], 1UL << cpu % 64);
}

static inline void
mask_clear(uint64_t *mask, unsigned cpu)
{
	atomic_clear(&mask[cpu / 64], 1UL << cpu % 64);
}

void
pmap_switch(struct pmap *pm)
{
	struct globaldata *gd = mycpu;
	struct pmap *old = gd->gd_pmap;

	/* Interrupts are off: a request to drop the old one comes before all
	 * of this or after. */
	if (pm == old)
		return;
	if (pm != NULL)
		mask_set(pm->pm_active, gd->gd_cpuid);
	write_cr3(pm != NULL ? pm->pm_rootpa : pmap_kernel_rootpa);
	gd->gd_pmap = pm;
	if (old != NULL)
		mask_clear(old->pm_active, gd->gd_cpuid);
}

void
pmap_load(struct pmap *pm)
{
	uint64_t flags = cpu_intr_save();

	pmap_switch(pm);
	cpu_intr_restore(flags);
}

static void
flush_here(uintptr_t start, uintptr_t end)
{
	if (end == 0 || end - start > FLUSH_PAGES_MAX * PAGE_SIZE) {
		write_cr3(read_cr3());
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		cpu_invlpg(start);
}

static void
serve(struct shootdown *sd)
{
	uint64_t flags = cpu_intr_save();

	mycpu->gd_cnt_shootdown++;
	if (mycpu->gd_pmap == sd->sd_pmap) {
		/* A thread without a process has no use for it: no more
		 * requests for this one then. */
		if (sd->sd_drop || curthread->td_lwp == NULL)
			pmap_load(NULL);
		else
			flush_here(sd->sd_start, sd->sd_end);
	}
	cpu_intr_restore(flags);
	atomic_sub(&sd->sd_left, 1);
}

void
pmap_shootdown_intr(void)
{
	uint64_t *from = shootdowns[mycpu->gd_cpuid].sd_from;

	for (int w = 0; w < howmany(ncpus, 64); w++) {
		uint64_t bits;

		if (atomic_load(&from[w]) == 0)
			continue;
		bits = atomic_swap(&from[w], 0UL);
		for (; bits != 0; bits &= bits - 1)
			serve(&shootdowns[w * 64 + __builtin_ctzl(bits)]);
	}
}

/* Asks the CPUs in mask, which are not this one, and waits for them. */
static void
ask(struct shootdown *sd, const uint64_t *mask)
{
	int self = mycpu->gd_cpuid, n = 0;

	for (int w = 0; w < howmany(ncpus, 64); w++) {
		for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1)
			n++;
	}
	atomic_store_rel(&sd->sd_left, n);
	for (int w = 0; w < howmany(ncpus, 64); w++) {
		for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
			int cpu = w * 64 + __builtin_ctzl(bits);

			mask_set(shootdowns[cpu].sd_from, self);
			lapic_send_ipi(cpu, VEC_SHOOTDOWN);
		}
	}
	while (atomic_load_acq(&sd->sd_left) != 0 && !panicking) {
		pmap_shootdown_intr();
		cpu_pause();
	}
}

static void
shoot(struct pmap *pm, uintptr_t start, uintptr_t end, bool drop)
{
	uint64_t mask[CPUMASK_WORDS], others = 0;
	struct shootdown *sd;
	int self;

	crit_enter();
	self = mycpu->gd_cpuid;
	if (mycpu->gd_pmap == pm) {
		if (drop)
			pmap_load(NULL);
		else
			flush_here(start, end);
	}
	/* RACE: the entries' changes before the look at who is there. */
	atomic_fence();
	for (int w = 0; w < howmany(ncpus, 64); w++) {
		mask[w] = atomic_load(&pm->pm_active[w]);
		if (w == self / 64)
			mask[w] &= ~(1UL << self % 64);
		others |= mask[w];
	}
	if (others != 0) {
		sd = &shootdowns[self];
		sd->sd_pmap = pm;
		sd->sd_start = start;
		sd->sd_end = end;
		sd->sd_drop = drop;
		ask(sd, mask);
	}
	crit_exit();
}

void
pmap_flush(struct pmap *pm, uintptr_t start, uintptr_t end)
{
	shoot(pm, start, end, false);
}

void
pmap_flush_all(struct pmap *pm)
{
	shoot(pm, 0, 0, false);
}

void
pmap_drop(struct pmap *pm)
{
	shoot(pm, 0, 0, true);
}
