/*
 * test.h -- what the test programs share.
 *
 * A test is one program: TEST_ROWS() names the rows of the specification that
 * it stands for, test_begin() prints them, CHECK() counts failures (in memory
 * that all children share) and goes on, test_done() is main's result.
 *
 * System calls are made by sc(), which gives -errno and touches no errno:
 * threads and children that share memory would overwrite each other's.
 * Output is one write() a line, for the same reason.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <mayfly.h>

#define TEST_PAGE 4096UL
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEST_ROWS(rows) const char test_rows[] = rows
extern const char test_rows[];

/* Failures of this test, its children's included. */
static int *test_failures;
/* argv[1]: storms are this many times as long; "full", "brief": see
 * test_rounds(). */
static int test_scale = 1;
static bool test_full, test_brief;

#define load(p) __atomic_load_n(p, __ATOMIC_SEQ_CST)
#define store(p, v) __atomic_store_n(p, v, __ATOMIC_SEQ_CST)
#define add(p, v) __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST)

#include "user/tests/test_syscall.h"

#define sc_pad(n, a, b, c, d, e, f, g, ...)                                    \
	sc_raw((long)(n), (long)(a), (long)(b), (long)(c), (long)(d),          \
	    (long)(e), (long)(f), (long)(g))
/* sc(number, up to seven arguments): the result, or -errno. */
#define sc(...) sc_pad(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0)

__attribute__((unused, format(printf, 1, 2))) static void
test_note(const char *fmt, ...)
{
	char line[240] = "# ";
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + 2, sizeof(line) - 3, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';
	sc(SYS_write, 1, line, n);
}

__attribute__((unused)) static void
test_fail(const char *file, int line, const char *what)
{
	const char *base = strrchr(file, '/');

	add(test_failures, 1);
	test_note(
	    "%s:%d: failed: %s", base == NULL ? file : base + 1, line, what);
}

__attribute__((unused)) static void
test_equal(const char *file, int line, const char *what, long got, long want)
{
	char text[200];

	if (got == want)
		return;
	snprintf(text, sizeof(text), "%s is %ld (0x%lx), expected %ld (0x%lx)",
	    what, got, got, want, want);
	test_fail(file, line, text);
}

