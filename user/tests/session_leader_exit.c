/*
 * session_leader_exit.c -- what the end of a session's leader does to its
 * terminal: SIGHUP to the foreground, output let out for a while, and then the
 * terminal is nobody's, and nobody's old file of it is any good.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("E42 E43 E44 E45 D45 D46 D47 X39 O13 2.14");

#define LITTLE 3000
#define SOON_NS 1500000000U /* much less than the kernel waits by itself */
#define LATE_NS 10000000000U

static struct pair pt;
static int *shared; /* [0] ready, [1] leader may go, [2] it has, [3] done */

static void
lives(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	add(&shared[0], 1);
	WAIT_UNTIL(load(&shared[3]) == 1);
}

/* In the background: it is left alone, but has no terminal any more. */
static void
background(void *arg)
{
	int fd, n;
	char c;

	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	fd = (int)sc(SYS_open, "/dev/tty", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sc(SYS_write, fd, "", 0), 0);
	add(&shared[0], 1);
	WAIT_UNTIL(load(&shared[2]) == 1);
	CHECK_EQ(sc(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	CHECK_EQ(sc(SYS_read, fd, &c, 1), -EIO);
	CHECK_EQ(sc(SYS_write, fd, &c, 1), -EIO);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EBADF);
	CHECK_EQ(sc(SYS_write, pt.s, &c, 1), -EBADF);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGPGRP, &n), -EBADF);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	store(&shared[3], 1);
}

static void
leader(void *arg)
{
	pid_t pid;

	(void)arg;
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	pid = test_fork(lives, NULL);
	test_fork(background, NULL);
	WAIT_UNTIL(load(&shared[0]) == 2);
	CHECK_EQ(tcsetpgrp(pt.s, pid), 0);
	store(&shared[4], pid);
	WAIT_UNTIL(load(&shared[1]) == 1);
}

/* Another session takes the same terminal. */
static void
next_leader(void *arg)
{
	int fd;

	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	fd = (int)sc(SYS_open, pt.name, O_RDWR);
	REQUIRE(fd >= 0);
	/* Opening alone does not make it ours. */
	CHECK_EQ(sc(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	CHECK_EQ(sc(SYS_ioctl, fd, TIOCSCTTY, 0), 0);
	CHECK_EQ(tcgetsid(fd), getpid());
	CHECK_EQ(tcgetpgrp(fd), getpid());
	CHECK_EQ(sc(SYS_write, fd, "mine", 4), 4);
	store(&shared[5], 1);
}

static void
hang_up(void)
{
	pid_t pid, fg;
	char c;

	pair_open(&pt);
	pid = test_fork(leader, NULL);
	WAIT_UNTIL(load(&shared[4]) != 0);
	fg = load(&shared[4]);
	store(&shared[1], 1);
	CHECK_EXIT(pid, 0);
	/* It came to us, whom it had as heir. */
	CHECK_KILLED(fg, SIGHUP);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), 0);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EBADF);
	CHECK(!isatty(pt.s));
	store(&shared[2], 1);
	while (sc(SYS_wait4, -1, NULL, 0, NULL) > 0)
		continue;
	pid = test_fork(next_leader, NULL);
	WAIT_UNTIL(load(&shared[5]) == 1);
	CHECK_OUTPUT(pt.m, "mine");
	CHECK_EXIT(pid, 0);
	pair_close(&pt);
}

/* In the foreground itself, with output that is not read yet. */
static void
leaves_output(void *arg)
{
	char text[LITTLE];

	(void)arg;
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	raw_modes(pt.s, 1, 0);
	memset(text, 'o', sizeof(text));
	CHECK_EQ(sc(SYS_write, pt.s, text, sizeof(text)), sizeof(text));
	store(&shared[0], 1);
}

static pid_t
start(void)
{
	pid_t pid;

	pair_open(&pt);
	store(&shared[0], 0);
	pid = test_fork(leaves_output, NULL);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	WAIT_UNTIL(load(&shared[0]) == 1);
	return pid;
}

/* D47: its own SIGHUP does not end the wait. */
static void
output_comes_out(void)
{
	char text[LITTLE];
	size_t at = 0;
	pid_t pid = start();
	long n;

	test_sleep_ms(50);
	CHECK(!test_is_zombie(pid));
	while ((n = sc(SYS_read, pt.m, text, sizeof(text))) > 0)
		at += (size_t)n;
	CHECK_EQ(at, LITTLE);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
}

/* D46: it ends although nobody reads; SIGKILL ends the wait at once; so does
 * the other side's close. */
static uint64_t
nobody_reads(int how)
{
	uint64_t began = test_now_ns(), took;
	pid_t pid = start();

	if (how == 1) {
		test_sleep_ms(20);
		CHECK_EQ(kill(pid, SIGTERM), 0);
		test_sleep_ms(20);
		CHECK(!test_is_zombie(pid));
		CHECK_EQ(kill(pid, SIGKILL), 0);
	} else if (how == 2) {
		CHECK_EQ(sc(SYS_close, pt.m), 0);
	}
	/* Its status is its own. */
	CHECK_EXIT(pid, 0);
	took = test_now_ns() - began;
	if (how != 2)
		CHECK_EQ(sc(SYS_close, pt.m), 0);
	return took;
}

/* The host may stand still for a while, but not each time. */
static void
ends_within(int how, uint64_t ns)
{
	uint64_t took = nobody_reads(how);

	for (int i = 0; i < 2 && took >= ns; i++)
		took = nobody_reads(how);
	CHECK(took < ns);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	hang_up();
	output_comes_out();
	ends_within(0, LATE_NS);
	ends_within(1, SOON_NS);
	ends_within(2, SOON_NS);
	return test_done();
}
