/*
 * kqueue_files.c -- EVFILT_READ and EVFILT_WRITE of pipes, regular files,
 * devices and kqueues; what becomes of a knote when its descriptor goes.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26 X32 X48");

static void
pipes(int kq)
{
	static char buf[32768];
	struct kevent kev;
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_WRITE, EV_ADD, 0, 0), -EINVAL);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_write, fds[1], "abc", 3), 3);
	/* A level: told as long as it is so. */
	for (int i = 0; i < 2; i++) {
		kev = kq_next(kq);
		CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 3);
	}
	CHECK_EQ(sc(SYS_read, fds[0], buf, 2), 2);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 1);
	CHECK_EQ(sc(SYS_read, fds[0], buf, 2), 1);
	CHECK_QUIET(kq);

	CHECK_EQ(kq_change(kq, fds[1], EVFILT_WRITE, EV_ADD, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.filter, EVFILT_WRITE);
	CHECK(kev.data >= 512);
	CHECK_EQ(sc(SYS_fcntl, fds[1], F_SETFL, O_NONBLOCK), 0);
	while (sc(SYS_write, fds[1], buf, sizeof(buf)) > 0)
		;
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_DISABLE, 0, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_read, fds[0], buf, 100), 100);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_read, fds[0], buf, 1000), 1000);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fds[1], EVFILT_WRITE, 0, 1100);
	CHECK_EQ(kq_change(kq, fds[1], EVFILT_WRITE, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_ENABLE, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.filter, EVFILT_READ);
	CHECK_EQ(kev.flags & EV_EOF, 0);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.flags & EV_EOF, EV_EOF);
	CHECK(kev.data > 0);
	/* The knote goes with its descriptor. */
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), -EBADF);
	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), -ENOENT);
	CHECK_EQ(kq_change(kq, fds[1], EVFILT_WRITE, EV_ADD, 0, 0), 0);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.flags & EV_EOF, EV_EOF);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	CHECK_QUIET(kq);
}

