/*
 * registers_cannot_hurt.c -- whatever a program puts into its flags, segment
 * registers and stack pointer, system calls and faults work as ever: the
 * direction flag does not turn the kernel's copies round, AC opens no door,
 * NT, TF and a wild stack pointer do no harm.
 */
#include "user/tests/test.h"

TEST_ROWS("D.memory 3.1");

#define FLAG_TF 0x100UL
#define FLAG_DF 0x400UL
#define FLAG_NT 0x4000UL
#define FLAG_AC 0x40000UL
#define FLAG_ID 0x200000UL

/* A system call of three arguments with these flags set and that stack
 * pointer; the flags are clean again afterwards. */
static long
call_with(
    unsigned long flags, unsigned long sp, long nr, long a, long b, long c)
{
	unsigned char failed;
	unsigned long clean;

	__asm__ volatile(
	    "leaq -128(%%rsp), %%rsp\n\t"
	    "movq %%rsp, %%r12\n\t"
	    "pushfq\n\t"
	    "popq %[clean]\n\t"
	    "movq %[clean], %%r13\n\t"
	    "orq %[flags], %%r13\n\t"
	    "pushq %%r13\n\t"
	    "testq %[sp], %[sp]\n\t"
	    "jz 1f\n\t"
	    "popfq\n\t"
	    "movq %[sp], %%rsp\n\t"
	    "jmp 2f\n"
	    "1:\tpopfq\n"
	    "2:\tsyscall\n\t"
	    "movq %%r12, %%rsp\n\t"
	    "setc %[failed]\n\t"
	    "pushq %[clean]\n\t"
	    "popfq\n\t"
	    "leaq 128(%%rsp), %%rsp"
	    : "+a"(nr), "+d"(c), [failed] "=&r"(failed), [clean] "=&r"(clean)
	    : "D"(a), "S"(b), [flags] "r"(flags), [sp] "r"(sp)
	    : "rcx", "r11", "r12", "r13", "cc", "memory");
	return failed ? -nr : nr;
}

static void
calls(unsigned long flags, unsigned long sp)
{
	static char out[300], in[300];
	int fds[2];
	pid_t pid;

	CHECK_EQ(call_with(flags, sp, SYS_getpid, 0, 0, 0), getpid());
	REQUIRE(pipe(fds) == 0);
	for (int i = 0; i < 300; i++)
		out[i] = (char)i;
	memset(in, 0, sizeof(in));
	CHECK_EQ(call_with(flags, sp, SYS_write, fds[1], (long)out, 300), 300);
	CHECK_EQ(call_with(flags, sp, SYS_read, fds[0], (long)in, 300), 300);
	CHECK(memcmp(in, out, 300) == 0);
	CHECK_EQ(call_with(flags, sp, SYS_write, fds[1],
		     (long)0xffffffff80100000U, 8),
	    -EFAULT);
	CHECK_EQ(call_with(flags, sp, SYS_write, fds[1], 16, 8), -EFAULT);
	CHECK_EQ(call_with(flags, sp, SYS_write, fds[1],
		     (long)0x8000000000000000U, 8),
	    -EFAULT);
	CHECK_EQ(call_with(flags, sp, SYS_sched_yield, 0, 0, 0), 0);
	/* fork's child goes on with the same registers. */
	pid = (pid_t)call_with(flags, sp, SYS_fork, 0, 0, 0);
	if (pid == 0)
		call_with(flags, sp, SYS_exit, 17, 0, 0);
	CHECK_EXIT(pid, 17);
	close(fds[0]);
	close(fds[1]);
}

static void
flag_calls(void *arg)
{
	calls((unsigned long)arg, 0);
}

static void
stack_calls(void *arg)
{
	calls(0, (unsigned long)arg);
	calls(FLAG_DF | FLAG_AC | FLAG_NT, (unsigned long)arg);
}

/* Spins with the flags set, so that interrupts and switches come. */
static void
spin_with(void *arg)
{
	unsigned long flags = (unsigned long)arg;
	int turns = test_rounds(30000000, 30000000);

	__asm__ volatile("pushfq\n\t"
			 "orq %[flags], (%%rsp)\n\t"
			 "popfq\n"
			 "1:\tdecl %[turns]\n\t"
			 "jnz 1b\n\t"
			 "pushq $2\n\t"
			 "popfq"
			 : [turns] "+&r"(turns)
			 : [flags] "r"(flags)
			 : "cc", "memory");
}

/* A fault with the flags set. */
static void
fault_with(void *arg)
{
	unsigned long flags = (unsigned long)arg;

	__asm__ volatile("pushfq; orq %0, (%%rsp); popfq; movl $1, 8"
			 :
			 : "r"(flags)
			 : "cc", "memory");
}

static void
null_segments(void *arg)
{
	(void)arg;
	__asm__ volatile("xorl %%eax, %%eax; movw %%ax, %%ds; movw %%ax, %%es;"
			 "movw %%ax, %%fs; movw %%ax, %%gs"
			 :
			 :
			 : "rax", "memory");
	for (int i = 0; i < test_rounds(20, 20); i++) {
		CHECK_EQ(sc(SYS_getpid), getpid());
		test_sleep_ms(1);
		CHECK_EXIT(test_fork(flag_calls, (void *)0), 0);
	}
}

static void
step_into_call(void *arg)
{
	(void)arg;
	call_with(FLAG_TF, 0, SYS_getpid, 0, 0, 0);
}

int
main(int argc, char **argv)
{
	static const unsigned long flags[] = {0, FLAG_DF, FLAG_NT, FLAG_AC,
	    FLAG_ID, FLAG_DF | FLAG_NT | FLAG_AC | FLAG_ID};
	static const unsigned long stacks[] = {8, 1, 0xdeadbeef,
	    0x8000000000000000U, 0xffffffff80100000U, 0xffff800000100000U,
	    0x7ffffffffff8U, ~0UL, ~7UL};
	pid_t spinners[COUNT(flags)];

	test_begin(argc, argv);
	for (size_t i = 0; i < COUNT(flags); i++) {
		CHECK_EXIT(test_fork(flag_calls, (void *)flags[i]), 0);
		CHECK_KILLED(test_fork(fault_with, (void *)flags[i]), SIGSEGV);
	}
	for (size_t i = 0; i < COUNT(stacks); i++)
		CHECK_EXIT(test_fork(stack_calls, (void *)stacks[i]), 0);
	for (size_t i = 0; i < COUNT(flags); i++)
		spinners[i] = test_fork(spin_with, (void *)flags[i]);
	for (size_t i = 0; i < COUNT(flags); i++)
		CHECK_EXIT(spinners[i], 0);
	CHECK_EXIT(test_fork(null_segments, NULL), 0);
	CHECK_KILLED(test_fork(step_into_call, NULL), SIGTRAP);
	return test_done();
}
