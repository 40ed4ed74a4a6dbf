/*
 * kqueue_files.c -- EVFILT_READ and EVFILT_WRITE: pipes, their ends, regular
 * files, devices, kqueues; a descriptor that is closed takes its knotes along.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26");

static int kq;
static int fds[2];

static long
change(int fd, int filter, int flags)
{
	return kq_change(kq, (uintptr_t)fd, filter, flags, 0, 0);
}

/* How many events there are. */
static long
pending(void)
{
	struct kevent kev[8];

	return kq_look(kq, kev, 8);
}

#define CHECK_NEXT(fd, filter, n, eof) next_is(__LINE__, fd, filter, n, eof)
static void
next_is(int line, int fd, int filter, int64_t n, unsigned eof)
{
	struct kevent kev = kq_next(kq);

	kq_equal(&kev, line, (uintptr_t)fd, filter, 0, n);
	CHECK_EQ(kev.flags & EV_EOF, eof);
}

static void
pipe_read(void)
{
	char buf[16];

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(write(fds[1], "hello", 5), 5);
	/* As long as there is something: each time. */
	CHECK_NEXT(fds[0], EVFILT_READ, 5, 0);
	CHECK_NEXT(fds[0], EVFILT_READ, 5, 0);
	CHECK_EQ(read(fds[0], buf, 2), 2);
	CHECK_NEXT(fds[0], EVFILT_READ, 3, 0);
	CHECK_EQ(read(fds[0], buf, 3), 3);
	CHECK_EQ(pending(), 0);
	/* EV_CLEAR: once for each news. */
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_DELETE), 0);
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_ADD | EV_CLEAR), 0);
	CHECK_EQ(write(fds[1], "hello", 5), 5);
	CHECK_NEXT(fds[0], EVFILT_READ, 5, 0);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(write(fds[1], "!", 1), 1);
	CHECK_NEXT(fds[0], EVFILT_READ, 6, 0);
	/* The other end goes. */
	CHECK_EQ(close(fds[1]), 0);
	CHECK_NEXT(fds[0], EVFILT_READ, 6, EV_EOF);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(pending(), 0);
}

static void
pipe_write(void)
{
	static char block[4096];
	int total = 0;
	long n;

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(sc(SYS_fcntl, fds[1], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(change(fds[1], EVFILT_READ, EV_ADD), -EINVAL);
	CHECK_EQ(change(fds[0], EVFILT_WRITE, EV_ADD), -EINVAL);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_ADD), 0);
	CHECK_EQ(pending(), 1);
	while ((n = sc(SYS_write, fds[1], block, sizeof(block))) > 0)
		total += (int)n;
	CHECK_EQ(n, -EAGAIN);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(read(fds[0], block, sizeof(block)), sizeof(block));
	CHECK_NEXT(fds[1], EVFILT_WRITE, sizeof(block), 0);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_DISABLE), 0);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_ENABLE | EV_ONESHOT), 0);
	CHECK_EQ(pending(), 1);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_NEXT(fds[1], EVFILT_WRITE, sizeof(block), EV_EOF);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_DELETE), 0);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_DELETE), -ENOENT);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_ADD | EV_ONESHOT), 0);
	CHECK_EQ(pending(), 1);
	CHECK_EQ(change(fds[1], EVFILT_WRITE, EV_DELETE), -ENOENT);
	CHECK_EQ(close(fds[1]), 0);
}

static void
regular(void)
{
	char buf[8];
	int fd = open("/kqueue_files", O_RDWR | O_CREAT, 0600), out;

	REQUIRE(fd >= 0 && unlink("/kqueue_files") == 0);
	out = dup(fd);
	CHECK_EQ(change(fd, EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(change(out, EVFILT_WRITE, EV_ADD), 0);
	CHECK_NEXT(out, EVFILT_WRITE, 0, 0);
	CHECK_EQ(change(out, EVFILT_WRITE, EV_DELETE), 0);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(write(out, "12345", 5), 5);
	CHECK_EQ(pending(), 0); /* the place is behind them */
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(sc(SYS_ftruncate, fd, 0, 6), 0);
	CHECK_NEXT(fd, EVFILT_READ, 6, 0);
	CHECK_EQ(read(fd, buf, 6), 6);
	CHECK_EQ(pending(), 0);
	close(out);
	close(fd);
}

/* Another descriptor of the same file stays; what comes in its place under the
 * same number is not watched. */
static void
closes(void)
{
	int other;

	REQUIRE(pipe(fds) == 0);
	other = dup(fds[0]);
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(change(other, EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(pending(), 2);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(pending(), 1);
	CHECK_EQ(dup(other), fds[0]);
	CHECK_EQ(pending(), 1);
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_DELETE), -ENOENT);
	/* dup2 closes, too. */
	CHECK_EQ(dup2(0, other), other);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(change(other, EVFILT_READ, EV_DELETE), -ENOENT);
	close(other);
	close(fds[0]);
	close(fds[1]);
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_ADD), -EBADF);
}

/* A kqueue is ready to be read when it has events. */
static void
nested(void)
{
	int outer = kq, inner = kq_new();

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(change(outer, EVFILT_READ, EV_ADD), -EINVAL);
	CHECK_EQ(change(inner, EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(change(inner, EVFILT_WRITE, EV_ADD), -EINVAL);
	kq = inner;
	CHECK_EQ(change(fds[0], EVFILT_READ, EV_ADD), 0);
	kq = outer;
	CHECK_EQ(pending(), 0);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_NEXT(inner, EVFILT_READ, 1, 0);
	kq = inner;
	CHECK_NEXT(fds[0], EVFILT_READ, 1, 0);
	/* In a ring. */
	CHECK_EQ(change(outer, EVFILT_READ, EV_ADD), 0);
	kq = outer;
	CHECK_EQ(close(inner), 0);
	CHECK_EQ(pending(), 0);
	close(fds[0]);
	close(fds[1]);
}

int
main(int argc, char **argv)
{
	int null;

	test_begin(argc, argv);
	kq = kq_new();
	pipe_read();
	pipe_write();
	regular();
	closes();
	nested();
	null = open("/dev/null", O_RDWR);
	REQUIRE(null >= 0);
	CHECK_EQ(change(null, EVFILT_READ, EV_ADD), 0);
	CHECK_EQ(change(null, EVFILT_WRITE, EV_ADD), 0);
	CHECK_EQ(pending(), 2);
	close(null);
	CHECK_EQ(pending(), 0);
	return test_done();
}
