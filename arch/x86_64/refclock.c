/*
 * refclock.c -- counters whose rate is known: HPET, ACPI timer, PIT.
 *
 * clock.c measures the cycle counter against one of them while booting, and
 * uses the HPET as the clock where the cycle counter cannot be trusted.  The
 * first of the list that is there and counts is taken.  Boot CPU only, but
 * for reading the HPET.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/io.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define HPET_CAPS 0x00
#define HPET_CONFIG 0x10
#define HPET_COUNT 0xf0
#define CAPS_64BIT (1UL << 13)
#define CONFIG_ENABLE 1
#define FS_PER_SEC 1000000000000000UL
#define FS_MAX 100000000 /* longest period that the standard allows */

#define PMTIMER_HZ 3579545
#define PMTIMER_MASK 0xffffff /* 24 bits in every version */

#define PIT_HZ 1193182
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_RATE 0xb4  /* channel 2, both bytes, counts down and again */
#define PIT_LATCH 0x80 /* channel 2's count, for the next two reads */
#define PORT_GATE 0x61
#define GATE_ON 0x01
#define GATE_SPEAKER 0x02

static volatile char *hpet;

static uint64_t
hpet_read32(void)
{
	return mmio_read32(hpet + HPET_COUNT);
}

static uint64_t
hpet_read64(void)
{
	return mmio_read64(hpet + HPET_COUNT);
}

static uint64_t
pmtimer_read(void)
{
	return inl(acpi.ac_pmtimer_port) & PMTIMER_MASK;
}

/* Counts down; the complement counts up. */
static uint64_t
pit_read(void)
{
	uint8_t low;

	outb(PIT_COMMAND, PIT_LATCH);
	low = inb(PIT_CHANNEL2);
	return ~(uint64_t)(inb(PIT_CHANNEL2) << 8 | low) & 0xffff;
}

static struct refclock hpet_clock = { "HPET", 0, UINT32_MAX, hpet_read32 };
static const struct refclock pmtimer_clock = { "ACPI timer", PMTIMER_HZ,
	PMTIMER_MASK, pmtimer_read };
static const struct refclock pit_clock = { "PIT", PIT_HZ, 0xffff, pit_read };

/* Reads until it changes; false when it does not. */
static bool
counts(const struct refclock *rc)
{
	uint64_t first = rc->rc_read();

	for (int i = 0; i < 10000; i++) {
		if (rc->rc_read() != first)
			return true;
		cpu_pause();
	}
	return false;
}

static bool
hpet_start(void)
{
	uint64_t caps, period;

	if (acpi.ac_hpet_pa == 0 || acpi_memory(acpi.ac_hpet_pa, 1024) == NULL)
		return false;
	hpet = PHYS_TO_DMAP(acpi.ac_hpet_pa);
	caps = mmio_read64(hpet + HPET_CAPS);
	period = caps >> 32;
	if (period == 0 || period > FS_MAX)
		return false;
	hpet_clock.rc_hz = FS_PER_SEC / period;
	if (caps & CAPS_64BIT) {
		hpet_clock.rc_mask = UINT64_MAX;
		hpet_clock.rc_read = hpet_read64;
	}
	mmio_write64(hpet + HPET_CONFIG,
	    mmio_read64(hpet + HPET_CONFIG) | CONFIG_ENABLE);
	return counts(&hpet_clock);
}

static void
pit_start(void)
{
	outb(PORT_GATE, (inb(PORT_GATE) & ~GATE_SPEAKER) | GATE_ON);
	outb(PIT_COMMAND, PIT_RATE);
	outb(PIT_CHANNEL2, 0);
	outb(PIT_CHANNEL2, 0);
}

const struct refclock *
refclock_find(void)
{
	if (hpet_start())
		return &hpet_clock;
	hpet = NULL;
	if (acpi.ac_pmtimer_port != 0 && counts(&pmtimer_clock))
		return &pmtimer_clock;
	pit_start();
	return &pit_clock;
}

const struct refclock *
refclock_hpet64(void)
{
	return hpet != NULL && hpet_clock.rc_mask == UINT64_MAX ? &hpet_clock :
								  NULL;
}
