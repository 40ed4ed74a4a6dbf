/*
 * boot_main.c -- from the loader's hands to kmain().
 *
 * The first C code, on the boot CPU, on thread0's stack and the temporary page
 * table of boot/long_mode.asm.  Reads what the loader says, then brings the
 * machine up in the order in which its parts need each other: console, memory,
 * descriptor tables, ACPI, interrupt controllers, clock.  Each step's file
 * explains itself.  Holds bootinfo, thread0 and the loader's view of the
 * screen.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/console.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/pmap.h"
#include "arch/x86_64/power.h"
#include "arch/x86_64/smp.h"
#include "kernel/lib/lib.h"
#include "kernel/lib/stackguard.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/md.h"

#define GIB (1ULL << 30)

struct bootinfo bootinfo;
struct thread thread0;
enum boot_screen boot_screen = SCREEN_UNKNOWN;

const void *
boot_peek(uint64_t pa, uint64_t len)
{
	if (pa >= 4 * GIB || len > 4 * GIB - pa)
		return NULL;
	return PHYS_TO_DMAP(pa);
}

void
boot_set_cmdline(const char *s, size_t max_len)
{
	size_t n = strnlen(s, min(max_len, sizeof(bootinfo.bi_cmdline) - 1));

	memcpy(bootinfo.bi_cmdline, s, n);
	bootinfo.bi_cmdline[n] = '\0';
}

/* The module's address is good once pmap_init() has mapped all memory, be it
 * above 4 GiB.  A module that the bus cannot reach is none. */
void
boot_set_module(uint64_t start, uint64_t len)
{
	uint64_t limit = boot_phys_limit();

	if (len == 0 || start >= limit || len > limit - start) {
		kprintf("boot: module at %#lx, %#lx bytes: left out\n", start,
		    len);
		return;
	}
	bootinfo.bi_module = PHYS_TO_DMAP(start);
	bootinfo.bi_module_len = len;
}

/* mycpu and curthread, which printing and panic() already rely on. */
static void
first_cpu(void)
{
	struct globaldata *gd = &globaldata0;

	thread0.td_magic = TD_MAGIC;
	thread0.td_gd = gd;
	thread0.td_kstack = boot_stack;
	thread0.td_toks_stop = thread0.td_toks;
	strlcpy(thread0.td_comm, "thread0", sizeof(thread0.td_comm));
	gd->gd_self = gd;
	gd->gd_curthread = &thread0;
	gd->gd_kstack_top = (uintptr_t)boot_stack + KSTACK_SIZE;
	globaldata[0] = gd;
	wrmsr(MSR_GSBASE, (uint64_t)gd);
}

/* What an attacker cannot know and a seeded emulation repeats. */
static uint64_t
random_word(void)
{
	uint64_t v = 0;

	if (cpuid(1, 0).c & (1U << 30))
		__asm__ volatile("rdrand %0" : "=r"(v) : : "cc");
	return v ^ cpu_cycles() * 0x9e3779b97f4a7c15UL;
}

static void
parse_info(uint32_t magic, uint64_t info_pa)
{
	if (magic == BOOT_MAGIC_PVH)
		boot_parse_pvh(info_pa);
	else if (magic == BOOT_MAGIC_MULTIBOOT2)
		boot_parse_mb2(info_pa);
	else
		panic("started by an unknown loader (%#x)", magic);
}

void
boot_main(uint32_t magic, uint64_t info_pa)
{
	pmap_shadow_early();
	__stack_chk_guard = random_word();
	first_cpu();
	debugcon_init();
	serial_init();
	parse_info(magic, info_pa);
	console_init();
	bootmem_finish();
	cpu_features_init();
	descriptors_init(&globaldata0, boot_stack + KSTACK_SIZE);
	pmap_init();
	fpu_cpu_init();
	acpi_init();
	power_init();
	pic_mask_all();
	lapic_init();
	lapic_cpu_init();
	ioapic_init();
	clock_init();
	lapic_timer_calibrate();
	kmain();
}
