/*
 * smp.c -- all CPUs: counting them, starting them, stopping them.
 *
 * cpu_enumerate() numbers the CPUs, the boot CPU first, then in the
 * firmware's order.  cpu_start_others() wakes them one by one, by the INIT
 * and start-up messages that PCs have agreed on: each begins in the
 * trampoline, comes to smp_ap_main() on its idle thread's stack and sets
 * itself up, while the boot CPU waits.  Holds globaldata[] and ncpus, and the
 * words that the trampoline reads.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/smp.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

#define CPUID_HV_BIT (1U << 31)
#define INIT_WAIT_NS (10 * NS_PER_MS)
#define STARTUP_WAIT_NS (300 * NS_PER_US)
#define GIVE_UP_NS (20 * NS_PER_SEC)
#define STOP_WAIT_NS (20 * NS_PER_MS)

struct globaldata globaldata0;
struct globaldata *globaldata[MAXCPU];
int ncpus = 1;

/* For the CPU that is being started; one at a time. */
uint64_t ap_boot_cr3;
uint64_t ap_boot_stack;
struct globaldata *ap_boot_gd;
static uint64_t ap_tsc; /* its cycle counter, just before it came online */

static struct globaldata *stopper; /* ATOMIC whose CPU has stopped the rest */

static unsigned
order_of(size_t size)
{
	unsigned order = 0;

	while ((PAGE_SIZE << order) < size)
		order++;
	return order;
}

/* Pages of its own: what one CPU writes shares no cache line with another. */
static void
add_cpu(uint32_t apicid)
{
	unsigned order = order_of(sizeof(struct globaldata));
	uint64_t pa = page_alloc(order, PG_KERNEL);
	struct globaldata *gd;

	KASSERT(pa != 0, "no memory for CPU %d", ncpus);
	gd = PHYS_TO_DMAP(pa);
	memset(gd, 0, sizeof(*gd));
	gd->gd_self = gd;
	gd->gd_cpuid = ncpus;
	gd->gd_md.md_apicid = apicid;
	globaldata[ncpus++] = gd;
}

void
cpu_enumerate(void)
{
	long max_cpus = cmdline_num("maxcpus", MAXCPU);
	uint32_t self = lapic_id();

	globaldata0.gd_md.md_apicid = self;
	if (boot_trampoline_page == 0 && acpi.ac_ncpus > 1) {
		kprintf("smp: no memory below 1 MiB: one CPU only\n");
		return;
	}
	for (int i = 0; i < acpi.ac_ncpus && ncpus < max_cpus; i++) {
		if (acpi.ac_cpus[i] != self && ncpus < MAXCPU)
			add_cpu(acpi.ac_cpus[i]);
	}
}

/* True when the CPU of gd came online within ns. */
static bool
wait_online(struct globaldata *gd, uint64_t ns)
{
	uint64_t end = cpu_uptime_ns() + ns;

	while (!atomic_load_acq(&gd->gd_online)) {
		if (cpu_uptime_ns() > end)
			return false;
		cpu_pause();
	}
	return true;
}

static void
start_one(struct globaldata *gd)
{
	uint32_t apicid = gd->gd_md.md_apicid;
	uint64_t before = clock_tsc();

	KASSERT(gd->gd_idletd != NULL, "CPU %d has no idle thread",
	    gd->gd_cpuid);
	ap_boot_stack = cpu_thread_stack_top(gd->gd_idletd);
	ap_boot_gd = gd;
	atomic_fence();

	lapic_send_init(apicid);
	/* Real ones need a rest after the reset. */
	if (!(cpuid(1, 0).c & CPUID_HV_BIT))
		(void)wait_online(gd, INIT_WAIT_NS);
	lapic_send_startup(apicid, boot_trampoline_page);
	if (!wait_online(gd, STARTUP_WAIT_NS)) {
		/* The second message wakes those that missed the first, and
		 * is ignored by those that run. */
		lapic_send_startup(apicid, boot_trampoline_page);
		if (!wait_online(gd, GIVE_UP_NS))
			panic("CPU %d (APIC %u) does not start: boot with "
			    "maxcpus=%d", gd->gd_cpuid, apicid, gd->gd_cpuid);
	}
	if (ap_tsc < before || clock_tsc() < ap_tsc)
		clock_tsc_failed();
}

void
cpu_start_others(void)
{
	if (ncpus == 1)
		return;
	memcpy(PHYS_TO_DMAP(boot_trampoline_page), trampoline_start,
	    (size_t)(trampoline_end - trampoline_start));
	ap_boot_cr3 = pmap_kernel_rootpa;
	for (int i = 1; i < ncpus; i++)
		start_one(globaldata[i]);
}

/* ORDER: mycpu first, since memory for the tables comes from the cache of
 * this CPU. */
void
smp_ap_main(struct globaldata *gd)
{
	struct thread *td = gd->gd_idletd;

	gd->gd_curthread = td;
	wrmsr(MSR_GSBASE, (uint64_t)gd);
	td->td_flags |= TDF_RUNNING;
	td->td_critcount = 1;
	cpu_features_init();
	descriptors_init(gd, (void *)cpu_thread_stack_top(td));
	pmap_cpu_init();
	fpu_cpu_init();
	lapic_cpu_init();
	lapic_timer_cpu_init();
	td->td_critcount = 0;
	ap_tsc = clock_tsc();
	lwkt_idle_loop();
}

void
cpu_send_ipi(int cpuid)
{
	lapic_send_ipi(cpuid, VEC_IPIQ);
}

bool
smp_is_stopping(void)
{
	struct globaldata *gd = atomic_load(&stopper);

	return gd != NULL && gd != mycpu;
}

/* They are given time to take the message, and are past caring then. */
void
cpu_stop_others(void)
{
	uint64_t end = cpu_uptime_ns() + STOP_WAIT_NS;
	bool any = false;

	atomic_store(&stopper, mycpu);
	atomic_fence();
	for (int i = 0; i < ncpus; i++) {
		if (globaldata[i] == mycpu || !globaldata[i]->gd_online)
			continue;
		lapic_send_nmi(i);
		any = true;
	}
	while (any && cpu_uptime_ns() < end)
		cpu_pause();
}

static inline void
halt(void)
{
	LATENCY_INTR_ON();
	__asm__ volatile("sti; hlt" : : : "memory");
}

/* RACE: an interrupt between the look and the halt would be slept over: it is
 * kept out until the halt, by the one instruction that sti delays it. */
void
cpu_idle_wait(void)
{
	struct globaldata *gd = mycpu;

	cpu_intr_disable();
	if ((atomic_load(&gd->gd_reqflags) & (RQF_SPLZ | RQF_RESCHED)) != 0 ||
	    gd->gd_runqmask != 0)
		cpu_intr_enable();
	else
		halt();
}
