/*
 * descriptors.c -- the tables that tell a CPU where to go in the kernel.
 *
 * Each CPU has its own GDT, TSS and stacks for the exceptions that may come
 * when the current stack cannot be trusted: double fault, NMI, machine check
 * and debug (which may hit before a trap's entry has changed stacks).  The
 * top of each such stack holds the CPU's globaldata, where trap_entry.asm
 * finds it without gs.  The IDT is one for all.
 *
 * Entry points: descriptors_init, by each CPU for itself, interrupts disabled,
 * the boot CPU first; descriptors_own_stack, for backtraces.
 */
#include "arch/x86_64/cpu.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/page.h"

#define GDT_KCODE 0x00af9b000000ffffUL
#define GDT_KDATA 0x00cf93000000ffffUL
#define GDT_UDATA 0x00cff3000000ffffUL
#define GDT_UCODE 0x00affb000000ffffUL
#define GDT_TSS 0x0000890000000000UL
#define NGDT 7

#define IST_SIZE 8192
#define IST_PAGES_ORDER 3 /* of struct cpu_tables */

enum { IST_DF = 1, IST_NMI, IST_MC, IST_DB, NIST = IST_DB };

/* The last stack is short of what stands below it. */
struct cpu_tables {
	uint64_t ct_gdt[NGDT + 1];
	struct tss ct_tss;
	char ct_stacks[NIST * IST_SIZE - 64 - 104] __attribute__((aligned(8)));
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct cpu_tables) == PAGE_SIZE << IST_PAGES_ORDER,
    "the stacks' tops are 16-byte aligned");

struct gate {
	uint16_t g_low, g_sel;
	uint8_t g_ist, g_type;
	uint16_t g_mid;
	uint32_t g_high, g_zero;
};
#define GATE_INTR 0x8e
#define GATE_USER 0x60 /* user mode may raise it */

struct table_ptr {
	uint16_t tp_limit;
	const void *tp_base;
} __attribute__((packed));

static struct cpu_tables boot_tables;
static struct gate idt[NVECTORS] __attribute__((aligned(16)));

static int
vector_ist(int vector)
{
	switch (vector) {
	case TRAP_DF:
		return IST_DF;
	case TRAP_NMI:
		return IST_NMI;
	case TRAP_MC:
		return IST_MC;
	case TRAP_DB:
		return IST_DB;
	default:
		return 0;
	}
}

static void
idt_fill(void)
{
	for (int i = 0; i < NVECTORS; i++) {
		uintptr_t pc = (uintptr_t)trap_stubs + i * TRAP_STUB_SIZE;

		idt[i] = (struct gate){
			.g_low = pc & 0xffff,
			.g_sel = SEL_KCODE,
			.g_ist = vector_ist(i),
			.g_type = GATE_INTR | (i == TRAP_BP ? GATE_USER : 0),
			.g_mid = pc >> 16 & 0xffff,
			.g_high = pc >> 32,
		};
	}
}

static void
tables_fill(struct cpu_tables *ct, struct globaldata *gd, void *kstack_top)
{
	uint64_t base = (uint64_t)&ct->ct_tss;
	uint64_t *gdt = ct->ct_gdt;
	char *top = (char *)(ct + 1);

	memset(ct, 0, offsetof(struct cpu_tables, ct_stacks));
	gdt[SEL_KCODE / 8] = GDT_KCODE;
	gdt[SEL_KDATA / 8] = GDT_KDATA;
	gdt[SEL_UDATA / 8] = GDT_UDATA;
	gdt[SEL_UCODE / 8] = GDT_UCODE;
	gdt[SEL_TSS / 8] = GDT_TSS | (sizeof(struct tss) - 1) |
	    (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = base >> 32;

	ct->ct_tss.tss_rsp[0] = (uint64_t)kstack_top;
	ct->ct_tss.tss_iomap = sizeof(struct tss);
	for (int i = 0; i < NIST; i++, top -= IST_SIZE) {
		struct globaldata **slot = (struct globaldata **)(top - 16);

		*slot = gd;
		ct->ct_tss.tss_ist[i] = (uint64_t)slot;
	}
}

static void
tables_load(struct cpu_tables *ct)
{
	struct table_ptr gp = { NGDT * 8 - 1, ct->ct_gdt };
	struct table_ptr ip = { sizeof(idt) - 1, idt };

	__asm__ volatile("lgdt %0" : : "m"(gp));
	__asm__ volatile("pushq %0\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:"
	    : : "i"(SEL_KCODE) : "rax", "memory");
	__asm__ volatile("mov %0, %%ss\n\t"
			 "mov %1, %%ds\n\t"
			 "mov %1, %%es\n\t"
			 "mov %1, %%fs\n\t"
			 "mov %1, %%gs"
	    : : "r"(SEL_KDATA), "r"(0) : "memory");
	__asm__ volatile("lidt %0" : : "m"(ip));
	__asm__ volatile("ltr %0" : : "r"((uint16_t)SEL_TSS));
}

bool
descriptors_own_stack(uintptr_t va)
{
	struct tss *tss = mycpu->gd_md.md_tss;
	struct cpu_tables *ct;

	if (tss == NULL)
		return false;
	ct = container_of(tss, struct cpu_tables, ct_tss);
	return va >= (uintptr_t)ct->ct_stacks &&
	    va < (uintptr_t)(ct + 1) - 16;
}

static void
syscall_init(void)
{
	/* SYSRET takes its selectors 8 and 16 above the field's. */
	wrmsr(MSR_STAR, (uint64_t)(SEL_KDATA | 3) << 48 |
	    (uint64_t)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_SFMASK, RFLAGS_IF | RFLAGS_DF | RFLAGS_TF | RFLAGS_AC |
	    RFLAGS_NT);
}

void
descriptors_init(struct globaldata *gd, void *kstack_top)
{
	struct cpu_tables *ct = &boot_tables;

	if (gd->gd_cpuid == 0) {
		idt_fill();
	} else {
		uint64_t pa = page_alloc(IST_PAGES_ORDER, PG_KERNEL);

		KASSERT(pa != 0, "no memory for the tables of CPU %d",
		    gd->gd_cpuid);
		ct = PHYS_TO_DMAP(pa);
	}
	tables_fill(ct, gd, kstack_top);
	tables_load(ct);
	gd->gd_self = gd;
	gd->gd_kstack_top = (uintptr_t)kstack_top;
	gd->gd_md.md_tss = &ct->ct_tss;
	wrmsr(MSR_FSBASE, 0);
	wrmsr(MSR_GSBASE, (uint64_t)gd);
	wrmsr(MSR_KGSBASE, 0);
	syscall_init();
}