/* EV_CLEAR: told once for each thing that comes; EV_ONESHOT: once. */
static void
edges(int kq)
{
	struct kevent kev;
	char buf[8];
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(
	    kq_change(kq, fds[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0), 0);
	CHECK_EQ(sc(SYS_write, fds[1], "abc", 3), 3);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 3);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_read, fds[0], buf, 1), 1);
	CHECK_QUIET(kq);
	/* Whoever adds it again hears how things stand. */
	CHECK_EQ(
	    kq_change(kq, fds[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0), 0);
	CHECK_EQ(kq_look(kq, &kev, 1), 1);
	CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 2);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_write, fds[1], "d", 1), 1);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 3);
	CHECK_EQ(sc(SYS_read, fds[0], buf, 3), 3);
	CHECK_EQ(
	    kq_change(kq, fds[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	CHECK_EQ(
	    kq_change(kq, fds[1], EVFILT_WRITE, EV_ADD | EV_ONESHOT, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.filter, EVFILT_WRITE);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, fds[1], EVFILT_WRITE, EV_DELETE, 0, 0), -ENOENT);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
}

/* Data: what is behind the place, after every change of one of both. */
static void
files(int kq)
{
	int fd = (int)sc(SYS_open, "/kqueue_files", O_RDWR | O_CREAT, 0600);
	struct kevent kev;
	char buf[8];

	REQUIRE(fd >= 0);
	CHECK_EQ(kq_change(kq, fd, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_write, fd, "abcd", 4), 4);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 1, SEEK_SET), 1);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fd, EVFILT_READ, 0, 3);
	CHECK_EQ(sc(SYS_read, fd, buf, 8), 3);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_ftruncate, fd, 0, 10), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, fd, EVFILT_READ, 0, 6);
	CHECK_EQ(kq_change(kq, fd, EVFILT_READ, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, fd, EVFILT_WRITE, EV_ADD, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.filter, EVFILT_WRITE);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(sc(SYS_unlink, "/kqueue_files"), 0);
	fd = (int)sc(SYS_open, "/dev/null", O_RDWR, 0);
	REQUIRE(fd >= 0);
	CHECK_EQ(kq_change(kq, fd, EVFILT_READ, EV_ADD, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, fd);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_QUIET(kq);
}

struct tail {
	int kq, fd, ready;
};

static void
waits_for_more(void *arg)
{
	struct tail *tl = arg;
	struct kevent kev;

	test_post(&tl->ready);
	kev = kq_next(tl->kq);
	CHECK_EVENT(&kev, tl->fd, EVFILT_READ, 0, 2);
}

/* A file that grows by another descriptor wakes who sleeps at its end. */
static void
tail(int kq)
{
	struct tail tl = {.kq = kq};
	struct mthread t;
	int fd;

	fd = (int)sc(SYS_open, "/kqueue_tail", O_RDWR | O_CREAT, 0600);
	tl.fd = (int)sc(SYS_open, "/kqueue_tail", O_RDONLY, 0);
	REQUIRE(fd >= 0 && tl.fd >= 0);
	CHECK_EQ(kq_change(kq, tl.fd, EVFILT_READ, EV_ADD, 0, 0), 0);
	mthread_start(&t, waits_for_more, &tl);
	test_await(&tl.ready, 1);
	test_sleep_ms(2);
	CHECK_EQ(sc(SYS_write, fd, "ab", 2), 2);
	mthread_join(&t);
	sc(SYS_close, fd);
	sc(SYS_close, tl.fd);
	CHECK_EQ(sc(SYS_unlink, "/kqueue_tail"), 0);
}

#define CHAIN 10

/* A kqueue is an event of another one, and so on; in a circle too. */
static void
kqueues(int kq)
{
	struct kevent kev;
	int fds[2], chain[CHAIN];

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(kq_change(kq, kq, EVFILT_READ, EV_ADD, 0, 0), -EINVAL);
	for (int i = 0; i < CHAIN; i++) {
		chain[i] = kq_new();
		CHECK_EQ(kq_change(chain[i], i == 0 ? fds[0] : chain[i - 1],
			     EVFILT_READ, EV_ADD, 0, 0),
		    0);
	}
	CHECK_EQ(kq_change(kq, chain[CHAIN - 1], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, chain[CHAIN - 1], EVFILT_READ, 0, 1);
	kev = kq_next(chain[0]);
	CHECK_EVENT(&kev, fds[0], EVFILT_READ, 0, 1);
	CHECK_EQ(
	    kq_change(chain[0], chain[CHAIN - 1], EVFILT_READ, EV_ADD, 0, 0),
	    0);
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	for (int i = 0; i < CHAIN; i++)
		CHECK_EQ(sc(SYS_close, chain[i]), 0);
	CHECK_QUIET(kq);
	sc(SYS_close, fds[0]);
	sc(SYS_close, fds[1]);
}

/* Two descriptors of one pipe are two knotes; dup2 takes one away. */
static void
descriptors(int kq)
{
	struct kevent kev[4];
	int fds[2], other;

	REQUIRE(pipe(fds) == 0);
	other = (int)sc(SYS_dup, fds[0]);
	REQUIRE(other >= 0);
	CHECK_EQ(kq_change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, other, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	CHECK_EQ(kq_look(kq, kev, 4), 2);
	CHECK_EQ(kq_look(kq, kev, 1), 1);
	CHECK_EQ(kq_look(kq, kev + 1, 1), 1);
	CHECK(kev[0].ident != kev[1].ident);
	CHECK_EQ(sc(SYS_dup2, fds[1], other), other);
	CHECK_EQ(kq_look(kq, kev, 4), 1);
	CHECK_EQ(kev[0].ident, fds[0]);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETFD, FD_CLOEXEC), 0);
	sc(SYS_close, fds[0]);
	sc(SYS_close, fds[1]);
	sc(SYS_close, other);
	CHECK_QUIET(kq);
}

int
main(int argc, char **argv)
{
	static void (*const parts[])(int) = {pipes, edges, files, tail,
	    kqueues, descriptors, NULL};

	test_begin(argc, argv);
	kq_rounds(test_rounds(20, 500), parts);
	return test_done();
}
