/*
 * clock.c -- what time it is.
 *
 * The clock is the CPU's cycle counter (TSC) where all CPUs count alike and
 * never stop: where CPUID says that the rate is invariant; and under QEMU's
 * own translator (TCG), which does not say so but gives every virtual CPU the
 * same counter of the host, or of the instruction count.  Elsewhere it is the
 * HPET, which is one for all and slower to read.  smp.c compares the counters
 * when a CPU comes up: a machine whose firmware has set them apart is moved
 * to the HPET as well.
 *
 * The rate is measured against refclock.c's counter.  A reading of the
 * reference lies between two of the TSC; how far these are apart bounds the
 * error, so that a measurement that the host interrupted is seen as such:
 * the best of several counts.
 */
#include "arch/x86_64/clock.h"
#include "arch/x86_64/cpu.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

#define MEASURE_MS 5
#define MEASURE_TRIES 6
#define GOOD_ENOUGH 5000 /* an error of 1 / so much */
#define READINGS 8

#define CPUID_HYPERVISOR 0x40000000
#define CPUID_HV_BIT (1U << 31)
#define INVARIANT (1U << 8)

static struct clock_scale tsc_to_ns, ns_to_tsc;
static uint64_t tsc_hz, tsc_base;
static const struct refclock *hpet; /* ATOMIC NULL: the TSC is the clock */
static struct clock_scale hpet_to_ns;
static uint64_t hpet_base, hpet_base_ns;
static uint64_t walltime_base; /* at uptime 0 */

struct reading {
	uint64_t rd_tsc, rd_ref;
	uint64_t rd_width; /* in cycles: what it may be off */
};

static struct reading
read_both(const struct refclock *rc)
{
	struct reading best = { .rd_width = UINT64_MAX };

	for (int i = 0; i < READINGS; i++) {
		uint64_t t0 = clock_tsc();
		uint64_t ref = rc->rc_read();
		uint64_t width = clock_tsc() - t0;

		if (width < best.rd_width)
			best = (struct reading){ t0 + width / 2, ref, width };
	}
	return best;
}

/* The TSC's rate; *errorp: how far off it may be, in Hz. */
static uint64_t
measure(const struct refclock *rc, uint64_t *errorp)
{
	uint64_t span = rc->rc_hz * MEASURE_MS / 1000;
	struct reading a = read_both(rc), b;
	uint64_t ref, hz;

	while (((rc->rc_read() - a.rd_ref) & rc->rc_mask) < span)
		cpu_pause();
	b = read_both(rc);
	ref = (b.rd_ref - a.rd_ref) & rc->rc_mask;
	hz = (b.rd_tsc - a.rd_tsc) * rc->rc_hz / ref;
	*errorp = (a.rd_width + b.rd_width) * rc->rc_hz / ref;
	return hz;
}

/* A rate within the error of a whole number of MHz is taken to be that one:
 * under QEMU's instruction count, where it is 1 GHz, figures are then exact. */
static uint64_t
calibrate(const struct refclock *rc)
{
	uint64_t best_error = UINT64_MAX, best = 0, whole;

	for (int i = 0; i < MEASURE_TRIES; i++) {
		uint64_t error, hz = measure(rc, &error);

		if (error < best_error) {
			best_error = error;
			best = hz;
		}
		if (best_error < best / GOOD_ENOUGH)
			break;
	}
	KASSERT(best != 0, "the cycle counter stands still");
	whole = (best + 500000) / 1000000 * 1000000;
	return whole - best + best_error <= 2 * best_error ? whole : best;
}

static bool
under_tcg(void)
{
	struct cpuid r;

	if (!(cpuid(1, 0).c & CPUID_HV_BIT))
		return false;
	r = cpuid(CPUID_HYPERVISOR, 0);
	return memcmp(&r.b, "TCGT", 4) == 0 && memcmp(&r.c, "CGTC", 4) == 0 &&
	    memcmp(&r.d, "GTCG", 4) == 0;
}

static bool
tsc_is_invariant(void)
{
	return cpuid(0x80000000, 0).a >= 0x80000007 &&
	    (cpuid(0x80000007, 0).d & INVARIANT);
}

static uint64_t
tsc_uptime(void)
{
	return clock_scale(&tsc_to_ns, clock_tsc() - tsc_base);
}

/* The clock goes on from where it is. */
static bool
use_hpet(void)
{
	const struct refclock *rc = refclock_hpet64();

	if (rc == NULL)
		return false;
	hpet_to_ns = clock_scale_make(rc->rc_hz, NS_PER_SEC);
	hpet_base_ns = tsc_uptime();
	hpet_base = rc->rc_read();
	atomic_store_rel(&hpet, rc);
	return true;
}

void
clock_tsc_failed(void)
{
	if (hpet != NULL)
		return;
	kprintf("clock: the cycle counters of the CPUs differ: %s\n",
	    use_hpet() ? "HPET instead" : "times are not to be trusted");
}

void
clock_init(void)
{
	tsc_hz = calibrate(refclock_find());
	tsc_base = clock_tsc();
	tsc_to_ns = clock_scale_make(tsc_hz, NS_PER_SEC);
	ns_to_tsc = clock_scale_make(NS_PER_SEC, tsc_hz);
	if (!tsc_is_invariant() && !under_tcg())
		(void)use_hpet();
	walltime_base = rtc_read_seconds() * NS_PER_SEC - cpu_uptime_ns();
}

uint64_t
cpu_uptime_ns(void)
{
	const struct refclock *rc = atomic_load_acq(&hpet);

	if (likely(rc == NULL))
		return tsc_uptime();
	return hpet_base_ns + clock_scale(&hpet_to_ns,
	    rc->rc_read() - hpet_base);
}

uint64_t
cpu_walltime_ns(void)
{
	return walltime_base + cpu_uptime_ns();
}

uint64_t
cpu_cycles_to_ns(uint64_t cycles)
{
	return clock_scale(&tsc_to_ns, cycles);
}

uint64_t
clock_ns_to_cycles(uint64_t ns)
{
	return clock_scale(&ns_to_tsc, ns);
}

const char *
cpu_clock_name(void)
{
	static char name[32];

	if (hpet != NULL)
		return hpet->rc_name;
	ksnprintf(name, sizeof(name), "TSC %lu.%03lu MHz", tsc_hz / 1000000,
	    tsc_hz / 1000 % 1000);
	return name;
}
