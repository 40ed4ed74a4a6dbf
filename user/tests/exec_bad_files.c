/*
 * exec_bad_files.c -- damaged programs are refused with ENOEXEC, and the
 * caller lives on.  They are made on the host (tests/mkbadelf) and arrive
 * below /extra/bad by `--extra`; without them there is nothing to test.  A
 * file whose name begins with "runs-" may start, and must then die by a
 * signal or exit; one whose name begins with "works-" must exit with 0.
 */
#include <sys/dirent.h>
#include "user/tests/test.h"

TEST_ROWS("2.10");

#define FOLDER "/extra/bad"

static void
run(void *arg)
{
	char *argv[] = {arg, NULL};

	test_exit((int)-sc(SYS_execve, arg, argv, argv + 1));
}

static void
try(const char *name)
{
	char path[300];
	long status, expected;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	status = test_wait(test_fork(run, path));
	if (strncmp(name, "runs-", 5) == 0) {
		CHECK(status >= 0);
		return;
	}
	expected = strncmp(name, "works-", 6) == 0 ? 0 : ENOEXEC << 8;
	if (status != expected)
		test_note("%s: status 0x%lx", name, status);
	CHECK_EQ(status, expected);
}

int
main(int argc, char **argv)
{
	static _Alignas(8) char buf[4096];
	long fd, n, tried = 0;

	test_begin(argc, argv);
	fd = sc(SYS_open, FOLDER, O_RDONLY, 0);
	if (fd < 0) {
		test_note("no " FOLDER ": nothing tried");
		return test_done();
	}
	while ((n = sc(SYS_getdents, fd, buf, sizeof(buf))) > 0) {
		struct dirent *d = (struct dirent *)buf;

		for (; (char *)d < buf + n; d = _DIRENT_NEXT(d))
			if (d->d_name[0] != '.') {
				try(d->d_name);
				tried++;
			}
	}
	sc(SYS_close, fd);
	test_note("%ld damaged programs tried", tried);
	return test_done();
}
