/*
 * tty_background.c -- who is in the background is stopped when it reads, and,
 * where TOSTOP says so, when it writes, or changes the terminal; it gets an
 * error instead when nobody would let it go on, or when it does not listen.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("2.13 2.14");

static struct pair pt;
static int *shared; /* [0] ready, [1] signals */

static void
reads(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_READ(pt.s, "mine\n");
}

static void
writes(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_EQ(sc(SYS_write, pt.s, "out", 3), 3);
}

static void
takes(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_EQ(tcsetpgrp(pt.s, getpid()), 0);
}

static void
deaf(void *arg)
{
	char c;

	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EIO);
	CHECK_EQ(sc(SYS_write, pt.s, "!", 1), 1);
	CHECK_EQ(tcsetpgrp(pt.s, getpid()), 0);
	CHECK_EQ(tcgetpgrp(pt.s), getpid());
	/* Now it may. */
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EAGAIN);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_RDWR), 0);
}

static void
on_ttin(int sig)
{
	(void)sig;
	add(&shared[1], 1);
}

static void
listens(void *arg)
{
	struct sigaction act = {.sa_handler = on_ttin};
	char c;

	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	sigaction(SIGTTIN, &act, NULL);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EINTR);
	CHECK_EQ(load(&shared[1]), 1);
}

static void
orphan(void *arg)
{
	char c;

	(void)arg;
	WAIT_UNTIL(load(&shared[0]) == 1);
	/* Not a member of it has a parent outside. */
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EIO);
	CHECK_EQ(sc(SYS_write, pt.s, "?", 1), -EIO);
	CHECK_EQ(tcsetpgrp(pt.s, getpgrp()), -1);
	CHECK_EQ(errno, EIO);
	store(&shared[0], 2);
}

static void
has_orphan(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	test_fork(orphan, NULL);
}

/* It is stopped by sig; then it is in the foreground and goes on. */
static void
stopped_until_foreground(pid_t pid, int sig)
{
	int status = 0;

	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	CHECK_EQ(status, W_STOPCODE(sig));
	CHECK_EQ(tcsetpgrp(pt.s, pid), 0);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
}

static void
back_to_front(void)
{
	signal(SIGTTOU, SIG_IGN);
	CHECK_EQ(tcsetpgrp(pt.s, getpid()), 0);
	signal(SIGTTOU, SIG_DFL);
}

static void
leader(void *arg)
{
	pid_t pid;

	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	pid = test_fork(reads, NULL);
	stopped_until_foreground(pid, SIGTTIN);
	type(&pt, "mine\r");
	CHECK_EXIT(pid, 0);
	back_to_front();
	pid = test_fork(writes, NULL);
	CHECK_EXIT(pid, 0);
	local_modes(pt.s, 0, TOSTOP);
	pid = test_fork(writes, NULL);
	stopped_until_foreground(pid, SIGTTOU);
	CHECK_EXIT(pid, 0);
	back_to_front();
	pid = test_fork(takes, NULL);
	stopped_until_foreground(pid, SIGTTOU);
	CHECK_EXIT(pid, 0);
	back_to_front();
	CHECK_EXIT(test_fork(deaf, NULL), 0);
	back_to_front();
	CHECK_EXIT(test_fork(listens, NULL), 0);
	CHECK_EXIT(test_fork(has_orphan, NULL), 0);
	store(&shared[0], 1);
	WAIT_UNTIL(load(&shared[0]) == 2);
	back_to_front();
	CHECK_EQ(tcflush(pt.s, TCOFLUSH), 0);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	pair_open(&pt);
	pid = test_fork(leader, NULL);
	CHECK_EXIT(pid, 0);
	pair_close(&pt);
	return test_done();
}
