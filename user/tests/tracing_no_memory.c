/*
 * tracing_no_memory.c -- each allocation that /proc and ptrace make fails in
 * turn: the call says so, or gets along without, and leaves nothing behind.
 */
#include <sys/procfs.h>
#include "user/tests/proc_files.h"
#include "user/tests/trace.h"

TEST_ROWS("E75 2.17 2.18 2.43 D.oom");

#define TRIES 100

/* The call with ever more allocations that succeed, until it has all that it
 * wants; what it gives then. */
static long
fail_each(const char *what, long nr, long a, long b, long c, long d)
{
	uint64_t args[7] = {(uint64_t)a, (uint64_t)b, (uint64_t)c, (uint64_t)d};
	long got = 0, hits = 1, n;

	for (n = 0; hits != 0 && n < TRIES; n++) {
		got = sc(SYS_failcall, "*", n, 1, nr, args);
		hits = sc(SYS_failpoint, NULL, 0, 0);
		if (hits != 0 && nr == SYS_open && got >= 0)
			CHECK_EQ(sc(SYS_close, got), 0);
		CHECK(
		    hits == 0 || got >= 0 || got == -ENOMEM || got == -EFAULT);
	}
	test_note("%s: %ld allocations", what, n - 1);
	CHECK(n < TRIES);
	return got;
}

int
main(int argc, char **argv)
{
	static const char *const files[] = {"status", "map", "cmdline",
	    "rlimit", "etype", "mem", "regs", "fpregs", "file"};
	static char buf[8192], path[PROC_PATH];
	static struct ptrace_io_desc io = {PIOD_READ_D, buf, buf, sizeof(buf)};
	uint64_t attach[7] = {PT_ATTACH};
	pid_t pid;
	long fd, got;

	test_begin(argc, argv);
	memset(buf, 0, sizeof(buf));
	pid = test_fork(trace_sleeper, NULL);
	attach[1] = (uint64_t)pid;
	/* What is known of a signal may be lost, but the signal is not. */
	got = sc(SYS_failcall, "*", 0, -1, SYS_ptrace, attach);
	CHECK_EQ(got, 0);
	CHECK_STOPPED(pid, SIGSTOP);
	CHECK_EQ(fail_each("io", SYS_ptrace, PT_IO, pid, (long)&io, 0), 0);
	/* It says how far it has come: less each time. */
	CHECK(io.piod_len > 0 && io.piod_len <= sizeof(buf));
	CHECK_EQ(
	    fail_each("regs", SYS_ptrace, PT_GETREGS, pid, (long)buf, 0), 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		fd = fail_each(files[i], SYS_open, (long)path, O_RDONLY, 0, 0);
		CHECK(fd >= 0);
		sc(SYS_lseek, fd, 0, i == 5 ? 0x400000 : 0, SEEK_SET);
		CHECK(fail_each("read", SYS_read, fd, (long)buf, 256, 0) > 0);
		if (i == 5)
			CHECK_EQ(fail_each("ioctl", SYS_ioctl, fd, PIOCBIS,
				     S_EXIT, 0),
			    0);
		CHECK_EQ(fail_each("close", SYS_close, fd, 0, 0, 0), 0);
	}
	fd = sc(SYS_open, "/proc", O_RDONLY, 0);
	CHECK(fail_each("list", SYS_getdents, fd, (long)buf, 4096, 0) > 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(
	    fail_each("detach", SYS_ptrace, PT_DETACH, pid, 1, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	return test_done();
}
