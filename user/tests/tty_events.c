/*
 * tty_events.c -- poll and kqueues on terminals: a line to be read, room for
 * output, both sides of a pty, the loss of either; a poll that sleeps is woken
 * by what is typed.
 */
#include <poll.h>
#include <sys/event.h>
#include "user/tests/test_tty.h"

TEST_ROWS("2.14 2.26 E69");

static struct pair pt;

/* What of events is true of fd now, or after at most ms. */
static int
state(int fd, short events, int ms)
{
	struct pollfd pfd = {.fd = fd, .events = events};
	long n = sc(SYS_poll, &pfd, 1, ms);

	CHECK_EQ(n, pfd.revents != 0);
	return pfd.revents;
}

static void
now(void)
{
	CHECK_EQ(state(pt.s, POLLIN | POLLOUT, 0), POLLOUT);
	CHECK_EQ(state(pt.m, POLLIN | POLLOUT, 0), POLLOUT);
	type(&pt, "half");
	CHECK_EQ(state(pt.s, POLLIN, 0), 0);
	CHECK_EQ(state(pt.m, POLLIN, 0), POLLIN); /* the echo */
	type(&pt, "\r");
	CHECK_EQ(state(pt.s, POLLIN, 0), POLLIN);
	CHECK_OUTPUT(pt.m, "half\r\n");
	CHECK_READ(pt.s, "half\n");
	CHECK_EQ(state(pt.s, POLLIN, 0), 0);
	CHECK_EQ(state(pt.m, POLLIN, 0), 0);
	/* The end of the file is to be read, too. */
	type(&pt, "\004");
	CHECK_EQ(state(pt.s, POLLIN, 0), POLLIN);
	CHECK_READ(pt.s, "");
	CHECK_EQ(state(pt.s, POLLIN, 0), 0);
	/* Held output is nothing that could be read. */
	type(&pt, "\023");
	CHECK_EQ(sc(SYS_write, pt.s, "x", 1), 1);
	CHECK_EQ(state(pt.m, POLLIN, 0), 0);
	type(&pt, "\021");
	CHECK_EQ(state(pt.m, POLLIN, 0), POLLIN);
	CHECK_OUTPUT(pt.m, "x");
}

/* Neither side takes more than there is room for. */
static void
full(void)
{
	static char block[512];

	memset(block, 'x', sizeof(block));
	raw_modes(pt.s, 1, 0);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_NONBLOCK), 0);
	while (sc(SYS_write, pt.s, block, sizeof(block)) > 0)
		;
	CHECK_EQ(state(pt.s, POLLOUT, 0), 0);
	while (sc(SYS_read, pt.m, block, sizeof(block)) > 0)
		;
	CHECK_EQ(state(pt.s, POLLOUT, 0), POLLOUT);
	while (sc(SYS_write, pt.m, block, sizeof(block)) > 0)
		;
	CHECK_EQ(state(pt.m, POLLOUT, 0), 0);
	while (sc(SYS_read, pt.s, block, sizeof(block)) > 0)
		;
	CHECK_EQ(state(pt.m, POLLOUT, 0), POLLOUT);
}

static void
types_later(void *arg)
{
	(void)arg;
	test_sleep_ms(10);
	type(&pt, "x");
}

static void
answers_later(void *arg)
{
	(void)arg;
	test_sleep_ms(10);
	CHECK_EQ(sc(SYS_write, pt.s, "y", 1), 1);
}

/* Who sleeps is woken: without a limit of time, or there is no waking. */
static void
sleeps(void)
{
	struct mthread t;
	struct kevent kev;
	long kq = sc(SYS_kqueue);
	char c;

	mthread_start(&t, types_later, NULL);
	CHECK_EQ(state(pt.s, POLLIN, -1), POLLIN);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), 1);
	mthread_start(&t, answers_later, NULL);
	EV_SET(&kev, pt.m, EVFILT_READ, EV_ADD, 0, 0, 0);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, &kev, 1, NULL), 1);
	CHECK_EQ(kev.ident, pt.m);
	CHECK_EQ(kev.data, 1);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), 1);
	sc(SYS_close, kq);
}

static void
hangs_up(void *arg)
{
	(void)arg;
	test_sleep_ms(10);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
}

static void
ends(void)
{
	struct mthread t;

	/* The slave is closed: the master reads the end. */
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	CHECK_EQ(state(pt.m, POLLIN, -1), POLLIN | POLLHUP);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	/* The master is closed. */
	pair_open(&pt);
	mthread_start(&t, hangs_up, NULL);
	CHECK_EQ(state(pt.s, POLLIN, -1), POLLIN | POLLHUP);
	mthread_join(&t);
	CHECK_EQ(state(pt.s, POLLOUT, 0), POLLHUP);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
}

/* What is news of the master's end to who has asked for it before. */
static int
told(int kq, struct kevent *kev)
{
	struct timespec zero = {0};

	return (int)sc(SYS_kevent, kq, NULL, 0, kev, 1, &zero);
}

/* The slave is closed with its output held, and opened again: that is to be
 * read, and is no end any more. */
static void
reopened(void)
{
	int kq = (int)sc(SYS_kqueue);
	struct kevent kev;

	pair_open(&pt);
	EV_SET(&kev, pt.m, EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, 0);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), 0);
	CHECK_EQ(tcflow(pt.s, TCOOFF), 0);
	CHECK_EQ(sc(SYS_write, pt.s, "kept", 4), 4);
	CHECK_EQ(told(kq, &kev), 0);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	CHECK_EQ(told(kq, &kev), 1);
	CHECK_EQ(kev.flags & EV_EOF, EV_EOF);
	CHECK_EQ(told(kq, &kev), 0);
	pt.s = (int)sc(SYS_open, pt.name, O_RDWR);
	CHECK_EQ(told(kq, &kev), 1);
	CHECK_EQ(kev.flags & EV_EOF, 0);
	CHECK_EQ(kev.data, 4);
	CHECK_OUTPUT(pt.m, "kept");
	CHECK_EQ(told(kq, &kev), 0);
	pair_close(&pt);
	CHECK_EQ(sc(SYS_close, kq), 0);
}

/* Revoked: a poll that sleeps ends. */
static void
revokes(void *arg)
{
	(void)arg;
	test_sleep_ms(10);
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
}

static void
revoked(void)
{
	struct mthread t;

	pair_open(&pt);
	mthread_start(&t, revokes, NULL);
	CHECK_EQ(state(pt.s, POLLIN, -1), POLLIN | POLLHUP);
	mthread_join(&t);
	pair_close(&pt);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	pair_open(&pt);
	now();
	full();
	sleeps();
	ends();
	reopened();
	revoked();
	return test_done();
}
