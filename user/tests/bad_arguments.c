/*
 * bad_arguments.c -- system calls with numbers that make no sense give the
 * error that fits and change nothing: descriptors, lengths, flags, offsets.
 */
#include "user/tests/test.h"

TEST_ROWS("E.errors 3.4");

static void
descriptors(void)
{
	static const int bad[] = {
	    -1, -2, 3000, 100000, 0x7fffffff, -0x7fffffff - 1};
	struct stat st;
	char c;

	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK_EQ(sc(SYS_read, bad[i], &c, 1), -EBADF);
		CHECK_EQ(sc(SYS_write, bad[i], &c, 1), -EBADF);
		CHECK_EQ(sc(SYS_close, bad[i]), -EBADF);
		CHECK_EQ(sc(SYS_fstat, bad[i], &st), -EBADF);
		CHECK_EQ(sc(SYS_dup, bad[i]), -EBADF);
		CHECK_EQ(sc(SYS_dup2, bad[i], 5), -EBADF);
		CHECK_EQ(
		    sc(SYS_dup2, 0, bad[i] > 0 ? 0x7ffffff0 : bad[i]), -EBADF);
		CHECK_EQ(sc(SYS_lseek, bad[i], 0, 0, SEEK_SET), -EBADF);
		CHECK_EQ(sc(SYS_getdents, bad[i], &c, 1), -EBADF);
		CHECK_EQ(
		    sc(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, bad[i], 0, 0),
		    -EBADF);
	}
}

static void
files(char *self)
{
	char buf[16];
	int fds[2];
	long fd, zero, got;

	fd = sc(SYS_open, self, O_RDONLY, 0);
	REQUIRE(fd >= 0);
	CHECK_EQ(sc(SYS_write, fd, buf, 1), -EBADF);
	CHECK_EQ(sc(SYS_lseek, fd, 0, -1, SEEK_SET), -EINVAL);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 0, 99), -EINVAL);
	CHECK(sc(SYS_lseek, fd, 0, 0, SEEK_END) > 1000);
	CHECK_EQ(sc(SYS_read, fd, buf, 4), 0);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 1L << 40, SEEK_SET), 1L << 40);
	CHECK_EQ(sc(SYS_read, fd, buf, 4), 0);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 1, SEEK_SET), 1);
	CHECK_EQ(sc(SYS_read, fd, buf, 3), 3);
	CHECK(memcmp(buf, "ELF", 3) == 0);
	CHECK_EQ(sc(SYS_read, fd, buf, 0), 0);
	got = sc(SYS_getdents, fd, buf, 16);
	CHECK(got == -EINVAL || got == -ENOTDIR);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(sc(SYS_close, fd), -EBADF);

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(sc(SYS_lseek, fds[0], 0, 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(sc(SYS_write, fds[0], buf, 1), -EBADF);
	CHECK_EQ(sc(SYS_read, fds[1], buf, 1), -EBADF);
	close(fds[0]);
	close(fds[1]);

	CHECK_EQ(sc(SYS_open, "/does/not/exist", O_RDONLY, 0), -ENOENT);
	got = sc(SYS_open, "/tests", O_RDWR, 0);
	CHECK(got == -EISDIR || got == -EROFS);
	zero = sc(SYS_open, "/dev/zero", O_RDWR, 0);
	buf[15] = 1;
	CHECK_EQ(sc(SYS_read, zero, buf, 16), 16);
	CHECK_EQ(buf[15], 0);
	CHECK_EQ(sc(SYS_write, zero, buf, 16), 16);
	sc(SYS_close, zero);
	zero = sc(SYS_open, "/dev/null", O_RDWR, 0);
	CHECK_EQ(sc(SYS_read, zero, buf, 16), 0);
	CHECK_EQ(sc(SYS_write, zero, buf, 16), 16);
	sc(SYS_close, zero);
}

static void
long_names(void)
{
	static char name[8192];
	long got;

	memset(name, 'a', sizeof(name) - 1);
	got = sc(SYS_open, name, O_RDONLY, 0);
	CHECK(got == -ENAMETOOLONG);
	name[0] = '/';
	name[500] = '\0';
	got = sc(SYS_open, name, O_RDONLY, 0);
	CHECK(got == -ENAMETOOLONG || got == -ENOENT);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	descriptors();
	files(argv[0]);
	long_names();
	return test_done();
}
