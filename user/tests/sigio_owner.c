/*
 * sigio_owner.c -- the owner of a pipe's end hears of data and of the other
 * end's close by SIGIO; who ends, or a group that is gone, owns nothing any
 * more, whoever still names it, nor does the owner of a terminal that has been
 * closed or revoked; owners are of one's own session.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("E31 2.25 O8 X31");

static volatile int ios;
static int *shared; /* [0] may go */

static void
on_io(int sig)
{
	(void)sig;
	ios++;
}

static void
waits(void *arg)
{
	(void)arg;
	WAIT_UNTIL(load(&shared[0]) == 1);
}

static void
leads_group(void *arg)
{
	setpgid(0, 0);
	waits(arg);
}

static void
leads_session(void *arg)
{
	CHECK(setsid() == getpid());
	add(&shared[1], 1);
	waits(arg);
}

static void
hears(int fds[2])
{
	int on = 1, id = 0;

	signal(SIGIO, on_io);
	ios = 0;
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, getpid()), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), getpid());
	CHECK_EQ(sc(SYS_fcntl, fds[1], F_GETOWN, 0), 0);
	/* Not yet asked for. */
	CHECK_EQ(sc(SYS_write, fds[1], "a", 1), 1);
	CHECK_EQ(ios, 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETFL, O_ASYNC), 0);
	CHECK(sc(SYS_fcntl, fds[0], F_GETFL, 0) & O_ASYNC);
	CHECK_EQ(sc(SYS_write, fds[1], "b", 1), 1);
	CHECK_EQ(ios, 1);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETFL, 0), 0);
	CHECK_EQ(sc(SYS_write, fds[1], "c", 1), 1);
	CHECK_EQ(ios, 1);
	/* The same by ioctl, and to the own group. */
	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOASYNC, &on), 0);
	id = -getpgrp();
	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOSETOWN, &id), 0);
	id = 0;
	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOGETOWN, &id), 0);
	CHECK_EQ(id, -getpgrp());
	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOSETOWN, 16), -EFAULT);
	id = 0;
	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOSETOWN, &id), 0);
	CHECK_EQ(sc(SYS_write, fds[1], "d", 1), 1);
	CHECK_EQ(ios, 1);
	signal(SIGIO, SIG_DFL);
}

static void
errors(int fds[2])
{
	int null = open("/dev/null", O_RDWR);
	pid_t pid;

	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, 99998), -ESRCH);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, -99998), -ESRCH);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, -0x7fffffff - 1), -ESRCH);
	CHECK_EQ(sc(SYS_fcntl, 77, F_SETOWN, getpid()), -EBADF);
	CHECK_EQ(sc(SYS_fcntl, null, F_SETOWN, getpid()), -ENOTTY);
	close(null);
	store(&shared[0], 0);
	store(&shared[1], 0);
	pid = test_fork(leads_session, NULL);
	WAIT_UNTIL(load(&shared[1]) == 1);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, pid), -EPERM);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, -pid), -EPERM);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), 0);
	store(&shared[0], 1);
	CHECK_EXIT(pid, 0);
}

/* Owners end, as processes and as groups, with a write at any time. */
static void
owners_end(int fds[2])
{
	int on = 1;
	char c;

	CHECK_EQ(sc(SYS_ioctl, fds[0], FIOASYNC, &on), 0);
	for (int i = 0; i < test_rounds(100, 20000); i++) {
		pid_t pid;
		long got;

		store(&shared[0], i & 1);
		pid = test_fork(i & 2 ? leads_group : waits, NULL);
		if (i & 2)
			setpgid(pid, pid);
		got = sc(SYS_fcntl, fds[0], F_SETOWN, i & 2 ? -pid : pid);
		CHECK(got == 0 || (got == -ESRCH && (i & 1)));
		sc(SYS_write, fds[1], "x", 1);
		store(&shared[0], 1);
		sc(SYS_write, fds[1], "y", 1);
		test_await_zombie(pid);
		if (got == 0 && !(i & 2))
			CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), 0);
		CHECK_EXIT(pid, 0);
		CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), 0);
		sc(SYS_read, fds[0], &c, 1);
		sc(SYS_read, fds[0], &c, 1);
	}
}

/* A terminal keeps the number of its foreground group, and nothing else. */
static void
named_by_terminal(void *arg)
{
	const int *fds = arg;
	struct pair pt;
	pid_t pid;

	pair_open(&pt);
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	store(&shared[0], 0);
	pid = test_fork(waits, NULL);
	CHECK_EQ(setpgid(pid, pid), 0);
	CHECK_EQ(tcsetpgrp(pt.s, pid), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, -pid), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), -pid);
	store(&shared[0], 1);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(tcgetpgrp(pt.s), pid);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_GETOWN, 0), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[0], F_SETOWN, -pid), -ESRCH);
	CHECK_EQ(kill(-pid, 0), -1);
	CHECK_EQ(errno, ESRCH);
}

/* The last one leaves a group while another joins it and makes it the owner:
 * it stays the owner for as long as somebody is in it. */
static void
leaves_group(void *arg)
{
	int rounds = *(int *)arg;
	pid_t home = getpgrp();

	for (int i = 0; i < rounds; i++) {
		CHECK_EQ(setpgid(0, 0), 0);
		test_barrier(&shared[2], 2);
		CHECK_EQ(setpgid(0, home), 0);
		test_barrier(&shared[2], 2);
		test_barrier(&shared[2], 2);
	}
}

