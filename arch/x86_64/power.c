/*
 * power.c -- switching off, starting again, leaving the emulator.
 *
 * Called at the end of a run and by panic(), in any context.  Emulators act on
 * a write to such a register a moment later: so each way ends in halt() and
 * nothing runs in between.  Boot CPU and others alike may call; who calls
 * first wins.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/io.h"
#include "arch/x86_64/power.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define PM1_SCI_EN 0x0001
#define PM1_SLEEP_TYPE(t) ((uint16_t)((t) << 10))
#define PM1_SLEEP_MASK PM1_SLEEP_TYPE(7)
#define PM1_SLEEP_EN 0x2000
#define SLEEP_TYPE(t) ((t) << 2) /* of the hardware-reduced register */
#define SLEEP_EN 0x20

#define EXIT_PORT 0xf4
#define EXIT_VALUE 0x10

#define PORT_KBD 0x64
#define KBD_BUSY 0x02
#define KBD_RESET 0xfe
#define PORT_RESET 0xcf9
#define RESET_HARD 0x06

#define SPIN 1000000 /* bound of a wait for the hardware */

static bool have_exit_device;

void
power_init(void)
{
	have_exit_device = cmdline_get("exitdev") != NULL;
}

/* How each way out begins. */
static void
last_words(void)
{
	cpu_intr_disable();
	if (coverage_dump != NULL)
		coverage_dump();
}

static void NORETURN
halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void
register_write8(const struct acpi_register *reg, uint8_t v)
{
	if (reg->as_space == ACPI_SPACE_IO)
		outb((uint16_t)reg->as_pa, v);
	else if (reg->as_space == ACPI_SPACE_MEMORY &&
	    acpi_memory(reg->as_pa, 1) != NULL)
		*(volatile uint8_t *)PHYS_TO_DMAP(reg->as_pa) = v;
}

/* The registers obey only in ACPI mode, which firmware may not have entered. */
static void
enter_acpi_mode(void)
{
	if (acpi.ac_smi_port == 0 || acpi.ac_smi_enable == 0 ||
	    (inw(acpi.ac_pm1a) & PM1_SCI_EN))
		return;
	outb((uint16_t)acpi.ac_smi_port, acpi.ac_smi_enable);
	for (int i = 0; i < SPIN && !(inw(acpi.ac_pm1a) & PM1_SCI_EN); i++)
		cpu_pause();
}

static void
pm1_sleep(uint16_t port, uint8_t type)
{
	uint16_t v;

	if (port == 0)
		return;
	v = (uint16_t)(inw(port) & ~(PM1_SLEEP_MASK | PM1_SLEEP_EN));
	v |= PM1_SLEEP_TYPE(type);
	outw(port, v);
	outw(port, v | PM1_SLEEP_EN);
}

void
cpu_poweroff(void)
{
	last_words();
	/* To the host a triple fault looks the same, but for this. */
	debugcon_write("poweroff\n", 9);
	if (acpi.ac_has_s5 && acpi.ac_hw_reduced && acpi.ac_sleep.as_pa != 0) {
		register_write8(&acpi.ac_sleep,
		    SLEEP_TYPE(acpi.ac_s5a) | SLEEP_EN);
	} else if (acpi.ac_has_s5 && acpi.ac_pm1a != 0) {
		enter_acpi_mode();
		pm1_sleep(acpi.ac_pm1a, acpi.ac_s5a);
		pm1_sleep(acpi.ac_pm1b, acpi.ac_s5b);
	}
	halt();
}

void
cpu_exit_emulator(int status)
{
	char line[24];
	int n = ksnprintf(line, sizeof(line), "exit %d\n", status);

	last_words();
	debugcon_write(line, (size_t)n);
	if (!have_exit_device)
		cpu_poweroff();
	outl(EXIT_PORT, EXIT_VALUE);
	halt();
}

/* From the polite to the rude: ACPI's register, the chipset's, the keyboard
 * controller's line, and a fault without a table to handle it. */
void
cpu_reset(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_table;

	last_words();
	if (acpi.ac_reset.as_pa != 0)
		register_write8(&acpi.ac_reset, acpi.ac_reset_value);
	for (int i = 0; i < SPIN; i++)
		cpu_pause();
	outb(PORT_RESET, RESET_HARD);
	for (int i = 0; i < SPIN && (inb(PORT_KBD) & KBD_BUSY); i++)
		cpu_pause();
	outb(PORT_KBD, KBD_RESET);
	for (int i = 0; i < SPIN; i++)
		cpu_pause();
	__asm__ volatile("lidt %0; ud2" : : "m"(no_table));
	halt();
}
