/*
 * lapic.c -- the interrupt controller of each CPU, and messages between CPUs.
 *
 * The registers are in memory, or, where the firmware has left the newer
 * mode (x2APIC) on, machine-specific registers; the firmware's choice is
 * kept, and every CPU follows the boot CPU.  Nothing but the timer and
 * messages comes in: the pins are masked, except that the boot CPU's second
 * one carries the board's NMI.  All is per CPU and needs no lock.
 *
 * Entry points: lapic_init, lapic_cpu_init, lapic_send_*, lapic_eoi.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lapic.h"
#include "kernel/lib/lib.h"

#define MSR_APIC_BASE 0x1b
#define BASE_X2APIC (1UL << 10)
#define BASE_ENABLED (1UL << 11)
#define BASE_ADDRESS 0x000ffffffffff000UL
#define MSR_X2APIC 0x800 /* and the register's number / 16 */

#define REG_ID 0x020
#define REG_TPR 0x080
#define REG_EOI 0x0b0
#define REG_SVR 0x0f0
#define REG_ESR 0x280
#define REG_ICR 0x300
#define REG_ICR_HIGH 0x310
#define REG_LVT_LINT0 0x350
#define REG_LVT_LINT1 0x360
#define REG_LVT_ERROR 0x370

#define SVR_ENABLED 0x100
#define LVT_NMI 0x400
#define LVT_MASKED 0x10000

#define ICR_FIXED 0x000
#define ICR_NMI 0x400
#define ICR_INIT 0x500
#define ICR_STARTUP 0x600
#define ICR_PENDING 0x1000
#define ICR_ASSERT 0x4000

/* A message leaves within microseconds; longer and it will not. */
#define SEND_SPIN 1000000

static volatile char *regs; /* NULL: x2APIC mode */

uint32_t
lapic_read(unsigned reg)
{
	if (regs == NULL)
		return (uint32_t)rdmsr(MSR_X2APIC + reg / 16);
	return mmio_read32(regs + reg);
}

void
lapic_write(unsigned reg, uint32_t v)
{
	if (regs == NULL)
		wrmsr(MSR_X2APIC + reg / 16, v);
	else
		mmio_write32(regs + reg, v);
}

void
lapic_init(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (!(base & BASE_X2APIC))
		regs = PHYS_TO_DMAP(base & BASE_ADDRESS);
}

/* From off, the newer mode is reached only by way of the older. */
static void
set_mode(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (!(base & BASE_ENABLED)) {
		base |= BASE_ENABLED;
		wrmsr(MSR_APIC_BASE, base);
	}
	if (regs == NULL && !(base & BASE_X2APIC))
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
}

void
lapic_cpu_init(void)
{
	set_mode();
	lapic_write(REG_SVR, SVR_ENABLED | VEC_SPURIOUS);
	lapic_write(REG_TPR, 0);
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED);
	lapic_write(REG_LVT_LINT0, LVT_MASKED);
	lapic_write(REG_LVT_LINT1,
	    LVT_NMI | (mycpu->gd_cpuid == 0 ? 0 : LVT_MASKED));
	lapic_write(REG_LVT_ERROR, LVT_MASKED);
	lapic_write(REG_ESR, 0);
	/* Whatever the firmware has left in service. */
	lapic_eoi();
}

uint32_t
lapic_id(void)
{
	uint32_t id = lapic_read(REG_ID);

	return regs == NULL ? id : id >> 24;
}

void
lapic_eoi(void)
{
	lapic_write(REG_EOI, 0);
}

/*
 * The older mode's message is two registers and must not be torn by an
 * interrupt that sends one too; and a second must not be written before the
 * first has left.  The newer mode has one register, but does not wait for
 * earlier stores, which the receiver is to see.
 */
static void
send(uint32_t apicid, uint32_t what)
{
	uint64_t flags = cpu_intr_save();

	if (regs == NULL) {
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC + REG_ICR / 16, (uint64_t)apicid << 32 | what);
	} else {
		lapic_write(REG_ICR_HIGH, apicid << 24);
		lapic_write(REG_ICR, what);
		for (int i = 0; i < SEND_SPIN; i++) {
			if (!(lapic_read(REG_ICR) & ICR_PENDING))
				break;
			cpu_pause();
		}
	}
	cpu_intr_restore(flags);
}

void
lapic_send_ipi(int cpuid, int vector)
{
	send(globaldata[cpuid]->gd_md.md_apicid,
	    ICR_FIXED | ICR_ASSERT | (uint32_t)vector);
}

void
lapic_send_nmi(int cpuid)
{
	send(globaldata[cpuid]->gd_md.md_apicid, ICR_NMI | ICR_ASSERT);
}

void
lapic_send_init(uint32_t apicid)
{
	send(apicid, ICR_INIT | ICR_ASSERT);
}

void
lapic_send_startup(uint32_t apicid, uint64_t page)
{
	send(apicid,
	    ICR_STARTUP | ICR_ASSERT | (uint32_t)(page >> PAGE_SHIFT));
}
