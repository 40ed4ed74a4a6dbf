/*
 * lwp_create_against_exit.c -- one thread creates threads without end, another
 * ends the process (or execs): no thread slips through and lives on, the
 * process never hangs.
 */
#include "user/tests/test.h"

TEST_ROWS("E12 D14 X13 X14");

#define NSTACKS 64

static char stacks[NSTACKS][4096] __attribute__((aligned(16)));
static char creator_stack[MTHREAD_STACK] __attribute__((aligned(16)));
static const char *self;
static int ready;

/* Needs next to no stack: they are used again before it is gone. */
__attribute__((naked)) static void
born(__attribute__((unused)) void *arg)
{
	__asm__ volatile("1: movl %0, %%eax; movl %1, %%edi; xorl %%esi, %%esi;"
			 "xorl %%edx, %%edx; syscall; jmp 1b"
			 :
			 : "i"(SYS_extexit), "i"(EXTEXIT_LWP));
}

/* Never ends by itself: one that nobody sentenced would be waited for in
 * vain. */
__attribute__((used)) static uint32_t never;

__attribute__((naked)) static void
stays(__attribute__((unused)) void *arg)
{
	__asm__ volatile("1: movl %0, %%eax; leaq never(%%rip), %%rdi;"
			 "xorl %%esi, %%esi; xorl %%edx, %%edx;"
			 "syscall; jmp 1b"
			 :
			 : "i"(SYS_umtx_sleep));
}

static void
creator(void *arg)
{
	void (*fn)(void *) = arg != NULL ? stays : born;

	for (unsigned i = 0;; i++) {
		struct lwp_params params = {.func = fn,
		    .stack = stacks[i % NSTACKS] + sizeof(stacks[0])};
		long error = sc(SYS_lwp_create, &params);

		if (error != 0 && error != -EAGAIN && error != -ENOMEM)
			CHECK_EQ(error, 0);
		if (i == 3)
			store(&ready, 1);
		if (i % 8 == 7)
			test_yield();
	}
}

static void
child(void *arg)
{
	static struct mthread t;
	char *argv[] = {
	    (char *)(uintptr_t)self, (char *)(uintptr_t) "--exit-6", NULL};
	int how = (int)(intptr_t)arg;

	REQUIRE(mthread_start_on(
		    &t, creator_stack, creator, how & 1 ? &never : NULL) == 0);
	while (load(&ready) == 0)
		test_yield();
	for (int i = 0; i < how % 16; i++)
		test_yield();
	if (how % 8 == 7)
		sc(SYS_execve, self, argv, argv + 2);
	if (how % 8 == 5)
		sc(SYS_extexit, EXTEXIT_PROC, 6, NULL);
	test_exit(6);
}

int
main(int argc, char **argv)
{
	int rounds;

	if (argc > 1 && strcmp(argv[1], "--exit-6") == 0)
		test_exit(6);
	test_begin(argc, argv);
	rounds = test_rounds(1000, 10000);
	self = argv[0];
	for (int i = 0; i < rounds; i++)
		CHECK_EXIT(test_fork(child, (void *)(intptr_t)i), 6);
	return test_done();
}
