/*
 * memory_faults.c -- an access beyond the map, a write to what may only be
 * read, a jump to data, an access to kernel or impossible addresses kill the
 * process with SIGSEGV (or SIGBUS where a right is missing), and nothing else
 * happens: the parent and the memory shared with it are as before.
 */
#include "user/tests/test.h"

TEST_ROWS("D.memory 2.36 3.3");

static const int constant = 7;
static unsigned char data_code[16] = {0xc3}; /* ret */
static char *ro, *hole, *none;

enum {
	READ_NULL,
	READ_LOW,
	READ_HOLE,
	WRITE_HOLE,
	WRITE_TEXT,
	WRITE_CONST,
	WRITE_RO,
	READ_NONE,
	JUMP_DATA,
	JUMP_STACK,
	JUMP_HEAP,
	JUMP_NULL,
	READ_KERNEL,
	WRITE_KERNEL,
	READ_DMAP,
	JUMP_KERNEL,
	READ_NONCANON,
	JUMP_NONCANON,
	STACK_NONCANON,
	READ_TOP,
	JUMP_TOP,
	CASES
};

static void
call(uintptr_t addr)
{
	__asm__ volatile("call *%0" : : "r"(addr) : "memory");
}

static void
jump_stack(void)
{
	volatile unsigned char code[16] = {0xc3};

	call((uintptr_t)code);
}

static void
stack_noncanonical(void)
{
	__asm__ volatile("movq %0, %%rsp; pushq $1"
			 :
			 : "r"(0x8000000000000008U)
			 : "memory");
}

static void
do_jump(intptr_t n)
{
	switch (n) {
	case JUMP_DATA:
		call((uintptr_t)data_code);
		break;
	case JUMP_STACK:
		jump_stack();
		break;
	case JUMP_HEAP:
		*ro = (char)0xc3;
		call((uintptr_t)ro);
		break;
	case JUMP_NULL:
		call(0);
		break;
	case JUMP_KERNEL:
		call(0xffffffff80100000U);
		break;
	case JUMP_NONCANON:
		call(0x8000000000000000U);
		break;
	case STACK_NONCANON:
		stack_noncanonical();
		break;
	case JUMP_TOP:
		call(0x7ffffffffffeU);
		break;
	}
}

static void
do_case(void *arg)
{
	switch ((intptr_t)arg) {
	case READ_NULL:
		test_peek(0);
		break;
	case READ_LOW:
		test_peek(0xfff0);
		break;
	case READ_HOLE:
		test_peek((uintptr_t)hole);
		break;
	case WRITE_HOLE:
		test_poke((uintptr_t)hole, 1);
		break;
	case WRITE_TEXT:
		test_poke((uintptr_t)do_case, 1);
		break;
	case WRITE_CONST:
		test_poke((uintptr_t)&constant, 1);
		break;
	case WRITE_RO:
		test_poke((uintptr_t)ro, 1);
		break;
	case READ_NONE:
		test_peek((uintptr_t)none);
		break;
	case READ_KERNEL:
		test_peek(0xffffffff80100000U);
		break;
	case WRITE_KERNEL:
		test_poke(0xffffffff80100000U, 1);
		break;
	case READ_DMAP:
		test_peek(0xffff800000100000U);
		break;
	case READ_NONCANON:
		test_peek(0x1234567812345678U);
		break;
	case READ_TOP:
		test_peek(0x7ffffffffff0U);
		break;
	default:
		do_jump((intptr_t)arg);
		break;
	}
	test_note("case %d survived", (int)(intptr_t)arg);
	test_exit(1);
}

/* A case in a process with a second thread. */
static void
waits(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(100);
}

static void
in_thread(void *arg)
{
	struct mthread t;

	mthread_start(&t, do_case, arg);
	waits(NULL);
}

static void
expect(intptr_t i, long status)
{
	int sig = WTERMSIG(status);

	if (status < 0 || !WIFSIGNALED(status) ||
	    (sig != SIGSEGV && sig != SIGBUS) ||
	    (i <= WRITE_HOLE && sig != SIGSEGV)) {
		test_note("case %d: status 0x%lx", (int)i, status);
		CHECK(!"SIGSEGV or SIGBUS");
	}
}

int
main(int argc, char **argv)
{
	int *shared;

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	*shared = 4711;
	hole = test_private(3 * TEST_PAGE);
	ro = hole;
	none = hole + 2 * TEST_PAGE;
	hole += TEST_PAGE;
	*ro = 1;
	*none = 1;
	CHECK_EQ(sc(SYS_munmap, hole, TEST_PAGE), 0);
	CHECK_EQ(sc(SYS_mprotect, none, TEST_PAGE, PROT_NONE), 0);
	for (intptr_t i = 0; i < CASES; i++) {
		if (i == WRITE_RO)
			CHECK_EQ(sc(SYS_mprotect, ro, TEST_PAGE, PROT_READ), 0);
		if (i == JUMP_HEAP)
			CHECK_EQ(sc(SYS_mprotect, ro, TEST_PAGE,
				     PROT_READ | PROT_WRITE),
			    0);
		expect(i, test_wait(test_fork(do_case, (void *)i)));
		expect(i, test_wait(test_fork(in_thread, (void *)i)));
	}
	CHECK_EQ(*shared, 4711);
	CHECK_EQ(*ro, 1);
	CHECK_EQ(*(const volatile int *)&constant, 7);
	return test_done();
}
