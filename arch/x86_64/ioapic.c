/*
 * ioapic.c -- the I/O APICs: device lines, their masks, their shape.
 *
 * Line n is input n counted through all of them, as ACPI counts; it arrives
 * as vector VEC_DEVICE + n on the boot CPU, where the interrupt threads are.
 * ISA lines are edges, high, unless the MADT says otherwise; those above are
 * PCI's: level, low.  Registers are reached through an index and a window, so
 * both accesses are made under a lock with interrupts disabled, which a hard
 * interrupt may take too (spin.h's must not be).
 *
 * Entry points: ioapic_init, ioapic_is_level; cpu_intr_mask, cpu_intr_unmask,
 * cpu_isa_line (kernel/md.h).
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

#define INDEX 0x00
#define WINDOW 0x10

#define REG_VERSION 0x01
#define REG_LOW(input) (0x10 + 2 * (input))
#define REG_HIGH(input) (0x11 + 2 * (input))
#define VERSION_LAST(v) ((v) >> 16 & 0xff)

#define LOW_ACTIVE 0x2000
#define LOW_LEVEL 0x8000
#define LOW_MASKED 0x10000
#define HIGH_CPU(apicid) ((apicid) << 24)

struct ioapic {
	volatile char *io_regs; /* STABLE */
	unsigned io_base;	/* STABLE its first line */
	unsigned io_inputs;	/* STABLE */
};

static struct ioapic ioapics[ACPI_MAXIOAPIC];
static int nioapics;
static uint32_t shape[NLINES]; /* STABLE LOW_ACTIVE, LOW_LEVEL */
static uint32_t lock;	       /* ATOMIC the index and window of all */

static uint32_t
reg_read(struct ioapic *io, unsigned reg)
{
	mmio_write32(io->io_regs + INDEX, reg);
	return mmio_read32(io->io_regs + WINDOW);
}

static void
reg_write(struct ioapic *io, unsigned reg, uint32_t v)
{
	mmio_write32(io->io_regs + INDEX, reg);
	mmio_write32(io->io_regs + WINDOW, v);
}

static void
lines_init(void)
{
	for (unsigned line = 0; line < NLINES; line++)
		shape[line] = line < ACPI_ISA_IRQS ? 0 : LOW_ACTIVE | LOW_LEVEL;
	for (int irq = 0; irq < ACPI_ISA_IRQS; irq++) {
		const struct acpi_irq *ar = &acpi.ac_isa[irq];

		if (ar->ar_line < NLINES)
			shape[ar->ar_line] = (ar->ar_low ? LOW_ACTIVE : 0) |
			    (ar->ar_level ? LOW_LEVEL : 0);
	}
}

void
ioapic_init(void)
{
	lines_init();
	for (int i = 0; i < acpi.ac_nioapics; i++) {
		const struct acpi_ioapic *ai = &acpi.ac_ioapics[i];
		struct ioapic *io = &ioapics[nioapics];

		if (acpi_memory(ai->ai_pa, 32) == NULL)
			continue;
		io->io_regs = PHYS_TO_DMAP(ai->ai_pa);
		io->io_base = ai->ai_base;
		io->io_inputs = VERSION_LAST(reg_read(io, REG_VERSION)) + 1;
		nioapics++;
		for (unsigned n = 0; n < io->io_inputs; n++)
			reg_write(io, REG_LOW(n), LOW_MASKED);
	}
}

bool
ioapic_is_level(unsigned line)
{
	return line < NLINES && (shape[line] & LOW_LEVEL);
}

static struct ioapic *
ioapic_of(unsigned line)
{
	for (int i = 0; i < nioapics; i++) {
		struct ioapic *io = &ioapics[i];

		if (line >= io->io_base && line - io->io_base < io->io_inputs)
			return io;
	}
	return NULL;
}

/* ORDER: an input is opened after its other half says whom to interrupt. */
static void
line_set(unsigned line, bool masked)
{
	struct ioapic *io = line < NLINES ? ioapic_of(line) : NULL;
	uint64_t flags;
	unsigned n;

	if (io == NULL)
		return;
	n = line - io->io_base;
	flags = cpu_intr_save();
	while (atomic_swap(&lock, 1) != 0)
		cpu_pause();
	if (!masked)
		reg_write(io, REG_HIGH(n),
		    HIGH_CPU(globaldata[0]->gd_md.md_apicid));
	reg_write(io, REG_LOW(n), (VEC_DEVICE + line) | shape[line] |
	    (masked ? LOW_MASKED : 0));
	atomic_store_rel(&lock, 0);
	cpu_intr_restore(flags);
}

void
cpu_intr_unmask(unsigned line)
{
	line_set(line, false);
}

void
cpu_intr_mask(unsigned line)
{
	line_set(line, true);
}

unsigned
cpu_isa_line(unsigned irq)
{
	return irq < ACPI_ISA_IRQS ? acpi.ac_isa[irq].ar_line : irq;
}
