/*
 * exit_status.c -- the parent sees the low eight bits of what _exit() was
 * given, as a normal exit, whatever the other bits are.
 */
#include "user/tests/test.h"

TEST_ROWS("E01 X1");

static void
one(int value)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(value);
	REQUIRE(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status) && !WIFSIGNALED(status) &&
	      !WIFSTOPPED(status) && !WIFCONTINUED(status));
	CHECK_EQ(WEXITSTATUS(status), value & 255);
	CHECK_EQ(status, (value & 255) << 8);
}

int
main(int argc, char **argv)
{
	static const int odd[] = {256, 257, -1, 0x1ff, 0x12345, 0x7fffffff,
	    -0x7fffffff - 1, 0x80, 0x7f00, 19};

	test_begin(argc, argv);
	for (int i = 0; i < 256; i++)
		one(i);
	for (size_t i = 0; i < COUNT(odd); i++)
		one(odd[i]);
	return test_done();
}
