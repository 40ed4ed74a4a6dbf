/*
 * close_on_exec.c -- exec closes the descriptors that are marked so and keeps
 * the others, also when the table was shared: the other sharer keeps all.
 */
#include "user/tests/test.h"

TEST_ROWS("E32 E34 2.10");

static const char *self;

static void
execs(void *arg)
{
	char *argv[] = {(char *)(uintptr_t)self, arg, NULL};

	sc(SYS_execve, self, argv, argv + 1);
	test_exit(9);
}

/* The new image: descriptor 20 is there, 21 is not. */
static int
new_image(void)
{
	struct stat st;

	if (sc(SYS_fstat, 20, &st) != 0)
		return 1;
	return sc(SYS_fstat, 21, &st) == -EBADF ? 0 : 2;
}

int
main(int argc, char **argv)
{
	char word[] = "--new";
	struct stat st;
	long fd, kept, pid;

	if (argc == 2 && strcmp(argv[1], word) == 0)
		return new_image();
	test_begin(argc, argv);
	self = argv[0];
	kept = sc(SYS_open, "/dev/null", O_RDONLY, 0);
	REQUIRE(kept >= 0);
	CHECK_EQ(sc(SYS_dup2, kept, 20), 20);
	sc(SYS_close, kept);
	/* Fill up to 21, which gets the mark. */
	do
		fd = sc(SYS_open, "/dev/zero", O_RDONLY | O_CLOEXEC, 0);
	while (fd >= 0 && fd < 21);
	CHECK_EQ(fd, 21);
	CHECK_EXIT(test_fork(execs, word), 0);
	CHECK_EQ(sc(SYS_fstat, 21, &st), 0);
	/* A shared table: exec takes a copy of its own. */
	pid = sc(SYS_rfork, RFPROC);
	REQUIRE(pid >= 0);
	if (pid == 0)
		execs(word);
	CHECK_EXIT((pid_t)pid, 0);
	CHECK_EQ(sc(SYS_fstat, 21, &st), 0);
	return test_done();
}
