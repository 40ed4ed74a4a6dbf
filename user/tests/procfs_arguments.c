/*
 * procfs_arguments.c -- what /proc refuses: names that are none, making and
 * removing, other users' memory, bad pointers; and nothing has changed.
 */
#include "user/tests/proc_files.h"

TEST_ROWS("2.18 2.34");

#define USER 1000

static int *go;

static void
names(void)
{
	static const char *const none[] = {"/proc/x", "/proc/01", "/proc/-1",
	    "/proc/1x", "/proc/99999999999", "/proc/curproc/none",
	    "/proc/curproc/statu", "/proc/curproc/status2", "/proc/65000"};

	for (size_t i = 0; i < COUNT(none); i++)
		CHECK_EQ(sc(SYS_open, none[i], O_RDONLY, 0), -ENOENT);
	CHECK_EQ(sc(SYS_open, "/proc/1/status/x", O_RDONLY, 0), -ENOTDIR);
	CHECK_EQ(sc(SYS_open, "/proc/1", O_WRONLY, 0), -EISDIR);
	CHECK_EQ(sc(SYS_open, "/proc/new", O_WRONLY | O_CREAT, 0644), -EROFS);
	CHECK_EQ(sc(SYS_open, "/proc/1/new", O_WRONLY | O_CREAT, 0644), -EROFS);
	CHECK_EQ(sc(SYS_open, "/proc/1/mem", O_RDWR | O_CREAT | O_EXCL, 0644),
	    -EEXIST);
	CHECK_EQ(sc(SYS_mkdir, "/proc/7new", 0755), -EROFS);
	CHECK_EQ(sc(SYS_unlink, "/proc/1/mem"), -EROFS);
	CHECK_EQ(sc(SYS_rmdir, "/proc/1"), -EROFS);
	CHECK_EQ(sc(SYS_rmdir, "/proc"), -EBUSY);
	CHECK_EQ(sc(SYS_unlink, "/proc"), -EPERM);
	CHECK_EQ(sc(SYS_access, "/proc/1/status", R_OK), 0);
	CHECK_EQ(sc(SYS_access, "/proc/1/status", X_OK), -EACCES);
}

static void
transfers(void)
{
	char buf[128];
	long fd = sc(SYS_open, "/proc/curproc/status", O_RDWR | O_TRUNC, 0);

	REQUIRE(fd >= 0);
	CHECK_EQ(sc(SYS_write, fd, "x", 1), -EINVAL);
	CHECK_EQ(sc(SYS_write, fd, "x", 0), 0);
	CHECK_EQ(sc(SYS_read, fd, 8, 100), -EFAULT);
	CHECK_EQ(sc(SYS_read, fd, buf, 0), 0);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_END), -EINVAL);
	CHECK_EQ(sc(SYS_lseek, fd, 0, INT64_MAX, SEEK_SET), INT64_MAX);
	CHECK_EQ(sc(SYS_read, fd, buf, sizeof(buf)), 0);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 1, SEEK_CUR), -EOVERFLOW);
	CHECK_EQ(sc(SYS_ftruncate, fd, 0, 0), -EINVAL);
	CHECK(sc(SYS_mmap, 0, TEST_PAGE, PROT_READ, MAP_SHARED, fd, 0, 0) < 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	fd = sc(SYS_open, "/proc/curproc/note", O_WRONLY, 0);
	REQUIRE(fd >= 0);
	CHECK_EQ(sc(SYS_write, fd, "hello", 5), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_write, fd, 8, 5), -EFAULT);
	CHECK_EQ(sc(SYS_write, fd, buf, 65), -EMSGSIZE);
	CHECK_EQ(sc(SYS_read, fd, buf, 5), -EBADF);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Another user's process: what all may read, and no more.  An open file does
 * not keep the right that its opener has lost. */
static void
as_user(void *arg)
{
	pid_t root = *(pid_t *)arg, mine;
	char buf[64];
	long fd = proc_open(root, "mem", O_RDWR);

	REQUIRE(fd >= 0);
	CHECK_EQ(proc_peek(fd, &go, buf, 8), 8);
	CHECK_EQ(sc(SYS_setuid, USER), 0);
	CHECK_EQ(proc_peek(fd, &go, buf, 8), -EPERM);
	CHECK_EQ(proc_poke(fd, &go, buf, 8), -EPERM);
	CHECK_EQ(proc_open(root, "mem", O_RDONLY), -EACCES);
	CHECK(proc_read(root, "status", buf, sizeof(buf)) > 0);
	/* It has changed its identity: so has its child. */
	mine = test_fork(proc_sleeper, NULL);
	CHECK_EQ(sc(SYS_close, fd), 0);
	fd = proc_open(mine, "mem", O_RDWR);
	REQUIRE(fd >= 0);
	CHECK_EQ(proc_peek(fd, &go, buf, 8), -EPERM);
	CHECK_EQ(sc(SYS_open, "/proc/new", O_WRONLY | O_CREAT, 0644), -EACCES);
	CHECK_EQ(sc(SYS_kill, mine, SIGKILL), 0);
	CHECK_KILLED(mine, SIGKILL);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	names();
	transfers();
	pid = test_fork(proc_sleeper, NULL);
	CHECK_EXIT(test_fork(as_user, &pid), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(proc_open(0, "mem", O_RDWR) >= 0, 1);
	return test_done();
}
