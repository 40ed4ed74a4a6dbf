/*
 * bad_pointers.c -- every system call that takes an address is given bad ones:
 * NULL, unmapped, read-only for a result, of the kernel, impossible, at the
 * end of the map, and across it: EFAULT, and nothing has changed.
 */
#include "user/tests/test.h"
#include <sys/uio.h>

TEST_ROWS("D.copyin E04 E75 2.36");

static char *edge; /* the end of mapped memory; what follows is not mapped */
static char *readonly;
static int pipe_fds[2];

#define NBAD 12
static uintptr_t bad[NBAD];

/* Addresses that are bad for n bytes to be read; the last one only for
 * writing. */
static void
make_bad(void)
{
	const uintptr_t fixed[] = {0, 8, 0xfff8, (uintptr_t)edge,
	    (uintptr_t)edge - 1, 0x00007ffffffff000U, 0x00007ffffffffffcU,
	    0x0000800000000000U, 0x8000000000000000U, 0xffff800000100000U,
	    0xffffffff80100000U, UINTPTR_MAX - 2};

	memcpy(bad, fixed, sizeof(fixed));
}

static void
check(const char *name, long got, uintptr_t addr)
{
	if (got == -EFAULT)
		return;
	test_note("%s(%#lx) gives %ld", name, (long)addr, got);
	CHECK(!"EFAULT");
}

#define TRY(name, ...) check(#name, sc(SYS_##name, __VA_ARGS__), p)

/* Addresses that the kernel reads. */
static void
reads(uintptr_t p)
{
	static char *args[] = {NULL};

	TRY(write, pipe_fds[1], p, 16);
	TRY(open, p, O_RDONLY, 0);
	TRY(execve, p, args, args);
	/* NULL is an empty list to some. */
	if (p != 0) {
		TRY(execve, "/tests/bad_pointers", p, args);
		TRY(execve, "/tests/bad_pointers", args, p);
	}
	TRY(nanosleep, p, NULL);
	TRY(setrlimit, RLIMIT_NOFILE, p);
	TRY(lwp_create, p);
	TRY(usched_set, 0, USCHED_SET_CPU, p, 4);
	TRY(umtx_sleep, p, 0, 1000);
}

/* Addresses that the kernel writes to. */
static void
writes(uintptr_t p, int readable_fd)
{
	int fd;

	TRY(read, readable_fd, p, 16);
	TRY(fstat, 0, p);
	TRY(getrusage, RUSAGE_SELF, p);
	TRY(getrlimit, RLIMIT_NOFILE, p);
	TRY(clock_gettime, CLOCK_MONOTONIC, p);
	TRY(usched_set, 0, USCHED_GET_CPU, p, 4);
	/* NULL may mean that nothing is wanted. */
	if (p != 0) {
		TRY(gettimeofday, p, NULL);
		TRY(census, p, 4);
		TRY(proclist, p, 4);
		TRY(exitstages, p, 4);
		TRY(procctl, P_PID, getpid(), PROC_REAP_STATUS, p);
	}
	TRY(extexit, EXTEXIT_LWP | EXTEXIT_SETINT, 1, p);
	fd = (int)sc(SYS_open, "/tests", O_RDONLY, 0);
	CHECK(fd >= 0);
	TRY(getdents, fd, p, 1024);
	sc(SYS_close, fd);
}

static void
exits(void *arg)
{
	(void)arg;
	test_exit(1);
}

/* The child may be gone afterwards: one for each. */
static void
waits(uintptr_t p)
{
	pid_t pid = test_fork(exits, NULL);

	TRY(wait4, pid, p, 0, NULL);
	sc(SYS_wait4, pid, NULL, 0, NULL);
	pid = test_fork(exits, NULL);
	TRY(wait4, pid, NULL, 0, p);
	sc(SYS_wait4, pid, NULL, 0, NULL);
	pid = test_fork(exits, NULL);
	TRY(wait6, P_PID, pid, NULL, WEXITED, p, NULL);
	sc(SYS_wait4, pid, NULL, 0, NULL);
	pid = test_fork(exits, NULL);
	TRY(wait6, P_PID, pid, NULL, WEXITED, NULL, p);
	sc(SYS_wait4, pid, NULL, 0, NULL);
}

