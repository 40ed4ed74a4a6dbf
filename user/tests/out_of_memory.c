/*
 * out_of_memory.c -- when memory is at its end, mmap, brk, fork, lwp_create,
 * execve and the system calls that touch memory say ENOMEM, EAGAIN or EFAULT,
 * the machine lives on, and when the hog has died all is back.  On a machine
 * with much memory the hog stops early and only the calls are tried.
 */
#include "user/tests/test.h"

TEST_ROWS("D.oom E75 E88");

#define CHUNK (1UL << 20)
#define MOST 600 /* chunks */
#define MAXCHILDREN 1000
#define MAXTHREADS 2000

static int *shared;

static bool
no_memory(long error)
{
	return error == -ENOMEM || error == -EAGAIN || error == -EFAULT;
}

/* Touches memory by read(), which fails where an instruction would kill. */
static size_t
fill_memory(long zero)
{
	size_t n = 0;

	while (n < MOST) {
		long p = sc(SYS_mmap, 0, CHUNK, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANON, -1, 0, 0);
		long got;

		if (p < 0) {
			CHECK(no_memory(p));
			break;
		}
		got = sc(SYS_read, zero, p, CHUNK);
		if (got != (long)CHUNK) {
			CHECK(got > 0 || no_memory(got));
			break;
		}
		n++;
	}
	return n;
}

static void
hog(void *arg)
{
	char *argv[] = {arg, (char *)(uintptr_t) "--exit-7", NULL};
	long zero = sc(SYS_open, "/dev/zero", O_RDONLY, 0), error, pid;

	REQUIRE(zero >= 0);
	shared[0] = (int)fill_memory(zero);
	/* Whatever these answer, the kernel stands. */
	for (int i = 0; i < 20; i++) {
		pid = sc(SYS_fork);
		if (pid == 0)
			test_exit(0);
		if (pid > 0)
			sc(SYS_wait4, pid, NULL, 0, NULL);
		else
			CHECK(no_memory(pid));
	}
	error = sc(SYS_break, (char *)sbrk(0) + (16 << 20));
	CHECK(error >= 0 || no_memory(error));
	if (shared[1] == 0)
		test_exit(7);
	error = sc(SYS_execve, arg, argv, argv + 2);
	CHECK(no_memory(error));
	test_exit(7);
}

static void
until_gate(void *arg)
{
	const int *fds = arg;
	char c;

	sc(SYS_close, fds[1]);
	sc(SYS_read, fds[0], &c, 1);
}

/* As many processes as there can be, up to a thousand. */
static void
many_processes(void *arg)
{
	int fds[2], n = 0;
	long pid = 0;

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	while (n < MAXCHILDREN && (pid = sc(SYS_fork)) >= 0) {
		if (pid == 0) {
			until_gate(fds);
			test_exit(0);
		}
		n++;
	}
	CHECK(n == MAXCHILDREN || no_memory(pid));
	shared[2] = n;
	sc(SYS_close, fds[1]);
	while (n-- > 0)
		CHECK(sc(SYS_wait4, -1, NULL, 0, NULL) > 0);
}

static void
sleeps(void *arg)
{
	for (;;)
		sc(SYS_umtx_sleep, arg, 0, 0);
}

/* As many threads, all on one small stack: they never use it. */
static void
many_threads(void *arg)
{
	static char stack[16384] __attribute__((aligned(16)));
	static int word;
	int n = 0;
	long error = 0;

	(void)arg;
	while (n < MAXTHREADS) {
		struct lwp_params params = {.func = sleeps,
		    .arg = &word,
		    .stack = stack + sizeof(stack) - n * 8 % 8192};

		error = sc(SYS_lwp_create, &params);
		if (error != 0)
			break;
		n++;
	}
	CHECK(error == 0 || no_memory(error));
	shared[3] = n;
	test_exit(6);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--exit-7") == 0)
		test_exit(7);
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < test_rounds(2, 2); i++) {
		long status;

		shared[1] = i & 1;
		status = test_wait(test_fork(hog, argv[0]));
		/* A bare instruction may have been the one without memory. */
		CHECK(status == 7 << 8 || WIFSIGNALED(status));
		CHECK_EXIT(test_fork(many_processes, NULL), 0);
		CHECK_EXIT(test_fork(many_threads, NULL), 6);
	}
	test_note(
	    "%d MB, %d processes, %d threads", shared[0], shared[2], shared[3]);
	return test_done();
}
