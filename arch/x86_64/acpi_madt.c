/*
 * acpi_madt.c -- the table of interrupt controllers: CPUs, I/O APICs, and
 * where ISA interrupts really arrive.
 *
 * acpi_init() calls acpi_read_madt() with a table whose sum is right; the
 * entries in it are checked here.  A CPU that has both kinds of entry is
 * counted once; ids from 255 on need a mode that Mayfly does not enter.
 */
#include "arch/x86_64/acpi.h"
#include "kernel/lib/lib.h"

#define MADT_LAPIC 0
#define MADT_IOAPIC 1
#define MADT_OVERRIDE 2
#define MADT_LAPIC_ADDRESS 5
#define MADT_X2APIC 9

#define CPU_ENABLED 0x1
#define APIC_ID_MAX 254

#define POLARITY(flags) ((flags) & 3)
#define TRIGGER(flags) ((flags) >> 2 & 3)
#define POLARITY_LOW 3
#define TRIGGER_LEVEL 3

struct madt {
	struct acpi_sdt ma_head;
	uint32_t ma_lapic;
	uint32_t ma_flags;
} __attribute__((packed));

struct madt_entry {
	uint8_t me_type, me_len;
	union {
		struct {
			uint8_t cpu, id;
			uint32_t flags;
		} __attribute__((packed)) lapic;
		struct {
			uint16_t reserved;
			uint32_t id, flags, cpu;
		} __attribute__((packed)) x2apic;
		struct {
			uint8_t id, reserved;
			uint32_t pa, base;
		} __attribute__((packed)) ioapic;
		struct {
			uint8_t bus, irq;
			uint32_t line;
			uint16_t flags;
		} __attribute__((packed)) isa;
		struct {
			uint16_t reserved;
			uint64_t pa;
		} __attribute__((packed)) address;
	};
} __attribute__((packed));

static void
add_cpu(uint32_t id, uint32_t flags)
{
	if (!(flags & CPU_ENABLED) || id > APIC_ID_MAX)
		return;
	for (int i = 0; i < acpi.ac_ncpus; i++) {
		if (acpi.ac_cpus[i] == id)
			return;
	}
	if (acpi.ac_ncpus < MAXCPU)
		acpi.ac_cpus[acpi.ac_ncpus++] = id;
}

static void
add_ioapic(uint64_t pa, uint32_t base)
{
	if (acpi.ac_nioapics == ACPI_MAXIOAPIC)
		return;
	acpi.ac_ioapics[acpi.ac_nioapics++] = (struct acpi_ioapic){ pa, base };
}

/* "As the bus has it" is edge and high for ISA. */
static void
add_override(uint8_t bus, uint8_t irq, uint32_t line, uint16_t flags)
{
	if (bus != 0 || irq >= ACPI_ISA_IRQS)
		return;
	acpi.ac_isa[irq] = (struct acpi_irq){
		.ar_line = line,
		.ar_low = POLARITY(flags) == POLARITY_LOW,
		.ar_level = TRIGGER(flags) == TRIGGER_LEVEL,
	};
}

/* The bytes that an entry of this type must have. */
static size_t
entry_min(uint8_t type)
{
	switch (type) {
	case MADT_LAPIC:
		return 8;
	case MADT_IOAPIC:
	case MADT_LAPIC_ADDRESS:
		return 12;
	case MADT_OVERRIDE:
		return 10;
	case MADT_X2APIC:
		return 16;
	default:
		return 2;
	}
}

static void
read_entry(const struct madt_entry *me)
{
	if (me->me_len < entry_min(me->me_type))
		return;
	switch (me->me_type) {
	case MADT_LAPIC:
		add_cpu(me->lapic.id, me->lapic.flags);
		break;
	case MADT_X2APIC:
		add_cpu(me->x2apic.id, me->x2apic.flags);
		break;
	case MADT_IOAPIC:
		add_ioapic(me->ioapic.pa, me->ioapic.base);
		break;
	case MADT_OVERRIDE:
		add_override(me->isa.bus, me->isa.irq, me->isa.line,
		    me->isa.flags);
		break;
	case MADT_LAPIC_ADDRESS:
		acpi.ac_lapic_pa = me->address.pa;
		break;
	}
}

void
acpi_read_madt(const struct acpi_sdt *t)
{
	const struct madt *ma = (const void *)t;
	const char *p = (const char *)(ma + 1);
	const char *end = (const char *)t + t->sd_len;

	if (t->sd_len < sizeof(*ma))
		return;
	acpi.ac_lapic_pa = ma->ma_lapic;
	while (end - p >= 2) {
		const struct madt_entry *me = (const void *)p;

		if (me->me_len < 2 || me->me_len > end - p)
			return;
		read_entry(me);
		p += me->me_len;
	}
}
