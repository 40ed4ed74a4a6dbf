/*
 * latency.c -- see latency.h.
 *
 * Everything belongs to its CPU, with interrupts disabled or in a critical
 * section: but for the count of all marks, by which a CPU sees that another
 * one has run.
 */
#include "kernel/lwkt/latency.h"
#ifdef INVARIANTS
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/panic.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"

struct stretch {
	uint64_t st_since;  /* OWNER cycles; 0: none is under way */
	uint64_t st_others; /* OWNER marks of other CPUs when it began */
	uintptr_t st_from;  /* OWNER where */
};

struct longest {
	uint64_t lo_cycles;	   /* OWNER */
	uintptr_t lo_from, lo_to; /* OWNER */
};

static struct latency_cpu {
	struct stretch la_now[LATENCY_KINDS];  /* OWNER */
	struct longest la_most[LATENCY_KINDS]; /* OWNER */
	uint64_t la_count[LATENCY_KINDS];      /* OWNER stretches measured */
	/* Another CPU may have run: it is shorter all the same, or seems
	 * longer than the limit. */
	uint64_t la_below[LATENCY_KINDS];   /* OWNER */
	uint64_t la_unclear[LATENCY_KINDS]; /* OWNER */
	uint64_t la_marks;		       /* OWNER */
} __cachealigned cpus[MAXCPU];

bool latency_on;
static uint64_t all_marks;	  /* ATOMIC */
static uint64_t instruction = 1; /* STABLE its cycles */

/* Marks that other CPUs have made; makes one. */
static uint64_t
mark(struct latency_cpu *la)
{
	la->la_marks++;
	return atomic_addfetch(&all_marks, 1) - la->la_marks;
}

/* Idle, or on the way to it. */
static bool
others_are_idle(void)
{
	for (int i = 0; i < ncpus; i++) {
		const struct globaldata *gd = globaldata[i];

		if (gd != mycpu &&
		    atomic_load(&gd->gd_curthread) != gd->gd_idletd)
			return false;
	}
	return true;
}

static void
note(struct latency_cpu *la, enum latency_kind kind, uint64_t cycles,
    uintptr_t to)
{
	struct stretch *st = &la->la_now[kind];
	struct longest *lo = &la->la_most[kind];

	la->la_count[kind]++;
	if (cycles > lo->lo_cycles)
		*lo = (struct longest){ cycles, st->st_from, to };
}

void
latency_begin(enum latency_kind kind, const void *pc)
{
	struct latency_cpu *la = &cpus[mycpu->gd_cpuid];
	struct stretch *st = &la->la_now[kind];

	if (st->st_since != 0)
		return;
	st->st_from = (uintptr_t)pc;
	st->st_others = mark(la);
	st->st_since = cpu_cycles();
}

void
latency_end(enum latency_kind kind, const void *pc)
{
	uint64_t now = cpu_cycles();
	struct latency_cpu *la = &cpus[mycpu->gd_cpuid];
	struct stretch *st = &la->la_now[kind];
	uint64_t cycles;
	bool others;

	if (st->st_since == 0)
		return;
	cycles = now - st->st_since;
	others = mark(la) != st->st_others;
	if (!others && others_are_idle())
		note(la, kind, cycles, (uintptr_t)pc);
	else if (cycles <= LATENCY_LIMIT * instruction)
		la->la_below[kind]++;
	else
		la->la_unclear[kind]++;
	st->st_since = 0;
}

static void
report_kind(enum latency_kind kind, const char *name)
{
	struct longest most = { 0 };
	uint64_t count = 0, below = 0, unclear = 0;

	for (int i = 0; i < ncpus; i++) {
		const struct latency_cpu *la = &cpus[i];

		count += la->la_count[kind];
		below += la->la_below[kind];
		unclear += la->la_unclear[kind];
		if (la->la_most[kind].lo_cycles > most.lo_cycles)
			most = la->la_most[kind];
	}
	kprintf("latency: %s %lu instructions, %lu measured, %lu below %d, "
		"%lu unclear\n", name,
	    (unsigned long)(most.lo_cycles / instruction),
	    (unsigned long)count, (unsigned long)below, LATENCY_LIMIT,
	    (unsigned long)unclear);
	panic_print_pc(most.lo_from);
	panic_print_pc(most.lo_to);
}

void
latency_report(void)
{
	if (!latency_on)
		return;
	latency_on = false;
	report_kind(LATENCY_INTR, "interrupts off");
	report_kind(LATENCY_SPIN, "spin-locked");
}

/* Before the first process; what the start of the machine does is its own. */
static void
latency_init(void)
{
	long n = cmdline_num("latency", 0);

	if (n <= 0)
		return;
	instruction = (uint64_t)n;
	latency_on = true;
}
SYSINIT(latency, SI_SUB_KICK_SCHEDULER, SI_ORDER_MIDDLE, latency_init);
#endif
