/*
 * storm_tty.c -- sessions, groups and terminals change hands while the leader
 * exits: setsid, setpgid, TIOCSCTTY, TIOCNOTTY, tcsetpgrp, revoke, opens of
 * /dev/tty, keys that send signals and the master's close, all at once.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("E42 E43 E44 E45 E46 E85 D45 O13 O14 2.13 2.14");

#define MEMBERS 3

static struct pair pt;
static int *shared; /* [0] where the leader and the members meet */

static void
is_one_of(long got, const int *errors, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (got == -errors[i])
			return;
	CHECK_EQ(got, 0);
}
#define CHECK_ONE_OF(got, ...)                                                 \
	is_one_of(got, (const int[]){__VA_ARGS__},                             \
	    COUNT(((const int[]){__VA_ARGS__})))

static void
use_ctty(int n)
{
	int fd = (int)sc(SYS_open, "/dev/tty", O_RDWR | O_NONBLOCK), value;
	char c;

	if (fd < 0) {
		CHECK_ONE_OF(fd, ENXIO, EIO);
		return;
	}
	CHECK_ONE_OF(sc(SYS_ioctl, fd, TIOCGPGRP, &value), EIO, ENOTTY);
	if (n % 2 == 0)
		CHECK_ONE_OF(sc(SYS_ioctl, fd, TIOCNOTTY, 0), EIO, ENOTTY);
	CHECK_ONE_OF(sc(SYS_read, fd, &c, 1) == 1 ? 0 : sc(SYS_read, fd, &c, 0),
	    EIO, EAGAIN, ENOTTY);
	sc(SYS_close, fd);
}

/* Of the session of the leader who exits just now. */
static void
member(void *arg)
{
	int n = (int)(intptr_t)arg, pgid;

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	if (n % 3 != 0)
		CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	test_barrier(&shared[0], MEMBERS + 1);
	switch (n % 3) {
	case 0:
		sc(SYS_setsid);
		CHECK_ONE_OF(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), EPERM, EBADF);
		break;
	case 1:
		pgid = getpid();
		CHECK_ONE_OF(sc(SYS_ioctl, pt.s, TIOCSPGRP, &pgid), ENOTTY,
		    EPERM, EBADF, EIO);
		break;
	default:
		CHECK_ONE_OF(sc(SYS_revoke, pt.name), ENXIO, ENOENT);
		break;
	}
	use_ctty(n);
}

static void
leader(void *arg)
{
	int round = (int)(intptr_t)arg;

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	for (int i = 0; i < MEMBERS; i++)
		test_fork(member, (void *)(intptr_t)(round + i));
	test_barrier(&shared[0], MEMBERS + 1);
	for (int i = 0; i < round % 4; i++)
		test_yield();
}

static void
one_round(int round)
{
	char buf[64];
	int status;
	pid_t pid;

	pair_open(&pt);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	store(&shared[0], 0);
	pid = test_fork(leader, (void *)(intptr_t)round);
	if (round % 2 == 0)
		CHECK_EQ(sc(SYS_close, pt.s), 0);
	if (round % 5 == 0) {
		while (load(&shared[0]) < MEMBERS + 1)
			test_yield();
		CHECK_EQ(sc(SYS_close, pt.m), 0);
	} else {
		while (!test_is_zombie(pid)) {
			sc(SYS_write, pt.m, "\003x\r", 3);
			sc(SYS_read, pt.m, buf, sizeof(buf));
		}
		CHECK_EQ(sc(SYS_close, pt.m), 0);
	}
	if (round % 2 != 0)
		CHECK_EQ(sc(SYS_close, pt.s), 0);
	CHECK_EXIT(pid, 0);
	/* Its orphans are ours. */
	while (sc(SYS_wait4, -1, &status, 0, NULL) > 0)
		CHECK_EQ(status, 0);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(60, 3000);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < rounds; i++)
		one_round(i);
	return test_done();
}
