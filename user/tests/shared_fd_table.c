/*
 * shared_fd_table.c -- rfork(RFPROC) without RFFDG shares the table of open
 * files: what one opens or closes the other sees, and the files stay open
 * until the last of them exits.  With RFFDG it is a copy, with RFCFDG empty.
 */
#include "user/tests/test.h"

TEST_ROWS("E34 X32");

static int *shared;

/* The parent's write end is closed by itself: the child's sharing is what
 * keeps nothing open; the table dies with the last of them. */
static void
child_opens(void)
{
	struct stat st;
	long pid = sc(SYS_rfork, RFPROC);
	char c = 0;

	REQUIRE(pid >= 0);
	if (pid == 0) {
		int fds[2];

		CHECK_EQ(pipe(fds), 0);
		shared[0] = fds[0];
		shared[1] = fds[1];
		CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
		test_exit(0);
	}
	CHECK_EXIT((pid_t)pid, 0);
	CHECK_EQ(sc(SYS_fstat, shared[0], &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_EQ(sc(SYS_read, shared[0], &c, 1), 1);
	CHECK_EQ(c, 'x');
	CHECK_EQ(sc(SYS_close, shared[0]), 0);
	CHECK_EQ(sc(SYS_close, shared[1]), 0);
}

static void
child_closes(int flags, long expected)
{
	struct stat st;
	int fds[2];
	long pid;

	REQUIRE(pipe(fds) == 0);
	pid = sc(SYS_rfork, RFPROC | flags);
	REQUIRE(pid >= 0);
	if (pid == 0)
		test_exit(sc(SYS_close, fds[1]) == 0 ? 0 : 1);
	CHECK_EXIT((pid_t)pid, flags == RFCFDG ? 1 : 0);
	CHECK_EQ(sc(SYS_fstat, fds[1], &st), expected);
	sc(SYS_close, fds[0]);
	if (expected == 0)
		CHECK_EQ(sc(SYS_close, fds[1]), 0);
}

/* A and B share a table; A exits first, the pipe stays open until B does. */
static void
sharer(void *arg)
{
	int ticket = (int)(intptr_t)arg;
	long pid;

	pid = sc(SYS_rfork, RFPROC);
	REQUIRE(pid >= 0);
	if (pid == 0) {
		WAIT_UNTIL(load(&shared[2]) >= ticket);
		test_exit(0);
	}
}

static void
last_one_closes(void)
{
	static intptr_t ticket;
	char c = 0;
	int fds[2];
	pid_t pid;

	REQUIRE(pipe(fds) == 0);
	pid = test_fork(sharer, (void *)++ticket);
	sc(SYS_close, fds[0]);
	CHECK_EXIT(pid, 0);
	/* B still has the read end. */
	CHECK_EQ(sc(SYS_write, fds[1], &c, 1), 1);
	store(&shared[2], (int)ticket);
	sc(SYS_close, fds[1]);

	REQUIRE(pipe(fds) == 0);
	pid = test_fork(sharer, (void *)++ticket);
	sc(SYS_close, fds[1]);
	CHECK_EXIT(pid, 0);
	store(&shared[2], (int)ticket);
	CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 0);
	sc(SYS_close, fds[0]);
}

/* rfork() without RFPROC changes the caller's own table. */
static void
own_table(void *arg)
{
	struct stat st;
	long pid;
	int fds[2];

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	pid = sc(SYS_rfork, RFPROC);
	REQUIRE(pid >= 0);
	if (pid == 0) {
		CHECK_EQ(sc(SYS_rfork, RFFDG), 0);
		CHECK_EQ(sc(SYS_close, fds[0]), 0);
		test_exit(0);
	}
	CHECK_EXIT((pid_t)pid, 0);
	CHECK_EQ(sc(SYS_fstat, fds[0], &st), 0);
	CHECK_EQ(sc(SYS_rfork, RFCFDG), 0);
	CHECK_EQ(sc(SYS_fstat, fds[0], &st), -EBADF);
	CHECK_EQ(sc(SYS_fstat, 1, &st), -EBADF);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < 20 * test_scale; i++) {
		child_opens();
		child_closes(0, -EBADF);
		child_closes(RFFDG, 0);
		child_closes(RFCFDG, 0);
		last_one_closes();
	}
	CHECK_EXIT(test_fork(own_table, NULL), 0);
	return test_done();
}
