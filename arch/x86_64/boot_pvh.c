/*
 * boot_pvh.c -- what a PVH loader tells (QEMU's -kernel).
 *
 * The start info names, by physical address, the command line, the modules,
 * the ACPI root pointer and, from version 1, the memory map in the numbers of
 * a PC's firmware.  Called once by boot_main(); fills bootinfo.
 */
#include "arch/x86_64/boot.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define MEM_RAM 1
#define MEM_ACPI 3
#define MEM_ACPI_NVS 4

struct pvh_start_info {
	uint32_t si_magic;
	uint32_t si_version;
	uint32_t si_flags;
	uint32_t si_nmodules;
	uint64_t si_modules;
	uint64_t si_cmdline;
	uint64_t si_rsdp;
	uint64_t si_memmap; /* from version 1 */
	uint32_t si_nmemmap;
	uint32_t si_reserved;
};

/* QEMU puts it at any multiple of four. */
struct pvh_module {
	uint64_t pm_start;
	uint64_t pm_len;
	uint64_t pm_cmdline;
	uint64_t pm_reserved;
} __attribute__((packed, aligned(4)));

struct pvh_memory {
	uint64_t pm_start;
	uint64_t pm_len;
	uint32_t pm_type;
	uint32_t pm_reserved;
};

static void
parse_memory(const struct pvh_start_info *si)
{
	const struct pvh_memory *pm;

	pm = boot_peek(si->si_memmap, si->si_nmemmap * sizeof(*pm));
	if (si->si_version < 1 || pm == NULL)
		panic("PVH: the loader gives no memory map");
	for (uint32_t i = 0; i < si->si_nmemmap; i++, pm++) {
		if (pm->pm_type == MEM_RAM)
			bootmem_add(pm->pm_start, pm->pm_len);
		else if (pm->pm_type == MEM_ACPI || pm->pm_type == MEM_ACPI_NVS)
			bootmem_tables(pm->pm_start, pm->pm_len);
		else
			bootmem_reserve(pm->pm_start, pm->pm_len);
	}
}

void
boot_parse_pvh(uint64_t info_pa)
{
	const struct pvh_start_info *si = boot_peek(info_pa, sizeof(*si));
	const struct pvh_module *pm;
	const char *s;

	if (si == NULL || si->si_magic != BOOT_MAGIC_PVH)
		panic("PVH: bad start info at %#lx", info_pa);
	bootinfo.bi_loader = "PVH";
	bootinfo.bi_rsdp = si->si_rsdp;
	s = boot_peek(si->si_cmdline, 1);
	if (si->si_cmdline != 0 && s != NULL)
		boot_set_cmdline(s, (4ULL << 30) - si->si_cmdline);
	parse_memory(si);
	pm = boot_peek(si->si_modules, sizeof(*pm));
	if (si->si_nmodules > 0 && pm != NULL)
		boot_set_module(pm->pm_start, pm->pm_len);
}
