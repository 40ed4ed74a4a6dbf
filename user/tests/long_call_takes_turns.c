/*
 * long_call_takes_turns.c -- a system call that moves a gigabyte shares its CPU
 * with another process's user mode while it lasts.
 */
#include <sys/uio.h>
#include "user/tests/test.h"

TEST_ROWS("X53");

#define PIECES 1024
#define PIECE (1UL << 20)
#define SLICE_MS 10

static int *rounds; /* shared: what the other has done */

static void
spin(void *arg)
{
	(void)arg;
	CHECK_EQ(test_pin(0), 0);
	for (;;) {
		test_spin();
		add(rounds, 1);
	}
}

int
main(int argc, char **argv)
{
	static struct iovec iov[PIECES];
	char *piece;
	int before, slice, n;
	pid_t pid;
	long fd;

	test_begin(argc, argv);
	rounds = test_shared(TEST_PAGE);
	piece = test_private(PIECE);
	memset(piece, 1, PIECE);
	for (int i = 0; i < PIECES; i++)
		iov[i] = (struct iovec){piece, PIECE};
	n = test_brief ? PIECES / 2 : PIECES;
	fd = sc(SYS_open, "/dev/zero", O_RDONLY);
	REQUIRE(fd >= 0);
	pid = test_fork(spin, NULL);
	CHECK_EQ(test_pin(0), 0);
	WAIT_UNTIL(load(rounds) != 0);
	before = load(rounds);
	test_sleep_ms(10 * SLICE_MS);
	slice = (load(rounds) - before) / 10;
	before = load(rounds);
	CHECK_EQ(sc(SYS_readv, fd, iov, n), n * PIECE);
	/* One slice it gets in any case, when the call has ended. */
	CHECK(load(rounds) - before > 3 * slice);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	return test_done();
}
