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
	uint64_t la_unclear[LATENCY_KINDS];    /* OWNER those that were not */
	uint64_t la_marks;		       /* OWNER */
	bool la_user;			       /* ATOMIC it is in user mode */
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

static bool
others_in_user_mode(const struct latency_cpu *la)
{
	for (int i = 0; i < ncpus; i++)
		if (&cpus[i] != la && atomic_load(&cpus[i].la_user))
			return true;
	return false;
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

	if (st->st_since == 0)
		return;
	if (mark(la) != st->st_others || others_in_user_mode(la))
		la->la_unclear[kind]++;
	else
		note(la, kind, now - st->st_since, (uintptr_t)pc);
	st->st_since = 0;
}

/* In a critical section: a count must not go to another CPU.  UNCHECKED: what
 * is pending waits for whoever paused, so that crit_exit() is not for this. */
void latency_pause(void) UNCHECKED;
void
latency_pause(void)
{
	crit_enter();
	(void)mark(&cpus[mycpu->gd_cpuid]);
	curthread->td_critcount--;
}

void
latency_user(bool user)
{
	struct latency_cpu *la = &cpus[mycpu->gd_cpuid];

	(void)mark(la);
	atomic_store(&la->la_user, user);
}

static void
report_kind(enum latency_kind kind, const char *name)
{
	struct longest most = { 0 };
	uint64_t count = 0, unclear = 0;

	for (int i = 0; i < ncpus; i++) {
		const struct latency_cpu *la = &cpus[i];

		count += la->la_count[kind];
		unclear += la->la_unclear[kind];
		if (la->la_most[kind].lo_cycles > most.lo_cycles)
			most = la->la_most[kind];
	}
	kprintf("latency: %s %lu instructions, %lu measured, %lu unclear\n",
	    name, (unsigned long)(most.lo_cycles / instruction),
	    (unsigned long)count, (unsigned long)unclear);
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