static void
left_and_joined(void *arg)
{
	int rounds = test_rounds(40, 4000), fd = *(int *)arg;
	pid_t home = getpgrp(), pid = test_fork(leaves_group, &rounds);

	for (int i = 0; i < rounds; i++) {
		bool joined;

		test_barrier(&shared[2], 2);
		joined = setpgid(0, pid) == 0;
		if (joined)
			CHECK_EQ(sc(SYS_fcntl, fd, F_SETOWN, -pid), 0);
		test_barrier(&shared[2], 2);
		if (joined)
			CHECK_EQ(sc(SYS_fcntl, fd, F_GETOWN, 0), -pid);
		CHECK_EQ(setpgid(0, home), 0);
		CHECK_EQ(sc(SYS_fcntl, fd, F_GETOWN, 0), 0);
		test_barrier(&shared[2], 2);
	}
	CHECK_EXIT(pid, 0);
}

static void
own(int fd)
{
	CHECK_EQ(sc(SYS_fcntl, fd, F_SETOWN, getpid()), 0);
	CHECK_EQ(sc(SYS_fcntl, fd, F_SETFL, O_ASYNC), 0);
}

/* The terminal is opened anew: nobody is told of what is typed. */
static void
tells_nobody(struct pair *pt)
{
	int before = ios;

	pt->s = (int)sc(SYS_open, pt->name, O_RDWR);
	REQUIRE(pt->s >= 0);
	CHECK_EQ(sc(SYS_fcntl, pt->s, F_GETOWN, 0), 0);
	type(pt, "a\r");
	/* Nor is a new owner told before it asks for that. */
	CHECK_EQ(sc(SYS_fcntl, pt->s, F_SETOWN, getpid()), 0);
	type(pt, "b\r");
	CHECK_EQ(ios, before);
	CHECK_EQ(sc(SYS_fcntl, pt->s, F_SETOWN, 0), 0);
}

static void
of_a_terminal(void)
{
	struct pair pt;
	int old, on = 1;

	pair_open(&pt);
	signal(SIGIO, on_io);
	ios = 0;
	own(pt.s);
	type(&pt, "x\r");
	CHECK(ios > 0);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	tells_nobody(&pt);
	own(pt.s);
	old = pt.s;
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	tells_nobody(&pt);
	/* Nor can who has the dead file become the owner. */
	CHECK_EQ(sc(SYS_fcntl, old, F_SETOWN, getpid()), -EBADF);
	CHECK_EQ(sc(SYS_fcntl, old, F_GETOWN, 0), -EBADF);
	CHECK_EQ(sc(SYS_ioctl, old, FIOASYNC, &on), -EBADF);
	CHECK_EQ(sc(SYS_fcntl, old, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_GETOWN, 0), 0);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETOWN, getpid()), 0);
	old = ios;
	type(&pt, "y\r");
	CHECK_EQ(ios, old);
	signal(SIGIO, SIG_DFL);
	pair_close(&pt);
}

static int reader, meeting;

static void
wants_none(void *arg)
{
	int off = 0;

	(void)arg;
	test_barrier(&meeting, 2);
	CHECK_EQ(sc(SYS_ioctl, reader, FIOASYNC, &off), 0);
}

/* Of two who change O_ASYNC at once one is the last, to whoever asks. */
static void
changed_at_once(int fds[2])
{
	struct mthread t;
	bool wanted;
	char c;

	signal(SIGIO, on_io);
	reader = fds[0];
	for (int i = 0; i < 30; i++) {
		meeting = 0;
		CHECK_EQ(sc(SYS_fcntl, reader, F_SETOWN, getpid()), 0);
		mthread_start(&t, wants_none, NULL);
		test_barrier(&meeting, 2);
		CHECK_EQ(sc(SYS_fcntl, reader, F_SETFL, O_ASYNC), 0);
		mthread_join(&t);
		wanted = sc(SYS_fcntl, reader, F_GETFL, 0) & O_ASYNC;
		ios = 0;
		CHECK_EQ(sc(SYS_write, fds[1], "z", 1), 1);
		WAIT_UNTIL(ios >= wanted);
		CHECK_EQ(ios, wanted);
		CHECK_EQ(sc(SYS_read, reader, &c, 1), 1);
	}
	signal(SIGIO, SIG_DFL);
}

int
main(int argc, char **argv)
{
	int fds[2], other[2];

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	REQUIRE(pipe(fds) == 0);
	hears(fds);
	errors(fds);
	owners_end(fds);
	CHECK_EXIT(test_fork(named_by_terminal, fds), 0);
	CHECK_EXIT(test_fork(left_and_joined, fds), 0);
	of_a_terminal();
	close(fds[0]);
	close(fds[1]);
	/* The object goes before its owner. */
	REQUIRE(pipe(other) == 0);
	changed_at_once(other);
	CHECK_EQ(sc(SYS_fcntl, other[0], F_SETOWN, getpid()), 0);
	CHECK_EQ(sc(SYS_fcntl, other[1], F_SETOWN, -getpgrp()), 0);
	close(other[0]);
	close(other[1]);
	return test_done();
}
