/*
 * acpi_fadt.c -- power, reset and timers: the FADT, the DSDT's \_S5_, and the
 * HPET's table.
 *
 * The sleep types that switch the machine off stand in a program, in the
 * bytecode of the definition blocks, as Name (\_S5_, Package {a, b, ...}).
 * Its encoding is fixed, so that it is found by looking for the bytes; no
 * interpreter is needed.  acpi_init() calls, with checked tables; fields past
 * a table's end (older revisions are shorter) count as zero.
 */
#include "arch/x86_64/acpi.h"
#include "kernel/lib/lib.h"

#define FADT_DSDT 40 /* offsets */
#define FADT_SMI 48
#define FADT_ENABLE 52
#define FADT_PM1A 64
#define FADT_PM1B 68
#define FADT_PMTIMER 76
#define FADT_CENTURY 108
#define FADT_FLAGS 112
#define FADT_RESET 116
#define FADT_RESET_VALUE 128
#define FADT_X_DSDT 140
#define FADT_X_PM1A 172
#define FADT_X_PM1B 184
#define FADT_SLEEP 244

#define FLAG_TIMER_32BIT (1U << 8)
#define FLAG_RESET (1U << 10)
#define FLAG_HW_REDUCED (1U << 20)

#define GAS_ADDRESS 4 /* in a generic address: space, width, ..., address */

#define HPET_GAS 40

#define AML_ZERO 0x00
#define AML_ONE 0x01
#define AML_NAME 0x08
#define AML_BYTE 0x0a
#define AML_PACKAGE 0x12
#define AML_SLEEP_TYPES 2 /* of the package, that we read */

static uint64_t
field(const struct acpi_sdt *t, uint32_t at, uint32_t width)
{
	uint64_t v = 0;

	if (at + width <= t->sd_len)
		memcpy(&v, (const char *)t + at, width);
	return v;
}

static struct acpi_register
gas(const struct acpi_sdt *t, uint32_t at)
{
	return (struct acpi_register){ (uint8_t)field(t, at, 1),
		field(t, at + GAS_ADDRESS, 8) };
}

static uint16_t
pm1_port(const struct acpi_sdt *t, uint32_t at, uint32_t extended)
{
	struct acpi_register reg = gas(t, extended);

	if (reg.as_space == ACPI_SPACE_IO && reg.as_pa != 0)
		return (uint16_t)reg.as_pa;
	return (uint16_t)field(t, at, 4);
}

void
acpi_read_fadt(const struct acpi_sdt *t)
{
	uint32_t flags = (uint32_t)field(t, FADT_FLAGS, 4);
	uint64_t dsdt_pa = field(t, FADT_X_DSDT, 8);
	const struct acpi_sdt *dsdt;

	acpi.ac_smi_port = (uint32_t)field(t, FADT_SMI, 4);
	acpi.ac_smi_enable = (uint8_t)field(t, FADT_ENABLE, 1);
	acpi.ac_pm1a = pm1_port(t, FADT_PM1A, FADT_X_PM1A);
	acpi.ac_pm1b = pm1_port(t, FADT_PM1B, FADT_X_PM1B);
	acpi.ac_pmtimer_port = (uint16_t)field(t, FADT_PMTIMER, 4);
	acpi.ac_pmtimer_32bit = flags & FLAG_TIMER_32BIT;
	acpi.ac_century = (uint8_t)field(t, FADT_CENTURY, 1);
	acpi.ac_hw_reduced = flags & FLAG_HW_REDUCED;
	acpi.ac_sleep = gas(t, FADT_SLEEP);
	if (flags & FLAG_RESET) {
		acpi.ac_reset = gas(t, FADT_RESET);
		acpi.ac_reset_value = (uint8_t)field(t, FADT_RESET_VALUE, 1);
	}
	if (dsdt_pa == 0)
		dsdt_pa = field(t, FADT_DSDT, 4);
	dsdt = acpi_table(dsdt_pa, "DSDT");
	if (dsdt != NULL)
		acpi_read_aml(dsdt);
}

void
acpi_read_hpet(const struct acpi_sdt *t)
{
	struct acpi_register reg = gas(t, HPET_GAS);

	if (reg.as_space == ACPI_SPACE_MEMORY)
		acpi.ac_hpet_pa = reg.as_pa;
}

/* A small constant; false when something else stands there. */
static bool
aml_number(const uint8_t **pp, const uint8_t *end, uint8_t *v)
{
	const uint8_t *p = *pp;

	if (p < end && (*p == AML_ZERO || *p == AML_ONE)) {
		*v = *p;
		*pp = p + 1;
		return true;
	}
	if (end - p >= 2 && *p == AML_BYTE) {
		*v = p[1];
		*pp = p + 2;
		return true;
	}
	return false;
}

/* p: behind the name.  Package: opcode, a length whose first byte says in its
 * top bits how many follow, number of elements, elements. */
static void
read_s5(const uint8_t *p, const uint8_t *end)
{
	uint8_t a, b;

	if (end - p < 6 || *p++ != AML_PACKAGE)
		return;
	p += 1 + (*p >> 6);
	if (p >= end || *p++ < AML_SLEEP_TYPES)
		return;
	if (!aml_number(&p, end, &a) || !aml_number(&p, end, &b))
		return;
	acpi.ac_s5a = a & 7;
	acpi.ac_s5b = b & 7;
	acpi.ac_has_s5 = true;
}

void
acpi_read_aml(const struct acpi_sdt *t)
{
	const uint8_t *start = (const uint8_t *)(t + 1);
	const uint8_t *end = (const uint8_t *)t + t->sd_len;

	for (const uint8_t *p = start; end - p >= 4; p++) {
		if (*p != '_' || memcmp(p, "_S5_", 4) != 0)
			continue;
		if ((p > start && p[-1] == AML_NAME) ||
		    (p > start + 1 && p[-1] == '\\' && p[-2] == AML_NAME))
			read_s5(p + 4, end);
	}
}
