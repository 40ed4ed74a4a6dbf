/*
 * ptrace_registers.c -- registers of a traced process are read and written, and
 * what user mode may not have is refused, or does no harm.
 */
#include "user/tests/trace.h"

TEST_ROWS("2.17 D.regs");

#define RFLAGS_IF 0x200
#define MXCSR 24 /* in struct fpreg */
#define XMM0 160

/* All registers hold known values; then a breakpoint; then they are summed up
 * in rdi, which is the exit status. */
static void
child(void *arg)
{
	static const double one[2] = {1.0, 2.0};

	(void)arg;
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	__asm__ volatile("movups %0, %%xmm0\n"
			 "movq $1, %%rax; movq $2, %%rbx; movq $3, %%rcx\n"
			 "movq $4, %%rdx; movq $5, %%rsi; movq $6, %%rdi\n"
			 "movq $8, %%r8; movq $9, %%r9; movq $10, %%r10\n"
			 "movq $11, %%r11; movq $12, %%r12; movq $13, %%r13\n"
			 "movq $14, %%r14; movq $15, %%r15\n"
			 "int3\n"
			 "addq %%rax, %%rdi; addq %%rbx, %%rdi\n"
			 "addq %%rcx, %%rdi; addq %%rdx, %%rdi\n"
			 "addq %%rsi, %%rdi; addq %%r8, %%rdi\n"
			 "addq %%r9, %%rdi; addq %%r10, %%rdi\n"
			 "addq %%r11, %%rdi; addq %%r12, %%rdi\n"
			 "addq %%r13, %%rdi; addq %%r14, %%rdi\n"
			 "addq %%r15, %%rdi\n"
			 "cvttsd2si %%xmm0, %%rax; addq %%rax, %%rdi\n"
			 "movl $1, %%eax; syscall; hlt"
			 :
			 : "m"(one)
			 : "memory");
}

static pid_t
started(void)
{
	pid_t pid = test_fork(child, NULL);

	CHECK_STOPPED(pid, SIGTRAP);
	return pid;
}

#define SUM (1 + 2 + 3 + 4 + 5 + 6 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 1)

static void
general(void)
{
	pid_t pid = started();
	struct reg r, again;

	memset(&r, 0, sizeof(r));
	CHECK_EQ(PT(PT_GETREGS, pid, &r, 0), 0);
	CHECK(r.r_rax == 1 && r.r_rbx == 2 && r.r_rcx == 3 && r.r_rdx == 4);
	CHECK(r.r_rsi == 5 && r.r_rdi == 6 && r.r_r8 == 8 && r.r_r9 == 9);
	CHECK(r.r_r10 == 10 && r.r_r11 == 11 && r.r_r12 == 12);
	CHECK(r.r_r13 == 13 && r.r_r14 == 14 && r.r_r15 == 15);
	CHECK(r.r_rflags & RFLAGS_IF);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, SUM);

	pid = started();
	r.r_rax = 2, r.r_rbx = 4, r.r_rcx = 6, r.r_rdx = 8, r.r_rsi = 10;
	r.r_rdi = 12, r.r_r8 = 1, r.r_r9 = 1, r.r_r10 = 1, r.r_r11 = 1;
	r.r_r12 = 24, r.r_r13 = 26, r.r_r14 = 28, r.r_r15 = 30;
	CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), 0);
	CHECK_EQ(PT(PT_GETREGS, pid, &again, 0), 0);
	CHECK(memcmp(&r, &again, sizeof(r)) == 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 42 + 4 + 108 + 1);
}

static void
floating(void)
{
	pid_t pid = started();
	static struct fpreg r, again;
	double *xmm0 = (double *)((char *)&r + XMM0);
	uint32_t *mxcsr = (uint32_t *)((char *)&r + MXCSR);

	CHECK_EQ(PT(PT_GETFPREGS, pid, &r, 0), 0);
	CHECK(xmm0[0] == 1.0 && xmm0[1] == 2.0);
	CHECK_EQ(*mxcsr, 0x1f80);
	xmm0[0] = 50.5;
	CHECK_EQ(PT(PT_SETFPREGS, pid, &r, 0), 0);
	CHECK_EQ(PT(PT_GETFPREGS, pid, &again, 0), 0);
	CHECK(memcmp((char *)&r + XMM0, (char *)&again + XMM0, 256) == 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, SUM + 49);
	/* What the processor would refuse to load is not there. */
	pid = started();
	*mxcsr = 0xffffffff;
	memset((char *)&r + 416, 0xff, 96);
	CHECK_EQ(PT(PT_SETFPREGS, pid, &r, 0), 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, SUM + 49);
}

