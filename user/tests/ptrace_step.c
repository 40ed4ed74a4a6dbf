/*
 * ptrace_step.c -- one instruction at a time, a breakpoint, and going on at
 * another place.
 */
#include "user/tests/trace.h"

TEST_ROWS("2.17 2.15");

/* Six instructions of known length, a system call (getpid), three more. */
extern char steps[], steps_call[], steps_end[];
__asm__(".pushsection .text\n"
	".globl steps, steps_call, steps_end\n"
	"steps:\n"
	"	nop\n"
	"	movl $7, %ebx\n"
	"	incl %ebx\n"
	"	pushq %rbx\n"
	"	popq %rdi\n"
	"	movl $20, %eax\n"
	"steps_call:\n"
	"	syscall\n"
	"	nop\n"
	"	movl $1, %eax\n"
	"steps_end:\n"
	"	syscall\n"
	"	hlt\n"
	".popsection\n");

static const int lengths[] = {1, 5, 2, 1, 1, 5, 2, 1, 5};

static void
child(void *arg)
{
	(void)arg;
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	__asm__ volatile("movl %0, %%edi; movl %1, %%esi; movl %2, %%eax;"
			 "syscall; jmp steps"
			 :
			 : "r"(getpid()), "i"(SIGINT), "i"(SYS_kill)
			 : "rdi", "rsi", "rax", "memory");
}

static struct reg
regs_of(pid_t pid)
{
	struct reg r;

	memset(&r, 0xee, sizeof(r));
	CHECK_EQ(PT(PT_GETREGS, pid, &r, 0), 0);
	return r;
}

static pid_t
started(void)
{
	pid_t pid = test_fork(child, NULL);

	CHECK_STOPPED(pid, SIGINT);
	return pid;
}

/* Goes on to `steps', by the only way there is. */
static void
step_to(pid_t pid, const char *where)
{
	for (int i = 0; i < 50; i++) {
		if (regs_of(pid).r_rip == (uint64_t)where)
			return;
		CHECK_EQ(PT(PT_STEP, pid, 1, 0), 0);
		CHECK_STOPPED(pid, SIGTRAP);
	}
	CHECK(!"reached");
}

static void
step_through(void)
{
	pid_t pid = started();
	uint64_t rip;

	step_to(pid, steps);
	rip = (uint64_t)steps;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		CHECK_EQ(PT(PT_STEP, pid, 1, 0), 0);
		CHECK_STOPPED(pid, SIGTRAP);
		rip += (uint64_t)lengths[i];
		/* Some CPUs trap behind the instruction that comes after a
		 * system call. */
		if (i == 6 && regs_of(pid).r_rip == rip + 1) {
			rip++;
			i++;
		}
		CHECK_EQ(regs_of(pid).r_rip, rip);
		CHECK_EQ(regs_of(pid).r_rflags & 0x100, 0);
		if (i == 6)
			CHECK_EQ(regs_of(pid).r_rax, pid);
	}
	CHECK_EQ(rip, steps_end);
	CHECK_EQ(regs_of(pid).r_rbx, 8);
	/* Not a step further. */
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 8);
}

static void
breakpoint(void)
{
	pid_t pid = started();
	struct reg r;
	int text = (int)PT(PT_READ_I, pid, steps_call, 0);

	CHECK_EQ(PT(PT_WRITE_I, pid, steps_call, (text & ~0xff) | 0xcc), 0);
	trace_continue(pid, 0);
	CHECK_STOPPED(pid, SIGTRAP);
	r = regs_of(pid);
	CHECK_EQ(r.r_rip, steps_call + 1);
	CHECK_EQ(r.r_rdi, 8);
	CHECK_EQ(PT(PT_WRITE_I, pid, steps_call, text), 0);
	/* On at the place itself, and with another status. */
	r.r_rip = (uint64_t)steps_call;
	r.r_rdi = 9;
	CHECK_EQ(PT(PT_SETREGS, pid, &r, 0), 0);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 9);
}

static void
elsewhere(void)
{
	pid_t pid = started();
	int status;

	/* The signal is delivered by then: it would stop there first. */
	CHECK_EQ(PT(PT_CONTINUE, pid, steps, 0), 0);
	CHECK_EXIT(pid, 8);
	/* Into nowhere. */
	pid = started();
	CHECK_EQ(PT(PT_CONTINUE, pid, 0x8000000000000000, 0), 0);
	status = (int)test_wait(pid);
	CHECK(status == W_STOPCODE(SIGBUS) || status == W_STOPCODE(SIGSEGV));
	CHECK_EQ(PT(PT_KILL, pid, 0, 0), 0);
	CHECK_KILLED(pid, SIGKILL);
	/* Detached in the middle of a step, it runs on freely. */
	pid = started();
	step_to(pid, steps);
	CHECK_EQ(PT(PT_STEP, pid, 1, 0), 0);
	CHECK_STOPPED(pid, SIGTRAP);
	CHECK_EQ(PT(PT_DETACH, pid, 1, 0), 0);
	CHECK_EXIT(pid, 8);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	step_through();
	breakpoint();
	elsewhere();
	return test_done();
}
