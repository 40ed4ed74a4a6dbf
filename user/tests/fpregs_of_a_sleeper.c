/*
 * fpregs_of_a_sleeper.c -- a debugger writes the floating point registers of a
 * process that is stopped where it sleeps, and that wakes at that moment:
 * whatever is written, the CPU is never asked to load what it would refuse.
 */
#include <signal.h>
#include "user/tests/proc_files.h"
#include "user/tests/trace.h"

TEST_ROWS("2.17 2.18 D.memory");

#define MXCSR_ALLOWED 0xffffU

static int rounds, meet; /* of the debugger and its thread */
static int fds[2];

static void
wakes(void *arg)
{
	(void)arg;
	for (int i = 0; i < rounds; i++) {
		test_barrier(&meet, 2);
		CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
		test_barrier(&meet, 2);
	}
}

/* Reads on, and looks at what it has got, until the other end is shut. */
static void
reads(void *arg)
{
	uint32_t mxcsr;
	char c;

	(void)arg;
	close(fds[1]);
	while (sc(SYS_read, fds[0], &c, 1) == 1) {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		CHECK_EQ(mxcsr & ~MXCSR_ALLOWED, 0);
	}
}

int
main(int argc, char **argv)
{
	struct fpreg r;
	struct mthread t;
	pid_t pid;
	long fd;

	test_begin(argc, argv);
	rounds = test_rounds(20, 500);
	REQUIRE(pipe(fds) == 0);
	pid = test_fork(reads, NULL);
	fd = proc_open(pid, "fpregs", O_RDWR);
	REQUIRE(fd >= 0);
	mthread_start(&t, wakes, NULL);
	for (int i = 0; i < rounds; i++) {
		int status;

		CHECK_EQ(kill(pid, SIGSTOP), 0);
		CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
		CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_SET), 0);
		CHECK_EQ(sc(SYS_read, fd, &r, sizeof(r)), sizeof(r));
		memset((char *)&r + 24, 0xff, 4);
		CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_SET), 0);
		test_barrier(&meet, 2);
		CHECK_EQ(sc(SYS_write, fd, &r, sizeof(r)), sizeof(r));
		test_barrier(&meet, 2);
		CHECK_EQ(kill(pid, SIGCONT), 0);
	}
	mthread_join(&t);
	close(fds[1]);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	return test_done();
}