static void
refused(void)
{
	/* I/O privilege, interrupts off, virtual modes, reserved bits. */
	static const uint64_t flags[] = {0x3000, 0x1000, 0x20000, 0x80000,
	    0x100000, 0x8000, 0x8, 1UL << 32, 1UL << 63};
	static const uint64_t selectors[] = {0, 1, 3, 0x08, 0x0b, 0x10, 0x13,
	    0x18, 0x20, 0x28, 0x2b, 0x33, 0xffff, 0x10023, 0x1001b};
	pid_t pid = started();
	struct reg good, r, now;

	CHECK_EQ(PT(PT_GETREGS, pid, &good, 0), 0);
	for (size_t i = 0; i < COUNT(flags); i++) {
		r = good;
		r.r_rflags |= flags[i];
		CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), -EINVAL);
	}
	r = good;
	r.r_rflags &= ~(uint64_t)RFLAGS_IF;
	CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), -EINVAL);
	for (size_t i = 0; i < COUNT(selectors); i++) {
		r = good;
		r.r_cs = selectors[i];
		r.r_rax = 77;
		CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), -EINVAL);
		r = good;
		r.r_ss = selectors[i];
		CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), -EINVAL);
	}
	CHECK_EQ(PT(PT_SETREGS, pid, 8, 0), -EFAULT);
	CHECK_EQ(PT(PT_GETREGS, pid, 8, 0), -EFAULT);
	CHECK_EQ(PT(PT_SETFPREGS, pid, 8, 0), -EFAULT);
	CHECK_EQ(PT(PT_GETFPREGS, pid, 8, 0), -EFAULT);
	CHECK_EQ(PT(PT_GETREGS, pid, &now, 0), 0);
	CHECK(memcmp(&now, &good, sizeof(now)) == 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, SUM);
}

/* Any address may be set; the process dies of it, at most. */
static void
addresses(void)
{
	static const uint64_t bad[] = {0, 0x7ffffffff000, 0x800000000000,
	    0x8000000000000000, 0xffff800000100000, 0xffffffff80100000,
	    UINT64_MAX};
	struct reg r;

	for (size_t i = 0; i < 2 * COUNT(bad); i++) {
		pid_t pid = started();
		int status;

		CHECK_EQ(PT(PT_GETREGS, pid, &r, 0), 0);
		if (i & 1)
			r.r_rsp = bad[i / 2];
		else
			r.r_rip = bad[i / 2];
		CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), 0);
		trace_continue(pid, 0);
		status = (int)test_wait(pid);
		if (WIFSTOPPED(status)) {
			CHECK(WSTOPSIG(status) == SIGSEGV ||
			      WSTOPSIG(status) == SIGBUS);
			CHECK_EQ(PT(PT_KILL, pid, 0, 0), 0);
			CHECK_KILLED(pid, SIGKILL);
		} else {
			CHECK_EQ(status, SUM << 8);
		}
	}
}

/* A system call that the process sleeps in: its number and arguments are
 * seen, and it begins again with others. */
static void
sleeps_in_call(void *arg)
{
	(void)arg;
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	sc(SYS_kill, getpid(), SIGINT);
	trace_sleeper(NULL);
}

static void
in_system_call(void)
{
	pid_t pid = test_fork(sleeps_in_call, NULL);
	struct reg r;

	CHECK_STOPPED(pid, SIGINT);
	trace_continue(pid, 0);
	WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "nanslp") == 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGINT), 0);
	CHECK_STOPPED(pid, SIGINT);
	CHECK_EQ(PT(PT_GETREGS, pid, &r, 0), 0);
	/* exit(9) in the place of it. */
	r.r_rip -= *(uint16_t *)r.r_rip == 0x050f ? 0 : 2;
	CHECK_EQ(*(uint16_t *)r.r_rip, 0x050f);
	r.r_rax = SYS_exit;
	r.r_rdi = 9;
	CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 9);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	general();
	floating();
	refused();
	addresses();
	in_system_call();
	return test_done();
}
