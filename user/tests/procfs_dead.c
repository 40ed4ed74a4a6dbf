/*
 * procfs_dead.c -- files of /proc fail once their process has ended, as a
 * zombie already; they keep nobody from being reaped.
 */
#include "user/tests/proc_files.h"

TEST_ROWS("E24 X26 2.18");

static const char *const names[] = {
    "status", "map", "cmdline", "rlimit", "etype", "mem"};

#define NFILES (int)COUNT(names)

static long fds[NFILES];
static int *go;

static void
waits(void *arg)
{
	(void)arg;
	test_await(go, 1);
}

/* All of them, and the folder, say that there is no such process. */
static void
all_fail(pid_t pid, long dir)
{
	char buf[512];
	struct stat st;

	for (int i = 0; i < NFILES; i++) {
		CHECK_EQ(
		    sc(SYS_lseek, fds[i], 0, 0x400000, SEEK_SET), 0x400000);
		CHECK_EQ(sc(SYS_read, fds[i], buf, sizeof(buf)), -EIO);
		CHECK_EQ(sc(SYS_lseek, fds[i], 0, 0, SEEK_SET), 0);
		CHECK_EQ(sc(SYS_read, fds[i], buf, sizeof(buf)), -EIO);
		CHECK_EQ(proc_open(pid, names[i], O_RDONLY), -ENOENT);
	}
	CHECK_EQ(proc_open(pid, "", O_RDONLY), -ENOENT);
	snprintf(buf, sizeof(buf), "/proc/%d", (int)pid);
	CHECK_EQ(sc(SYS_stat, buf, &st), -ENOENT);
	CHECK_EQ(sc(SYS_chdir, buf), -ENOENT);
	/* "." and "..", and that is all. */
	CHECK_EQ(sc(SYS_lseek, dir, 0, 0, SEEK_SET), 0);
	CHECK_EQ(sc(SYS_getdents, dir, buf, sizeof(buf)), 2 * 24);
	CHECK_EQ(sc(SYS_getdents, dir, buf, sizeof(buf)), 0);
}

int
main(int argc, char **argv)
{
	char buf[512];
	pid_t pid;
	long dir;

	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	pid = test_fork(waits, NULL);
	dir = proc_open(pid, "", O_RDONLY);
	REQUIRE(dir >= 0);
	for (int i = 0; i < NFILES; i++) {
		fds[i] = proc_open(pid, names[i], O_RDONLY);
		REQUIRE(fds[i] >= 0);
		CHECK_EQ(sc(SYS_lseek, fds[i], 0, i < NFILES - 1 ? 0 : 0x400000,
			     SEEK_SET),
		    i < NFILES - 1 ? 0 : 0x400000);
		CHECK(sc(SYS_read, fds[i], buf, sizeof(buf)) > 0);
	}
	CHECK_EQ(sc(SYS_fchdir, dir), 0);
	test_post(go);
	test_await_zombie(pid);
	all_fail(pid, dir);
	CHECK_EQ(sc(SYS_open, "status", O_RDONLY), -ENOENT);
	/* Reaped with all of them open, and its folder somebody's own. */
	CHECK_EXIT(pid, 0);
	all_fail(pid, dir);
	CHECK_EQ(sc(SYS_open, "status", O_RDONLY), -ENOENT);
	CHECK_EQ(sc(SYS_chdir, "/"), 0);
	for (int i = 0; i < NFILES; i++)
		CHECK_EQ(sc(SYS_close, fds[i]), 0);
	CHECK_EQ(sc(SYS_close, dir), 0);
	return test_done();
}
