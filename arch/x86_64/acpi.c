/*
 * acpi.c -- from the root pointer to the tables.
 *
 * The pointer comes from the loader; without one, a BIOS machine has it on a
 * 16-byte boundary of the first KiB of the extended data area or between
 * 0xe0000 and 1 MiB.  Every table is checked (bounds, length, sum) before its
 * reader sees it; one that is broken is named and left out.  boot_main()
 * calls acpi_init() once, before anything that asks.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/boot.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"

#define RSDP_LEN_OLD 20
#define RSDP_LEN_MAX 256
#define TABLE_MAX (16U << 20)
#define EBDA_SEGMENT 0x40e
#define LAPIC_DEFAULT 0xfee00000
#define IOAPIC_DEFAULT 0xfec00000

struct rsdp {
	char rs_sig[8];
	uint8_t rs_checksum;
	char rs_oem[6];
	uint8_t rs_revision;
	uint32_t rs_rsdt;
	uint32_t rs_len; /* from revision 2 */
	uint64_t rs_xsdt;
	uint8_t rs_checksum2;
	uint8_t rs_reserved[3];
} __attribute__((packed));

struct acpi_info acpi;

const void *
acpi_memory(uint64_t pa, uint64_t len)
{
	uint64_t end = boot_phys_end();

	if (pa == 0 || pa >= end || len > end - pa)
		return NULL;
	return PHYS_TO_DMAP(pa);
}

static bool
sums_to_zero(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (len-- > 0)
		sum += *b++;
	return sum == 0;
}

static const struct acpi_sdt *
table_check(uint64_t pa)
{
	const struct acpi_sdt *t = acpi_memory(pa, sizeof(*t));

	if (t == NULL || t->sd_len < sizeof(*t) || t->sd_len > TABLE_MAX ||
	    acpi_memory(pa, t->sd_len) == NULL) {
		kprintf("acpi: no table at %#lx: left out\n", pa);
		return NULL;
	}
	if (!sums_to_zero(t, t->sd_len)) {
		kprintf("acpi: table %.4s: bad checksum: left out\n",
		    t->sd_sig);
		return NULL;
	}
	return t;
}

const struct acpi_sdt *
acpi_table(uint64_t pa, const char *sig)
{
	const struct acpi_sdt *t = acpi_memory(pa, sizeof(*t));

	if (t == NULL || memcmp(t->sd_sig, sig, 4) != 0)
		return NULL;
	return table_check(pa);
}

static const struct rsdp *
rsdp_check(uint64_t pa)
{
	const struct rsdp *rs = acpi_memory(pa, RSDP_LEN_OLD);

	if (rs == NULL || memcmp(rs->rs_sig, "RSD PTR ", 8) != 0 ||
	    !sums_to_zero(rs, RSDP_LEN_OLD))
		return NULL;
	if (rs->rs_revision < 2)
		return rs;
	if (acpi_memory(pa, RSDP_LEN_MAX) == NULL ||
	    rs->rs_len < sizeof(*rs) || rs->rs_len > RSDP_LEN_MAX ||
	    !sums_to_zero(rs, rs->rs_len))
		return NULL;
	return rs;
}

static const struct rsdp *
rsdp_scan(uint64_t start, uint64_t end)
{
	for (uint64_t pa = start; pa < end; pa += 16) {
		const struct rsdp *rs = rsdp_check(pa);

		if (rs != NULL)
			return rs;
	}
	return NULL;
}

static const struct rsdp *
rsdp_find(void)
{
	const struct rsdp *rs = rsdp_check(bootinfo.bi_rsdp);
	uint64_t ebda;

	if (rs != NULL)
		return rs;
	ebda = (uint64_t)*(const uint16_t *)PHYS_TO_DMAP(EBDA_SEGMENT) << 4;
	if (ebda >= 0x80000 && ebda < 0xa0000)
		rs = rsdp_scan(ebda, ebda + 1024);
	return rs != NULL ? rs : rsdp_scan(0xe0000, 0x100000);
}

static void
read_table(uint64_t pa)
{
	const struct acpi_sdt *t;

	if ((t = acpi_table(pa, "APIC")) != NULL)
		acpi_read_madt(t);
	else if ((t = acpi_table(pa, "FACP")) != NULL)
		acpi_read_fadt(t);
	else if ((t = acpi_table(pa, "HPET")) != NULL)
		acpi_read_hpet(t);
	else if ((t = acpi_table(pa, "SSDT")) != NULL)
		acpi_read_aml(t);
}

/* The root table is a head and then addresses of this width, unaligned. */
static void
read_root(const struct acpi_sdt *root, size_t width)
{
	const char *p = (const char *)(root + 1);
	size_t n = (root->sd_len - sizeof(*root)) / width;

	for (; n > 0; n--, p += width) {
		uint64_t pa = 0;

		memcpy(&pa, p, width);
		read_table(pa);
	}
	acpi.ac_found = true;
}

static void
set_defaults(void)
{
	acpi.ac_lapic_pa = LAPIC_DEFAULT;
	for (int i = 0; i < ACPI_ISA_IRQS; i++)
		acpi.ac_isa[i].ar_line = i;
}

void
acpi_init(void)
{
	const struct acpi_sdt *root = NULL;
	const struct rsdp *rs;

	set_defaults();
	rs = rsdp_find();
	if (rs != NULL && rs->rs_revision >= 2 &&
	    (root = acpi_table(rs->rs_xsdt, "XSDT")) != NULL)
		read_root(root, 8);
	else if (rs != NULL && (root = acpi_table(rs->rs_rsdt, "RSDT")) != NULL)
		read_root(root, 4);
	if (root == NULL)
		kprintf("acpi: no tables: one CPU, no power-off\n");
	if (acpi.ac_nioapics == 0) {
		acpi.ac_ioapics[0].ai_pa = IOAPIC_DEFAULT;
		acpi.ac_nioapics = 1;
	}
}
