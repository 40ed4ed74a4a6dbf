/*
 * acpi.h -- what the firmware's tables say, as far as Mayfly asks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/param.h"

#define ACPI_MAXIOAPIC 16
#define ACPI_ISA_IRQS 16

struct acpi_ioapic {
	uint64_t ai_pa;
	uint32_t ai_base; /* line of its first input */
};

struct acpi_irq {
	uint32_t ar_line;
	bool ar_low;   /* active low */
	bool ar_level;
};

/* A register in some address space; as_pa 0: there is none. */
struct acpi_register {
	uint8_t as_space; /* ACPI_SPACE_* */
	uint64_t as_pa;
};
#define ACPI_SPACE_MEMORY 0
#define ACPI_SPACE_IO 1

/* Filled by acpi_init() on the boot CPU, constant afterwards.  Without tables
 * it describes a PC of one CPU. */
struct acpi_info {
	bool ac_found;
	uint64_t ac_lapic_pa;
	uint32_t ac_cpus[MAXCPU]; /* APIC ids, in the firmware's order */
	int ac_ncpus;
	struct acpi_ioapic ac_ioapics[ACPI_MAXIOAPIC];
	int ac_nioapics;
	struct acpi_irq ac_isa[ACPI_ISA_IRQS];

	uint64_t ac_hpet_pa;
	uint16_t ac_pmtimer_port; /* 0: none */
	bool ac_pmtimer_32bit;
	uint8_t ac_century; /* its index in the CMOS clock, 0: none */

	uint32_t ac_smi_port;
	uint8_t ac_smi_enable;
	uint16_t ac_pm1a, ac_pm1b; /* control ports, 0: none */
	bool ac_hw_reduced;
	struct acpi_register ac_sleep; /* of a hardware-reduced machine */
	struct acpi_register ac_reset;
	uint8_t ac_reset_value;
	bool ac_has_s5;
	uint8_t ac_s5a, ac_s5b; /* sleep types that switch off */
};
extern struct acpi_info acpi;

struct acpi_sdt {
	char sd_sig[4];
	uint32_t sd_len;
	uint8_t sd_revision;
	uint8_t sd_checksum;
	char sd_oem[26];
} __attribute__((packed));

/* acpi.c: finds the tables, checks them, has each read. */
void acpi_init(void);
/* Physical memory that tables may lie in; NULL when it is out of bounds. */
const void *acpi_memory(uint64_t pa, uint64_t len);
/* The table at pa when it has this signature, is whole, and its sum is right;
 * else NULL. */
const struct acpi_sdt *acpi_table(uint64_t pa, const char *sig);

/* acpi_madt.c, acpi_fadt.c: read one checked table into acpi. */
void acpi_read_madt(const struct acpi_sdt *t);
void acpi_read_fadt(const struct acpi_sdt *t);
void acpi_read_hpet(const struct acpi_sdt *t);
/* Looks for \_S5_ in a definition block. */
void acpi_read_aml(const struct acpi_sdt *t);
