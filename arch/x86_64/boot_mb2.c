/*
 * boot_mb2.c -- what a Multiboot2 loader tells (GRUB).
 *
 * The information is a block of tags, each with its type and its size, at
 * multiples of eight.  Sizes are checked before anything is read.  Called
 * once by boot_main(); fills bootinfo.  The copies of the ACPI root pointer in
 * the block are copied once more, since the block's memory is used again.
 */
#include "arch/x86_64/boot.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define MEM_RAM 1
#define MEM_ACPI 3
#define MEM_ACPI_NVS 4

#define FB_EGA_TEXT 2
#define RSDP_MAX 36

enum mb2_type {
	MB2_END = 0,
	MB2_CMDLINE = 1,
	MB2_MODULE = 3,
	MB2_MEMMAP = 6,
	MB2_FRAMEBUFFER = 8,
	MB2_EFI32 = 11,
	MB2_EFI64 = 12,
	MB2_ACPI_OLD = 14,
	MB2_ACPI_NEW = 15,
};

struct mb2_tag {
	uint32_t mt_type;
	uint32_t mt_size; /* this head included */
};

struct mb2_module {
	struct mb2_tag mm_tag;
	uint32_t mm_start, mm_end;
};

struct mb2_memmap {
	struct mb2_tag mm_tag;
	uint32_t mm_entsize;
	uint32_t mm_version;
};

struct mb2_entry {
	uint64_t me_start, me_len;
	uint32_t me_type, me_reserved;
};

struct mb2_framebuffer {
	struct mb2_tag mf_tag;
	uint64_t mf_addr;
	uint32_t mf_pitch, mf_width, mf_height;
	uint8_t mf_bpp, mf_type;
};

static bool is_efi;
static uint8_t rsdp_copy[RSDP_MAX] __attribute__((aligned(16)));

static void
parse_memmap(const struct mb2_tag *tag)
{
	const struct mb2_memmap *mm = (const void *)tag;
	const char *p = (const char *)(mm + 1);
	size_t left = tag->mt_size - sizeof(*mm);

	if (mm->mm_entsize < sizeof(struct mb2_entry))
		return;
	for (; left >= mm->mm_entsize;
	     p += mm->mm_entsize, left -= mm->mm_entsize) {
		const struct mb2_entry *me = (const void *)p;

		if (me->me_type == MEM_RAM)
			bootmem_add(me->me_start, me->me_len);
		else if (me->me_type == MEM_ACPI || me->me_type == MEM_ACPI_NVS)
			bootmem_tables(me->me_start, me->me_len);
		else
			bootmem_reserve(me->me_start, me->me_len);
	}
}

/* The newer root pointer is the better one, in whatever order they come. */
static void
keep_rsdp(const struct mb2_tag *tag)
{
	static bool have_new;
	size_t len = tag->mt_size - sizeof(*tag);

	if (have_new)
		return;
	have_new = tag->mt_type == MB2_ACPI_NEW;
	memset(rsdp_copy, 0, sizeof(rsdp_copy));
	memcpy(rsdp_copy, tag + 1, min(len, sizeof(rsdp_copy)));
	bootinfo.bi_rsdp = (uint64_t)rsdp_copy - KERNEL_BASE;
}

/* The least that a tag of this type must hold. */
static size_t
tag_min(uint32_t type)
{
	switch (type) {
	case MB2_MODULE:
		return sizeof(struct mb2_module);
	case MB2_MEMMAP:
		return sizeof(struct mb2_memmap);
	case MB2_FRAMEBUFFER:
		return offsetof(struct mb2_framebuffer, mf_type) + 1;
	default:
		return sizeof(struct mb2_tag);
	}
}

static void
parse_tag(const struct mb2_tag *tag)
{
	const struct mb2_framebuffer *mf = (const void *)tag;
	const struct mb2_module *mm = (const void *)tag;

	switch (tag->mt_type) {
	case MB2_CMDLINE:
		boot_set_cmdline((const char *)(tag + 1),
		    tag->mt_size - sizeof(*tag));
		break;
	case MB2_MODULE:
		if (bootinfo.bi_module == NULL && mm->mm_end > mm->mm_start)
			boot_set_module(mm->mm_start,
			    mm->mm_end - mm->mm_start);
		break;
	case MB2_MEMMAP:
		parse_memmap(tag);
		break;
	case MB2_FRAMEBUFFER:
		boot_screen = mf->mf_type == FB_EGA_TEXT && mf->mf_width == 80 ?
		    SCREEN_TEXT : SCREEN_GRAPHICS;
		break;
	case MB2_EFI32:
	case MB2_EFI64:
		is_efi = true;
		break;
	case MB2_ACPI_OLD:
	case MB2_ACPI_NEW:
		keep_rsdp(tag);
		break;
	}
}

void
boot_parse_mb2(uint64_t info_pa)
{
	const uint32_t *head = boot_peek(info_pa, 8);
	const char *block = head == NULL ? NULL : boot_peek(info_pa, head[0]);
	uint64_t at = 8;

	if (block == NULL)
		panic("Multiboot2: bad information at %#lx", info_pa);
	while (at < head[0] && head[0] - at >= sizeof(struct mb2_tag)) {
		const struct mb2_tag *tag = (const void *)(block + at);

		if (tag->mt_type == MB2_END)
			break;
		if (tag->mt_size < tag_min(tag->mt_type) ||
		    tag->mt_size > head[0] - at)
			panic("Multiboot2: tag %u has %u bytes", tag->mt_type,
			    tag->mt_size);
		parse_tag(tag);
		at += roundup2((uint64_t)tag->mt_size, 8);
	}
	bootinfo.bi_loader = is_efi ? "Multiboot2/UEFI" : "Multiboot2/BIOS";
	if (is_efi && boot_screen == SCREEN_UNKNOWN)
		boot_screen = SCREEN_GRAPHICS;
}
