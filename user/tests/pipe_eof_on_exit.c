/*
 * pipe_eof_on_exit.c -- the exit of the last process that holds a pipe's end
 * closes it: the reader finds the end of file, the writer an error, whether
 * they slept already or come later; also when the holder is killed, and before
 * it is reaped.
 */
#include "user/tests/test.h"

TEST_ROWS("E32 X32");

static void
holds_until_killed(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000);
}

static void
says_and_exits(void *arg)
{
	const int *fds = arg;

	CHECK_EQ(sc(SYS_write, fds[1], "bye", 3), 3);
}

static void
reader(void)
{
	char buf[8];
	int fds[2];
	pid_t pid;

	REQUIRE(pipe(fds) == 0);
	pid = test_fork(says_and_exits, fds);
	sc(SYS_close, fds[1]);
	/* Not reaped: the zombie must hold no file. */
	CHECK_EQ(sc(SYS_read, fds[0], buf, sizeof(buf)), 3);
	CHECK(memcmp(buf, "bye", 3) == 0);
	CHECK_EQ(sc(SYS_read, fds[0], buf, sizeof(buf)), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_read, fds[0], buf, sizeof(buf)), 0);
	sc(SYS_close, fds[0]);
}

static void
reader_of_killed(void)
{
	int fds[2];
	pid_t pid;
	char c;

	REQUIRE(pipe(fds) == 0);
	pid = test_fork(holds_until_killed, NULL);
	sc(SYS_close, fds[1]);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 0);
	CHECK_KILLED(pid, SIGKILL);
	sc(SYS_close, fds[0]);
}

/* Writes until it sleeps; ends with EPIPE, or by SIGPIPE where there is. */
static void
writes(void *arg)
{
	static char buf[4096];
	const int *fds = arg;
	long n;

	sc(SYS_close, fds[0]);
	while ((n = sc(SYS_write, fds[1], buf, sizeof(buf))) > 0)
		;
	CHECK_EQ(n, -EPIPE);
}

static void
reads_one_and_exits(void *arg)
{
	const int *fds = arg;
	char c;

	sc(SYS_close, fds[1]);
	sc(SYS_read, fds[0], &c, 1);
}

static void
writer(void)
{
	long status;
	int fds[2];
	pid_t w, r;

	REQUIRE(pipe(fds) == 0);
	r = test_fork(reads_one_and_exits, fds);
	w = test_fork(writes, fds);
	sc(SYS_close, fds[0]);
	sc(SYS_close, fds[1]);
	CHECK_EXIT(r, 0);
	status = test_wait(w);
	CHECK(status == 0 || status == SIGPIPE);
}

/* Three processes hold the end: only the last one counts. */
static void
last_of_three(void)
{
	pid_t pids[3];
	int fds[2];
	char c;

	REQUIRE(pipe(fds) == 0);
	for (int i = 0; i < 3; i++)
		pids[i] = test_fork(holds_until_killed, NULL);
	sc(SYS_close, fds[1]);
	for (int i = 0; i < 3; i++)
		sc(SYS_kill, pids[i], SIGKILL);
	CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 0);
	for (int i = 0; i < 3; i++)
		CHECK_KILLED(pids[i], SIGKILL);
	sc(SYS_close, fds[0]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < 50 * test_scale; i++) {
		reader();
		reader_of_killed();
		writer();
		last_of_three();
	}
	return test_done();
}
