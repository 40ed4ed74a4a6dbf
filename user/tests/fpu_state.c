/*
 * fpu_state.c -- floating point and vector registers and their modes are kept
 * over switches and system calls, are each thread's own, and are copied by
 * fork; a new program begins with fresh ones.
 */
#include "user/tests/test.h"

TEST_ROWS("D.fpu E90 2.10");

#define NPROCS 6

struct vectors {
	uint64_t x[16][2];
};

static void
set_all(uint64_t seed, struct vectors *v)
{
	for (int i = 0; i < 16; i++) {
		v->x[i][0] = seed * 1000 + (uint64_t)i;
		v->x[i][1] = ~v->x[i][0];
	}
}

#define LOAD(n) "movups " #n "*16(%0), %%xmm" #n "\n\t"
#define SAVE(n) "movups %%xmm" #n ", " #n "*16(%1)\n\t"

/* Loads all, makes the call nr(arg) in between, saves all. */
static long
keep_over(const struct vectors *in, struct vectors *out, long nr, long arg)
{
	__asm__ volatile(
	    LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4) LOAD(5) LOAD(6) LOAD(7)
		LOAD(8) LOAD(9) LOAD(10) LOAD(11) LOAD(12) LOAD(13) LOAD(14)
		    LOAD(15) "syscall\n\t" SAVE(0) SAVE(1) SAVE(2) SAVE(3)
			SAVE(4) SAVE(5) SAVE(6) SAVE(7) SAVE(8) SAVE(9) SAVE(10)
			    SAVE(11) SAVE(12) SAVE(13) SAVE(14) SAVE(15)
	    : "+r"(in), "+r"(out), "+a"(nr), "+D"(arg)
	    :
	    : "rcx", "rdx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3",
	    "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
	    "xmm12", "xmm13", "xmm14", "xmm15");
	return nr;
}

static void
keeps(void *arg)
{
	static struct timespec nap = {.tv_nsec = 200000};
	struct vectors in, out;

	set_all((uint64_t)(uintptr_t)arg, &in);
	for (int i = 0; i < 300; i++) {
		memset(&out, 0, sizeof(out));
		if (i % 10 == 0)
			keep_over(&in, &out, SYS_nanosleep, (long)&nap);
		else
			keep_over(&in, &out, SYS_sched_yield, 0);
		CHECK(memcmp(&in, &out, sizeof(in)) == 0);
	}
}

/* No system call at all: only interrupts switch. */
static void
spins(void *arg)
{
	double x = 1.0 + (double)(intptr_t)arg, sum = 0;
	volatile double want;

	for (int round = 0; round < 2; round++) {
		want = sum;
		sum = 0;
		for (int i = 1; i < 1000000; i++)
			sum += x / i;
		CHECK(round == 0 || sum == want);
	}
}

static void
modes(void *arg)
{
	uint32_t mxcsr = 0x1f80 | 0x6000, got = 0;
	uint16_t control = 0x0f7f, word = 0;

	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(control));
	for (int i = 0; i < 20; i++)
		test_sleep_ms(i % 2);
	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(got), "=m"(word));
	CHECK_EQ(got & 0xffc0, mxcsr);
	CHECK_EQ(word, control);
	if (arg != NULL)
		CHECK_EXIT(test_fork(modes, NULL), 0);
}

static void
fork_copies(void)
{
	struct vectors in, out;
	pid_t pid;

	set_all(99, &in);
	for (int i = 0; i < 100; i++) {
		memset(&out, 0, sizeof(out));
		pid = (pid_t)keep_over(&in, &out, SYS_fork, 0);
		CHECK(memcmp(&in, &out, sizeof(in)) == 0);
		if (pid == 0)
			test_exit(0);
		CHECK_EXIT(pid, 0);
	}
}

/* In the new program the modes are the usual ones. */
static int
fresh(void)
{
	uint32_t mxcsr = 0;
	uint16_t control = 0;

	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr), "=m"(control));
	return (mxcsr & 0xffc0) == 0x1f80 && control == 0x37f ? 0 : 1;
}

static void
execs(void *arg)
{
	char *argv[] = {arg, (char *)(uintptr_t) "--fresh", NULL};
	uint32_t mxcsr = 0x1f80 | 0x6000;

	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	sc(SYS_execve, arg, argv, argv + 2);
	test_exit(9);
}

int
main(int argc, char **argv)
{
	struct mthread t[2];
	pid_t pids[NPROCS];

	if (argc == 2 && strcmp(argv[1], "--fresh") == 0)
		return fresh();
	test_begin(argc, argv);
	for (int i = 0; i < NPROCS; i++)
		pids[i] =
		    test_fork(i & 1 ? spins : keeps, (void *)(intptr_t)(i + 1));
	mthread_start(&t[0], keeps, (void *)50);
	mthread_start(&t[1], spins, (void *)51);
	keeps((void *)60);
	mthread_join(&t[0]);
	mthread_join(&t[1]);
	for (int i = 0; i < NPROCS; i++)
		CHECK_EXIT(pids[i], 0);
	fork_copies();
	CHECK_EXIT(test_fork(modes, argv), 0);
	CHECK_EXIT(test_fork(execs, argv[0]), 0);
	return test_done();
}
