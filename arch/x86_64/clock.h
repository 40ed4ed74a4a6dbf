/*
 * clock.h -- what the clock offers inside arch/; the rest is in kernel/md.h.
 */
#pragma once

#include <stdint.h>

/* Multiplies by a fraction, kept as a 32.32 fixed-point number; no product
 * overflows, since it is 128 bits wide. */
struct clock_scale {
	uint64_t cs_mult;
};

/* Of from units, so many to units. */
static inline struct clock_scale
clock_scale_make(uint64_t from, uint64_t to)
{
	uint64_t whole = to / from, rest = to % from;

	/* rest < from < 2^32 for all rates below 4.29 GHz; above, the lowest
	 * bits go. */
	while (rest >> 32 != 0) {
		rest >>= 1;
		from >>= 1;
	}
	return (struct clock_scale){ whole << 32 | (rest << 32) / from };
}

static inline uint64_t
clock_scale(const struct clock_scale *cs, uint64_t v)
{
	return (uint64_t)((unsigned __int128)v * cs->cs_mult >> 32);
}

/* The cycle counter, not before earlier instructions are done. */
static inline uint64_t
clock_tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* clock.c: finds, measures and starts the clock; boot CPU. */
void clock_init(void);
uint64_t clock_ns_to_cycles(uint64_t ns);
/* The cycle counters of two CPUs disagree: another clock, if there is one. */
void clock_tsc_failed(void);

/* refclock.c: counters of known rate. */
struct refclock {
	const char *rc_name;
	uint64_t rc_hz;
	uint64_t rc_mask; /* of the bits that count */
	uint64_t (*rc_read)(void);
};
/* The best that this machine has; there is always one. */
const struct refclock *refclock_find(void);
/* The HPET, when it has 64 bits: good enough to be the clock; else NULL. */
const struct refclock *refclock_hpet64(void);

/* rtc.c: seconds since 1970, from the CMOS clock. */
uint64_t rtc_read_seconds(void);