/* A string that runs off the map, one that ends just in time. */
static void
strings(void)
{
	int fd;

	memcpy(edge - 6, "/tests", 6);
	CHECK_EQ(sc(SYS_open, edge - 6, O_RDONLY, 0), -EFAULT);
	memcpy(edge - 10, "/dev/null", 10);
	fd = (int)sc(SYS_open, edge - 10, O_RDONLY, 0);
	CHECK(fd >= 0);
	sc(SYS_close, fd);
}

/* Wholly inside, up to the last byte: fine. */
static void
at_the_edge(void)
{
	struct timespec *ts = (struct timespec *)edge - 1;
	int *word = (int *)edge - 1;

	CHECK_EQ(sc(SYS_clock_gettime, CLOCK_MONOTONIC, ts), 0);
	CHECK_EQ(
	    sc(SYS_clock_gettime, CLOCK_MONOTONIC, (char *)ts + 1), -EFAULT);
	CHECK_EQ(
	    sc(SYS_clock_gettime, CLOCK_MONOTONIC, (char *)ts + 8), -EFAULT);
	CHECK_EQ(sc(SYS_usched_set, 0, USCHED_GET_CPU, word, 4), 0);
	CHECK_EQ(sc(SYS_write, pipe_fds[1], edge - 5, 5), 5);
	CHECK_EQ(sc(SYS_read, pipe_fds[0], edge - 5, 5), 5);
	CHECK_EQ(sc(SYS_write, pipe_fds[1], edge - 5, 0), 0);
}

/* One good piece, one bad: what is said to have gone through a pipe has, and
 * what has not is still there. */
static void
pieces(void)
{
	struct iovec iov[2] = {{edge - 10, 10}, {edge, 10}};
	char got[20];

	CHECK_EQ(sc(SYS_fcntl, pipe_fds[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_writev, pipe_fds[1], iov, 2), -EFAULT);
	CHECK_EQ(sc(SYS_read, pipe_fds[0], got, sizeof(got)), -EAGAIN);
	CHECK_EQ(sc(SYS_write, pipe_fds[1], "0123456789abcdef", 16), 16);
	CHECK_EQ(sc(SYS_readv, pipe_fds[0], iov, 2), -EFAULT);
	CHECK_EQ(sc(SYS_read, pipe_fds[0], got, sizeof(got)), 16);
	CHECK(memcmp(got, "0123456789abcdef", 16) == 0);
}

/* Lengths that lie. */
static void
lengths(void)
{
	long got;

	got = sc(SYS_write, pipe_fds[1], edge - 16, ~0UL);
	CHECK(got == -EINVAL || got == -EFAULT);
	got = sc(SYS_read, pipe_fds[0], edge - 16, 1UL << 63);
	CHECK(got == -EINVAL || got == -EFAULT);
	got = sc(SYS_census, edge - 4096, 0);
	CHECK(got > 0);
	got = sc(SYS_proclist, edge - 4096, -1);
	CHECK(got == -EINVAL || got == -EFAULT || got > 0);
}

int
main(int argc, char **argv)
{
	long zero;

	test_begin(argc, argv);
	/* What is mapped later could fill the hole. */
	readonly = test_private(TEST_PAGE);
	edge = test_private(3 * TEST_PAGE);
	edge += 2 * TEST_PAGE;
	memset(edge - 2 * TEST_PAGE, 1, 2 * TEST_PAGE);
	REQUIRE(sc(SYS_munmap, edge, TEST_PAGE) == 0);
	memset(readonly, 0x77, TEST_PAGE);
	REQUIRE(sc(SYS_mprotect, readonly, TEST_PAGE, PROT_READ) == 0);
	zero = sc(SYS_open, "/dev/zero", O_RDONLY, 0);
	REQUIRE(zero >= 0 && pipe(pipe_fds) == 0);
	make_bad();
	for (size_t i = 0; i < NBAD; i++) {
		reads(bad[i]);
		writes(bad[i], (int)zero);
		if (bad[i] != 0)
			waits(bad[i]);
	}
	writes((uintptr_t)readonly, (int)zero);
	waits((uintptr_t)readonly);
	for (size_t i = 0; i < TEST_PAGE; i++)
		CHECK_EQ(readonly[i], 0x77);
	writes((uintptr_t)strings, (int)zero);
	strings();
	at_the_edge();
	pieces();
	lengths();
	CHECK_EQ(sc(SYS_lwp_kill, -1, 1, 0), -ESRCH);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	return test_done();
}