#define CHECK(expr) ((expr) ? (void)0 : test_fail(__FILE__, __LINE__, #expr))
/* got == want, both shown when not. */
#define CHECK_EQ(got, want)                                                    \
	test_equal(__FILE__, __LINE__, #got, (long)(got), (long)(want))
/* Without this there is no point in going on: ends the process. */
#define REQUIRE(expr)                                                          \
	((expr) ? (void)0                                                      \
		: (test_fail(__FILE__, __LINE__, "required: " #expr),          \
		      test_exit(99)))

__attribute__((unused, noreturn)) static void
test_exit(int status)
{
	for (;;)
		sc(SYS_exit, status);
}

/* Zeroed memory that children share after a fork. */
__attribute__((unused)) static void *
test_shared(size_t size)
{
	long p = sc(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANON, -1, 0, 0);

	if (p < 0) {
		static const char line[] = "# no shared memory\n";

		sc(SYS_write, 1, line, sizeof(line) - 1);
		test_exit(98);
	}
	return (void *)p;
}

__attribute__((unused)) static void *
test_private(size_t size)
{
	long p = sc(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANON, -1, 0, 0);

	REQUIRE(p > 0);
	return (void *)p;
}

__attribute__((unused)) static void
test_begin(int argc, char **argv)
{
	char line[128];

	if (argc > 1 && strcmp(argv[1], "full") == 0)
		test_full = true;
	else if (argc > 1 && strcmp(argv[1], "brief") == 0)
		test_brief = true;
	else if (argc > 1 && atoi(argv[1]) > 0)
		test_scale = atoi(argv[1]);
	test_failures = test_shared(TEST_PAGE);
	if (test_brief)
		return;
	snprintf(line, sizeof(line), "# spec: %s\n", test_rows);
	sc(SYS_write, 1, line, strlen(line));
}

/* The rounds of a storm: few in the ordinary suite, many under testrun -f, and
 * a twentieth of the few under -b and when it is a part of another test. */
__attribute__((unused)) static int
test_rounds(int few, int many)
{
	if (test_brief)
		return few >= 20 ? few / 20 : 1;
	return test_full ? many : few * test_scale;
}

__attribute__((unused)) static int
test_done(void)
{
	return load(test_failures) == 0 ? 0 : 1;
}

__attribute__((unused)) static void
test_yield(void)
{
	sc(SYS_sched_yield);
}

__attribute__((unused)) static void
test_sleep_ms(long ms)
{
	struct timespec ts = {
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	sc(SYS_nanosleep, &ts, NULL);
}

__attribute__((unused)) static uint64_t
test_now_ns(void)
{
	struct timespec ts = {0};

	sc(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

/*
 * One turn of a loop that only keeps its CPU busy.  Under QEMU a pause
 * leaves the translated code: in the deterministic mode it is how the next CPU
 * gets its turn, in parallel it waits for a lock of QEMU's that interrupts
 * want, too.  So there is one in TEST_SPIN rounds, which cost as much.
 */
#define TEST_SPIN 250

__attribute__((unused)) static void
test_spin(void)
{
	for (int i = 0; i < TEST_SPIN; i++)
		__asm__ volatile("");
	__builtin_ia32_pause();
}

/* Between two looks at something that another thread will change. */
__attribute__((unused)) static void
test_pause(unsigned turn)
{
	if (turn < 200)
		test_yield();
	else
		test_sleep_ms(1);
}

/* Waits for expr to become true; a minute without is a failure. */
#define WAIT_UNTIL(expr)                                                       \
	do {                                                                   \
		uint64_t end_ns = test_now_ns() + 60000000000U;                \
		unsigned turn_ = 0;                                            \
		while (!(expr)) {                                              \
			test_pause(turn_++);                                   \
			if (turn_ % 64 == 0 && test_now_ns() > end_ns) {       \
				test_fail(                                     \
				    __FILE__, __LINE__, "in vain: " #expr);    \
				break;                                         \
			}                                                      \
		}                                                              \
	} while (0)

/* n threads or processes meet; *b starts at 0 and serves many meetings of the
 * same n.  Who comes much too early sleeps, so that where CPUs are few the late
 * ones get theirs. */
__attribute__((unused)) static void
test_barrier(int *b, int n)
{
	int mine = add(b, 1), last = (mine + n - 1) / n * n, now;

	for (int turn = 0; (now = load(b)) < last; turn++)
		if (turn < 10)
			test_yield();
		else
			sc(SYS_umtx_sleep, b, now, 0);
	if (mine == last)
		sc(SYS_umtx_wakeup, b, 0);
}

/* One more has happened, and whoever awaits it goes on. */
__attribute__((unused)) static void
test_post(int *word)
{
	add(word, 1);
	sc(SYS_umtx_wakeup, word, 0);
}

/* Sleeps until that much has happened. */
__attribute__((unused)) static void
test_await(int *word, int value)
{
	int now;

	while ((now = load(word)) < value)
		sc(SYS_umtx_sleep, word, now, 0);
}

/* Touches memory by a plain instruction, at any address. */
__attribute__((unused)) static int
test_peek(uintptr_t addr)
{
	int value;

	__asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(addr) : "memory");
	return value;
}

__attribute__((unused)) static void
test_poke(uintptr_t addr, int value)
{
	__asm__ volatile("movl %0, (%1)" : : "r"(value), "r"(addr) : "memory");
}

/*
 * Children.
 */

/* The child runs fn(arg) and exits with 0. */
__attribute__((unused)) static pid_t
test_fork(void (*fn)(void *), void *arg)
{
	long pid = sc(SYS_fork);

	REQUIRE(pid >= 0);
	if (pid == 0) {
		fn(arg);
		test_exit(0);
	}
	return (pid_t)pid;
}

/* A vfork child that does nothing else. */
__attribute__((unused, noinline)) static pid_t
test_vfork_exit(int status)
{
	pid_t pid = vfork();

	if (pid == 0)
		test_exit(status);
	REQUIRE(pid > 0);
	return pid;
}

/* Waits for that child: its status, or -errno. */
__attribute__((unused)) static long
test_wait(pid_t pid)
{
	int status = -1;
	long got = sc(SYS_wait4, pid, &status, 0, NULL);

	if (got < 0)
		return got;
	return got == pid ? status : -9999;
}

#define CHECK_EXIT(pid, code) CHECK_EQ(test_wait(pid), ((code)&255) << 8)
/* Sleeps until that child is a zombie, and leaves it one. */
__attribute__((unused)) static void
test_await_zombie(pid_t pid)
{
	CHECK_EQ(
	    sc(SYS_wait6, P_PID, pid, NULL, WEXITED | WNOWAIT, NULL, NULL),
	    pid);
}

/* Killed by that signal, with a core or without. */
#define CHECK_KILLED(pid, sig) CHECK_EQ(test_wait(pid) & ~_WCORE, sig)

/*
 * Threads, by the bare system calls.
 */
#define MTHREAD_STACK 32768UL

struct mthread {
	void (*fn)(void *);
	void *arg;
	char *stack;
	bool own_stack;
	int32_t tid;
	int done;
};

__attribute__((unused, noreturn)) static void
mthread_exit(struct mthread *t)
{
	for (;;)
		sc(SYS_extexit, EXTEXIT_LWP | EXTEXIT_SETINT, 1, &t->done);
}

__attribute__((unused)) static void
mthread_entry(void *arg)
{
	struct mthread *t = arg;

	t->fn(t->arg);
	mthread_exit(t);
}

/* On a given stack of MTHREAD_STACK bytes; 0 or -errno. */
__attribute__((unused)) static long
mthread_start_on(struct mthread *t, void *stack, void (*fn)(void *), void *arg)
{
	struct lwp_params params = {.func = mthread_entry, .arg = t};

	*t = (struct mthread){.fn = fn, .arg = arg, .stack = stack};
	params.stack = (char *)stack + MTHREAD_STACK;
	params.tid1 = &t->tid;
	return sc(SYS_lwp_create, &params);
}

__attribute__((unused)) static void
mthread_start(struct mthread *t, void (*fn)(void *), void *arg)
{
	void *stack = test_private(MTHREAD_STACK);

	REQUIRE(mthread_start_on(t, stack, fn, arg) == 0);
	t->own_stack = true;
}

/* Looks again now and then: that extexit wakes sleepers has its own test. */
__attribute__((unused)) static void
mthread_join(struct mthread *t)
{
	while (load(&t->done) == 0)
		sc(SYS_umtx_sleep, &t->done, 0, 20000);
	if (t->own_stack)
		CHECK_EQ(sc(SYS_munmap, t->stack, MTHREAD_STACK), 0);
}

/*
 * What the kernel tells.
 */
#define TEST_MAXROWS 4096
static struct proc_row test_rows_buf[TEST_MAXROWS];

/* Fills test_rows_buf; how many rows there are. */
__attribute__((unused)) static int
test_proclist(void)
{
	long n = sc(SYS_proclist, test_rows_buf, TEST_MAXROWS);

	REQUIRE(n > 0);
	return n < TEST_MAXROWS ? (int)n : TEST_MAXROWS;
}

/* The first row of a process, NULL when there is none. */
__attribute__((unused)) static struct proc_row *
test_ps(pid_t pid)
{
	int n = test_proclist();

	for (int i = 0; i < n; i++)
		if (test_rows_buf[i].pid == pid)
			return &test_rows_buf[i];
	return NULL;
}

__attribute__((unused)) static bool
test_is_zombie(pid_t pid)
{
	struct proc_row *row = test_ps(pid);

	return row != NULL && row->stat == PROC_STAT_ZOMBIE;
}

__attribute__((unused)) static long
test_pin(int cpu)
{
	return sc(SYS_usched_set, 0, USCHED_SET_CPU, &cpu, sizeof(cpu));
}

/* How many CPUs there are: a child tries each. */
__attribute__((unused)) static int
test_ncpus(void)
{
	int cpu = 0;
	long pid = sc(SYS_fork);

	REQUIRE(pid >= 0);
	if (pid == 0) {
		while (cpu < 255 && test_pin(cpu) == 0)
			cpu++;
		test_exit(cpu);
	}
	cpu = WEXITSTATUS(test_wait((pid_t)pid));
	return cpu > 0 ? cpu : 1;
}
