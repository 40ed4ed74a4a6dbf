/*
 * privileged_instructions.c -- an instruction that only the kernel may use,
 * an undefined one, a division by zero, a breakpoint, a single step kill the
 * process with the fitting signal and leave the machine alone.
 */
#include "user/tests/test.h"

TEST_ROWS("D.memory 3.3");

#define CASE(name, text)                                                       \
	static void name(void *arg)                                            \
	{                                                                      \
		(void)arg;                                                     \
		__asm__ volatile(                                              \
		    text ::                                                    \
			: "rax", "rbx", "rcx", "rdx", "cc", "memory");         \
	}

CASE(do_hlt, "hlt")
CASE(do_cli, "cli")
CASE(do_sti, "sti")
CASE(do_in, "movw $0x3f8, %%dx; inb %%dx, %%al")
CASE(do_out, "movw $0xf4, %%dx; xorl %%eax, %%eax; outl %%eax, %%dx")
CASE(do_read_cr, "movq %%cr3, %%rax")
CASE(do_write_cr, "xorl %%eax, %%eax; movq %%rax, %%cr0")
CASE(do_rdmsr, "movl $0xc0000080, %%ecx; rdmsr")
CASE(do_wrmsr,
    "movl $0xc0000080, %%ecx; xorl %%eax, %%eax; xorl %%edx, %%edx; wrmsr")
CASE(do_lgdt, "subq $16, %%rsp; lgdt (%%rsp)")
CASE(do_lidt, "subq $16, %%rsp; lidt (%%rsp)")
CASE(do_ltr, "movw $0x28, %%ax; ltr %%ax")
CASE(do_invlpg, "invlpg (%%rsp)")
CASE(do_clts, "clts")
CASE(do_wbinvd, "wbinvd")
CASE(do_swapgs, "swapgs")
CASE(do_iopl, "pushfq; orq $0x3000, (%%rsp); popfq; cli")
CASE(do_sysret, "movq $0x400000, %%rcx; sysretq")
CASE(do_int_fault, "int $14")
CASE(do_int_device, "int $0x20")
CASE(do_int_double, "int $8")
CASE(do_int_apic, "int $0xf0")
CASE(do_mov_dr, "movq %%rax, %%dr7")
CASE(do_bad_segment, "movw $0x10, %%ax; movw %%ax, %%ss")
CASE(do_bad_selector, "movw $0xfff8, %%ax; movw %%ax, %%ds")
CASE(do_far_return, "pushq $0x8; pushq $0x400000; lretq")
CASE(do_bad_iret, "pushq $0x10; pushq $0; pushq $0x202; pushq $0x8;"
		  "pushq $0x400000; iretq")
CASE(do_undefined, "ud2")
CASE(do_break, "int3")
CASE(do_int80, "int $0x80")
CASE(do_divide, "xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx")
CASE(do_overflow, "movl $0x80000000, %%eax; movl $-1, %%ecx; cltd;"
		  "idivl %%ecx")
CASE(do_step, "pushfq; orq $0x100, (%%rsp); popfq; nop; nop; nop")

enum { PRIVILEGED, UNDEFINED, TRAP, DIVIDE };

static const struct {
	const char *name;
	void (*fn)(void *);
	int kind;
} cases[] = {
    {"hlt", do_hlt, PRIVILEGED},
    {"cli", do_cli, PRIVILEGED},
    {"sti", do_sti, PRIVILEGED},
    {"in", do_in, PRIVILEGED},
    {"out", do_out, PRIVILEGED},
    {"mov cr3", do_read_cr, PRIVILEGED},
    {"mov to cr0", do_write_cr, PRIVILEGED},
    {"rdmsr", do_rdmsr, PRIVILEGED},
    {"wrmsr", do_wrmsr, PRIVILEGED},
    {"lgdt", do_lgdt, PRIVILEGED},
    {"lidt", do_lidt, PRIVILEGED},
    {"ltr", do_ltr, PRIVILEGED},
    {"invlpg", do_invlpg, PRIVILEGED},
    {"clts", do_clts, PRIVILEGED},
    {"wbinvd", do_wbinvd, PRIVILEGED},
    {"swapgs", do_swapgs, PRIVILEGED},
    {"iopl", do_iopl, PRIVILEGED},
    {"sysret", do_sysret, PRIVILEGED},
    {"int 14", do_int_fault, PRIVILEGED},
    {"int 0x20", do_int_device, PRIVILEGED},
    {"int 8", do_int_double, PRIVILEGED},
    {"int 0xf0", do_int_apic, PRIVILEGED},
    {"mov dr7", do_mov_dr, PRIVILEGED},
    {"kernel ss", do_bad_segment, PRIVILEGED},
    {"bad ds", do_bad_selector, PRIVILEGED},
    {"far return", do_far_return, PRIVILEGED},
    {"bad iret", do_bad_iret, PRIVILEGED},
    {"int 0x80", do_int80, PRIVILEGED},
    {"ud2", do_undefined, UNDEFINED},
    {"int3", do_break, TRAP},
    {"single step", do_step, TRAP},
    {"divide", do_divide, DIVIDE},
    {"overflow", do_overflow, DIVIDE},
};

static bool
fits(int kind, int sig)
{
	switch (kind) {
	case UNDEFINED:
		return sig == SIGILL;
	case TRAP:
		return sig == SIGTRAP;
	case DIVIDE:
		return sig == SIGFPE;
	}
	return sig == SIGBUS || sig == SIGSEGV || sig == SIGILL;
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (size_t i = 0; i < COUNT(cases); i++) {
		long status = test_wait(test_fork(cases[i].fn, NULL));

		if (status >= 0 && WIFSIGNALED(status) &&
		    fits(cases[i].kind, WTERMSIG(status)))
			continue;
		test_note("%s: status 0x%lx", cases[i].name, status);
		CHECK(!"killed by the fitting signal");
	}
	return test_done();
}
