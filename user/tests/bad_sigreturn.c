/*
 * bad_sigreturn.c -- contexts and stacks that a program has made up: it dies of
 * the signal that fits, or goes on with registers that are its own to choose;
 * the kernel does not notice.
 */
#include "user/tests/test.h"
#include <signal.h>
#include <ucontext.h>

TEST_ROWS("2.15 3.8 N6");

static ucontext_t good;
static volatile int seen;
static volatile bool came_back; /* in a child: to where the context is from */

static void
keep(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)info;
	good = *(ucontext_t *)uc;
	seen++;
}

static void
bad_pointer(void *arg)
{
	sc(SYS_sigreturn, arg);
}

/* One word of a good context is changed. */
struct change {
	size_t at;
	uint64_t value;
	int sig; /* that it dies of; 0: of any, or of none at all */
};

#define MC(field) offsetof(ucontext_t, uc_mcontext.mc_##field)

static const struct change changes[] = {
    {MC(cs), 0x8, SIGBUS},
    {MC(cs), 0, SIGBUS},
    {MC(cs), 0x20, SIGBUS},
    {MC(ss), 0x10, SIGBUS},
    {MC(rflags), 0, SIGBUS},
    {MC(rflags), 0x3202, SIGBUS},  /* IOPL 3 */
    {MC(rflags), 0x20202, SIGBUS}, /* virtual 8086 */
    {MC(rflags), 0x102, SIGBUS},   /* interrupts off */
    {MC(rflags), ~0UL, SIGBUS},
    {MC(rflags), 0x302, SIGTRAP}, /* single step */
    {MC(rip), 0xffffffff80100000U, 0},
    {MC(rip), 0x8000000000000000U, 0},
    {MC(rip), 0x00007ffffffff000U, 0},
    {MC(rip), 0, SIGSEGV},
    {MC(rsp), 0xffff800000000000U, 0},
    {MC(rsp), 8, 0},
    {MC(fpregs) + 24, ~0UL, 0},  /* mxcsr and its mask */
    {MC(fpregs) + 512, ~0UL, 0}, /* the header of XSAVE */
    {MC(fpregs) + 520, ~0UL, 0},
    {MC(fpregs) + 528, ~0UL, 0},
    {MC(fpregs), ~0UL, 0},
};

static void
changed(void *arg)
{
	const struct change *c = arg;

	came_back = true;
	memcpy((char *)&good + c->at, &c->value, sizeof(c->value));
	sc(SYS_sigreturn, &good);
	test_exit(1);
}

/* Ends the process whatever is in registers and on the stack. */
void leave_at_once(void);
__asm__(".text; leave_at_once: movl $1, %eax; movl $5, %edi; syscall; hlt");

/* Random bytes over the whole of it, but for the next instruction. */
static void
garbled(void *arg)
{
	uint32_t x = (uint32_t)(uintptr_t)arg * 2654435761U + 1;

	for (size_t i = 0; i < sizeof(good); i++) {
		x = x * 1664525 + 1013904223;
		if (x >> 28 == 0)
			((unsigned char *)&good)[i] = (unsigned char)(x >> 16);
	}
	good.uc_mcontext.mc_rip = (uintptr_t)leave_at_once;
	sc(SYS_sigreturn, &good);
	test_exit(1);
}

/* Stacks on which no frame can be laid. */
static void
bad_altstack(void *arg)
{
	stack_t ss = {.ss_sp = arg, .ss_size = 65536};
	struct sigaction act = {
	    .sa_sigaction = keep, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	kill(getpid(), SIGUSR1);
	test_exit(2);
}

static void
bad_stack(void *arg)
{
	struct sigaction act = {.sa_sigaction = keep, .sa_flags = SA_SIGINFO};

	CHECK_EQ(sigaction(SIGSEGV, &act, NULL), 0);
	CHECK_EQ(sigaction(SIGBUS, &act, NULL), 0);
	/* A push there faults, and so does the handler's frame. */
	__asm__ volatile("movq %0, %%rsp; pushq $0" : : "r"(arg) : "memory");
}

/* A handler whose address is nonsense. */
static void
bad_handler(void *arg)
{
	signal(SIGUSR1, (_sig_func_ptr)arg);
	kill(getpid(), SIGUSR1);
	test_exit(3);
}

static const uintptr_t addresses[] = {0, 8, 0x1000, 0x00007ffffffff000U,
    0x0000800000000000U, 0xffff800000000000U, 0xffffffff80100000U,
    0xfffffffffffffff8U};

int
main(int argc, char **argv)
{
	struct sigaction act = {.sa_sigaction = keep, .sa_flags = SA_SIGINFO};
	long status;

	test_begin(argc, argv);
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	kill(getpid(), SIGUSR1);
	if (came_back)
		test_exit(5);
	REQUIRE(seen == 1);
	for (size_t i = 0; i < COUNT(addresses); i++) {
		void *addr = (void *)addresses[i];

		CHECK_KILLED(test_fork(bad_pointer, addr), SIGSEGV);
		CHECK_KILLED(test_fork(bad_stack, addr), SIGILL);
		status = test_wait(test_fork(bad_altstack, addr));
		CHECK_EQ(status & ~_WCORE, SIGILL);
		if (addresses[i] > 1) {
			status = test_wait(test_fork(bad_handler, addr));
			CHECK(WIFSIGNALED(status));
			CHECK(WTERMSIG(status) == SIGSEGV ||
			      WTERMSIG(status) == SIGBUS);
		}
	}
	for (size_t i = 0; i < COUNT(changes); i++) {
		status = test_wait(
		    test_fork(changed, (void *)(uintptr_t)&changes[i]));
		if (changes[i].sig != 0)
			CHECK_EQ(status & ~_WCORE, changes[i].sig);
	}
	for (int i = 0; i < test_rounds(100, 5000); i++)
		test_wait(test_fork(garbled, (void *)(intptr_t)i));
	CHECK_EQ(seen, 1);
	return test_done();
}
