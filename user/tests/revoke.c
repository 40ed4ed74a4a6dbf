/*
 * revoke.c -- revoke(2): every open file of a terminal dies, sleepers wake, the
 * session loses it; and the rules of sessions and controlling terminals.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("E43 E44 2.13 2.14");

static struct pair pt;
static int *shared; /* [0] ready, [1] go on */

static void
sleeps_in_read(void *arg)
{
	char c;

	(void)arg;
	add(&shared[0], 1);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EBADF);
}

static void
sleeps_in_write(void *arg)
{
	static char much[9000];

	(void)arg;
	add(&shared[0], 1);
	/* Some of it went out. */
	CHECK(sc(SYS_write, pt.s, much, sizeof(much)) > 0);
	CHECK_EQ(sc(SYS_write, pt.s, much, sizeof(much)), -EBADF);
}

static void
sleepers(void)
{
	pid_t a, b;
	char c;

	pair_open(&pt);
	a = test_fork(sleeps_in_read, NULL);
	b = test_fork(sleeps_in_write, NULL);
	WAIT_UNTIL(load(&shared[0]) == 2);
	WAIT_UNTIL(strcmp(test_ps(a)->wmesg, "ttyin") == 0);
	WAIT_UNTIL(strcmp(test_ps(b)->wmesg, "ttyout") == 0);
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	CHECK_EXIT(a, 0);
	CHECK_EXIT(b, 0);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), 0);
	/* The dead file's close is nothing to the next one. */
	a = (int)sc(SYS_open, pt.name, O_RDWR);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	pt.s = a;
	type(&pt, "new\r");
	CHECK_READ(pt.s, "new\n");
	pair_close(&pt);
}

static void
not_the_owner(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setuid, 77), 0);
	CHECK_EQ(sc(SYS_revoke, pt.name), -EPERM);
}

static void
errors(void)
{
	pair_open(&pt);
	CHECK_EQ(sc(SYS_revoke, "/dev/nowhere"), -ENOENT);
	CHECK_EQ(sc(SYS_revoke, "/dev"), -EINVAL);
	CHECK_EQ(sc(SYS_revoke, "/bin/sh"), -EINVAL);
	CHECK_EQ(sc(SYS_revoke, "/dev/null"), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_revoke, 1), -EFAULT);
	CHECK_EXIT(test_fork(not_the_owner, NULL), 0);
	CHECK(isatty(pt.s));
	pair_close(&pt);
}

/* Not the leader: it may not take a terminal, but give one up. */
static void
member(void *arg)
{
	int fd, n;

	(void)arg;
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), -EPERM);
	fd = (int)sc(SYS_open, "/dev/tty", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCSCTTY, 0), -EINVAL);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCGSID, &n), 0);
	CHECK_EQ(n, getppid());
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCNOTTY, 0), 0);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCGSID, &n), -EIO);
	CHECK_EQ(sc(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	/* The other file is as good as before. */
	CHECK_EQ(sc(SYS_write, pt.s, "", 0), 0);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGSID, &n), -ENOTTY);
}

static void
other_session(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), -EPERM);
	CHECK_EQ(tcsetpgrp(pt.s, getpid()), -1);
	CHECK_EQ(errno, ENOTTY);
	CHECK_EQ(sc(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
}

static void
leader(void *arg)
{
	struct pair other;
	int fd, n = 1;

	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	pair_open(&other);
	CHECK_EQ(sc(SYS_ioctl, other.s, TIOCSCTTY, 0), -EPERM);
	pair_close(&other);
	CHECK_EXIT(test_fork(member, NULL), 0);
	CHECK_EXIT(test_fork(other_session, NULL), 0);
	fd = (int)sc(SYS_open, "/dev/tty", O_RDWR);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCNOTTY, 0), -EINVAL);
	/* Groups of other sessions, or none. */
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSPGRP, &n), -EPERM);
	n = -5;
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSPGRP, &n), -EINVAL);
	n = 99998;
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSPGRP, &n), -EPERM);
	/* It is taken away, and can be had again. */
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), -EBADF);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCGSID, &n), -EIO);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(sc(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	fd = (int)sc(SYS_open, pt.name, O_RDWR);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCSCTTY, 0), 0);
	CHECK_EQ(tcgetpgrp(fd), getpgrp());
	/* The other side hangs up. */
	signal(SIGHUP, SIG_IGN);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	sleepers();
	errors();
	pair_open(&pt);
	CHECK_EXIT(test_fork(leader, NULL), 0);
	pair_close(&pt);
	return test_done();
}
