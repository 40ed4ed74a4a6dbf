/*
 * lapic_timer.c -- the timer of each CPU: one shot, for one deadline.
 *
 * Where the CPU can, the timer compares with the cycle counter (TSC-deadline
 * mode); else a 32-bit counter runs down at a rate that is measured once.
 * Both are set for a distance from now, and both may come a little early: the
 * counter because it is short, either because its rate is an estimate.  So
 * the interrupt is believed only when the clock agrees; else the rest of the
 * way is armed.  There is no periodic mode: an idle CPU sleeps on.
 */
#include "arch/x86_64/clock.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lapic.h"
#include "kernel/lib/lib.h"

#define MSR_TSC_DEADLINE 0x6e0
#define CPUID_TSC_DEADLINE (1U << 24)
#define LVT_MASKED 0x10000
#define LVT_TSC_DEADLINE 0x40000
#define DIVIDE_BY_4 0x1
#define COUNT_MAX UINT32_MAX
#define MEASURE_NS NS_PER_MS /* a reading takes a thousandth of it */

static bool tsc_deadline;
static struct clock_scale ns_to_count;

/* Each by its CPU. */
static struct {
	uint64_t deadline; /* GUARDED(crit) 0: off */
} __cachealigned timers[MAXCPU];

static void
arm(uint64_t at)
{
	uint64_t now = cpu_uptime_ns();
	uint64_t ns = at > now ? at - now : 0;
	uint64_t count;

	if (tsc_deadline) {
		wrmsr(MSR_TSC_DEADLINE, cpu_cycles() + clock_ns_to_cycles(ns));
		return;
	}
	count = clock_scale(&ns_to_count, ns);
	lapic_write(LAPIC_TIMER_START,
	    (uint32_t)min(count + 1, (uint64_t)COUNT_MAX));
}

void
cpu_timer_set(uint64_t deadline_ns)
{
	uint64_t flags = cpu_intr_save();

	timers[mycpu->gd_cpuid].deadline = deadline_ns;
	if (deadline_ns != 0)
		arm(deadline_ns);
	else if (tsc_deadline)
		wrmsr(MSR_TSC_DEADLINE, 0);
	else
		lapic_write(LAPIC_TIMER_START, 0);
	cpu_intr_restore(flags);
}

bool
lapic_timer_fired(void)
{
	uint64_t *at = &timers[mycpu->gd_cpuid].deadline;

	if (*at == 0)
		return false;
	if (cpu_uptime_ns() < *at) {
		arm(*at);
		return false;
	}
	*at = 0;
	return true;
}

void
lapic_timer_cpu_init(void)
{
	lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_4);
	if (tsc_deadline) {
		lapic_write(LAPIC_LVT_TIMER, LVT_TSC_DEADLINE | VEC_TIMER);
		/* The mode is to be there before the first deadline. */
		__asm__ volatile("mfence" : : : "memory");
	} else {
		lapic_write(LAPIC_LVT_TIMER, VEC_TIMER);
	}
}

struct sample {
	uint64_t sa_ns;
	uint32_t sa_count;
};

/* What the clock and the counter show at one moment: of several readings the
 * one that took the least time. */
static struct sample
sample(void)
{
	struct sample sa = { 0 };
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 8; i++) {
		uint64_t t0 = cpu_uptime_ns();
		uint32_t count = lapic_read(LAPIC_TIMER_COUNT);
		uint64_t t1 = cpu_uptime_ns();

		if (t1 - t0 < best) {
			best = t1 - t0;
			sa = (struct sample){ t0 + best / 2, count };
		}
	}
	return sa;
}

/* Ticks a second, while the timer is silent. */
static uint64_t
measure(void)
{
	struct sample a, b;

	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VEC_TIMER);
	lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_4);
	lapic_write(LAPIC_TIMER_START, COUNT_MAX);
	a = sample();
	while (cpu_uptime_ns() - a.sa_ns < MEASURE_NS)
		cpu_pause();
	b = sample();
	lapic_write(LAPIC_TIMER_START, 0);
	return (uint64_t)(a.sa_count - b.sa_count) * NS_PER_SEC /
	    (b.sa_ns - a.sa_ns);
}

void
lapic_timer_calibrate(void)
{
	tsc_deadline = cpuid(1, 0).c & CPUID_TSC_DEADLINE;
	if (!tsc_deadline) {
		uint64_t rate = measure();

		KASSERT(rate != 0, "the local timer does not count");
		ns_to_count = clock_scale_make(NS_PER_SEC, rate);
	}
	lapic_timer_cpu_init();
}
