/*
 * bootmem.c -- the memory map, from the loader's words to bootinfo's ranges.
 *
 * Loaders' maps overlap, are out of order, end in the middle of a page, name
 * memory that the bus cannot reach, and are longer than they should be.  So
 * all that is said to be RAM goes into one sorted set, all that must not be
 * used into another, and what is in the first and not in the second is ours.
 * A set that is full errs to the safe side: RAM is forgotten, a reservation
 * grows.  boot_main.c and the two parsers call; boot CPU only, no locks.
 *
 * Entry points: bootmem_add, bootmem_reserve, bootmem_tables, bootmem_finish,
 * boot_page_alloc, boot_phys_limit, boot_phys_end.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpu.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define GIB (1ULL << 30)
#define SET_MAX 128

/* Sorted, apart from each other; one place more for an insertion. */
struct rangeset {
	struct bootrange rs_range[SET_MAX + 1];
	int rs_n;
};

static struct rangeset ram;
static struct rangeset reserved;
static uint64_t phys_end = 4 * GIB;
uint64_t boot_trampoline_page;

/* 46 bits are what the direct map has room for. */
uint64_t
boot_phys_limit(void)
{
	if (cpuid(0x80000000, 0).a < 0x80000008)
		return 1ULL << 36;
	return 1ULL << min(cpuid(0x80000008, 0).a & 0xff, 46U);
}

uint64_t
boot_phys_end(void)
{
	return phys_end;
}

static void
set_remove(struct rangeset *rs, int i)
{
	memmove(&rs->rs_range[i], &rs->rs_range[i + 1],
	    (rs->rs_n - i - 1) * sizeof(rs->rs_range[0]));
	rs->rs_n--;
}

static void
set_insert(struct rangeset *rs, uint64_t start, uint64_t end)
{
	int i = 0;

	while (i < rs->rs_n && rs->rs_range[i].br_end < start)
		i++;
	while (i < rs->rs_n && rs->rs_range[i].br_start <= end) {
		start = min(start, rs->rs_range[i].br_start);
		end = max(end, rs->rs_range[i].br_end);
		set_remove(rs, i);
	}
	memmove(&rs->rs_range[i + 1], &rs->rs_range[i],
	    (rs->rs_n - i) * sizeof(rs->rs_range[0]));
	rs->rs_range[i] = (struct bootrange){ start, end };
	rs->rs_n++;
}

static uint64_t
range_len(const struct bootrange *br)
{
	return br->br_end - br->br_start;
}

static int
smallest(const struct bootrange *br, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++) {
		if (range_len(&br[i]) < range_len(&br[best]))
			best = i;
	}
	return best;
}

/* Clips [start, start + len) to what the bus can reach; false: nothing is
 * left of it. */
static bool
clip(uint64_t *start, uint64_t *end, uint64_t len)
{
	uint64_t limit = boot_phys_limit();

	if (len == 0 || *start >= limit)
		return false;
	*end = len > limit - *start ? limit : *start + len;
	return true;
}

void
bootmem_add(uint64_t start, uint64_t len)
{
	uint64_t end;

	if (!clip(&start, &end, len))
		return;
	start = roundup2(start, PAGE_SIZE);
	end = rounddown2(end, PAGE_SIZE);
	if (start >= end)
		return;
	phys_end = max(phys_end, end);
	set_insert(&ram, start, end);
	if (ram.rs_n > SET_MAX)
		set_remove(&ram, smallest(ram.rs_range, ram.rs_n));
}

void
bootmem_reserve(uint64_t start, uint64_t len)
{
	struct bootrange *br = reserved.rs_range;
	uint64_t end;
	int best = 0;

	if (!clip(&start, &end, len))
		return;
	set_insert(&reserved, rounddown2(start, PAGE_SIZE),
	    roundup2(end, PAGE_SIZE));
	if (reserved.rs_n <= SET_MAX)
		return;
	for (int i = 1; i + 1 < reserved.rs_n; i++) {
		if (br[i + 1].br_start - br[i].br_end <
		    br[best + 1].br_start - br[best].br_end)
			best = i;
	}
	br[best].br_end = br[best + 1].br_end;
	set_remove(&reserved, best + 1);
}

void
bootmem_tables(uint64_t start, uint64_t len)
{
	uint64_t end;

	bootmem_reserve(start, len);
	if (clip(&start, &end, len))
		phys_end = max(phys_end, roundup2(end, PAGE_SIZE));
}

/* Calls fn, in ascending order, for what is RAM and not reserved. */
static void
foreach_free(void (*fn)(uint64_t start, uint64_t end))
{
	int k = 0;

	for (int i = 0; i < ram.rs_n; i++) {
		uint64_t at = ram.rs_range[i].br_start;
		uint64_t end = ram.rs_range[i].br_end;

		while (k < reserved.rs_n && reserved.rs_range[k].br_end <= at)
			k++;
		for (int j = k; j < reserved.rs_n &&
		     reserved.rs_range[j].br_start < end; j++) {
			if (reserved.rs_range[j].br_start > at)
				fn(at, reserved.rs_range[j].br_start);
			at = max(at, reserved.rs_range[j].br_end);
		}
		if (at < end)
			fn(at, end);
	}
}

static void
count(uint64_t start, uint64_t end)
{
	bootinfo.bi_mem_bytes += end - start;
}

/* Page 0 holds the BIOS's vectors; 0x8000 is what others use, so firmware
 * leaves it alone. */
static void
choose_trampoline(uint64_t start, uint64_t end)
{
	start = max(start, (uint64_t)PAGE_SIZE);
	end = min(end, (uint64_t)0xa0000);
	if (start >= end)
		return;
	if (boot_trampoline_page == 0)
		boot_trampoline_page = start;
	if (start <= 0x8000 && 0x8000 < end)
		boot_trampoline_page = 0x8000;
}

static void
publish(uint64_t start, uint64_t end)
{
	struct bootrange *br = bootinfo.bi_ranges;
	int n = bootinfo.bi_nranges;

	if (n == BOOT_MAXRANGES) {
		int i = smallest(br, n);

		if (range_len(&br[i]) >= end - start)
			return;
		memmove(&br[i], &br[i + 1], (n - i - 1) * sizeof(*br));
		n--;
	}
	br[n++] = (struct bootrange){ start, end };
	bootinfo.bi_nranges = n;
}

/* The first MiB is left alone whatever the map says of it. */
void
bootmem_finish(void)
{
	foreach_free(count);
	if (bootinfo.bi_module != NULL)
		bootmem_reserve(DMAP_TO_PHYS(bootinfo.bi_module),
		    bootinfo.bi_module_len);
	bootmem_reserve((uint64_t)__boot_start,
	    (uint64_t)__kernel_end - KERNEL_BASE - (uint64_t)__boot_start);
	foreach_free(choose_trampoline);
	bootmem_reserve(0, 0x100000);
	foreach_free(publish);
	if (bootinfo.bi_nranges == 0)
		panic("no usable memory in the loader's map");
}

uint64_t
boot_page_alloc(void)
{
	struct bootrange *br = bootinfo.bi_ranges;
	uint64_t pa = br->br_start;

	if (bootinfo.bi_nranges == 0 || pa >= 4 * GIB)
		panic("out of memory below 4 GiB while booting");
	br->br_start += PAGE_SIZE;
	if (br->br_start == br->br_end) {
		bootinfo.bi_nranges--;
		memmove(br, br + 1, bootinfo.bi_nranges * sizeof(*br));
	}
	memset(PHYS_TO_DMAP(pa), 0, PAGE_SIZE);
	return pa;
}
