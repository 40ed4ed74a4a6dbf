/*
 * pty_ends.c -- how the ends of a pty close: the slave's last close is the end
 * of the master's file, and not before the slave was open; the master's close
 * ends reads of the slave, fails its writes, and takes its name away.
 */
#include "user/tests/test_tty.h"

TEST_ROWS("2.14 E43");

static struct pair pt;
static int *ready; /* shared */

static void
reads_nothing(void *arg)
{
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	store(ready, 1);
	CHECK_READ(pt.s, "");
	CHECK_EQ(sc(SYS_write, pt.s, "x", 1), -EIO);
	CHECK_EQ(sc(SYS_open, pt.name, O_RDWR), -ENOENT);
	CHECK(isatty(pt.s));
	(void)arg;
}

static void
master_first(void)
{
	struct pair again;
	pid_t pid;

	pair_open(&pt);
	pid = test_fork(reads_nothing, NULL);
	WAIT_UNTIL(load(ready) == 1);
	test_sleep_ms(2);
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	/* Its number is not given out again while the slave is open. */
	pair_open(&again);
	CHECK(strcmp(again.name, pt.name) != 0);
	pair_close(&again);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
}

static void
slave_first(void)
{
	char c;

	pair_open(&pt);
	CHECK_EQ(sc(SYS_write, pt.s, "last words", 10), 10);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	/* What was written is not lost. */
	CHECK_OUTPUT(pt.m, "last words");
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), 0);
	/* And it can be opened again. */
	pt.s = (int)sc(SYS_open, pt.name, O_RDWR);
	REQUIRE(pt.s >= 0);
	type(&pt, "hello\r");
	CHECK_OUTPUT(pt.m, "hello\r\n");
	CHECK_READ(pt.s, "hello\n");
	pair_close(&pt);
}

static void
never_open(void)
{
	int m = posix_openpt(O_RDWR | O_NONBLOCK);
	char c;

	REQUIRE(m >= 0);
	CHECK_EQ(sc(SYS_read, m, &c, 1), -EAGAIN);
	CHECK_EQ(grantpt(m), 0);
	CHECK_EQ(unlockpt(m), 0);
	CHECK(ptsname(m) != NULL);
	CHECK_EQ(sc(SYS_close, m), 0);
}

/* All there are, and they come again. */
static void
many(void)
{
	int m[300], n = 0;

	while (n < 300) {
		m[n] = (int)sc(SYS_open, "/dev/ptmx", O_RDWR);
		if (m[n] < 0)
			break;
		n++;
	}
	CHECK(n > 100);
	CHECK(m[n] == -ENXIO || m[n] == -EMFILE);
	while (n > 0)
		CHECK_EQ(sc(SYS_close, m[--n]), 0);
}

static void
errors(void)
{
	struct winsize ws = {24, 80, 0, 0};
	int n = 17;

	pair_open(&pt);
	CHECK_EQ(sc(SYS_ioctl, pt.s, 0x20007499, 0), -ENOTTY);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGETA, 1), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSETA, 1), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, pt.m, TIOCPTYN, 1), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCPTYN, &n), -ENOTTY);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCFLUSH, &n), -EINVAL);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGPGRP, &n), -ENOTTY);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSPGRP, &n), -ENOTTY);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGSID, &n), -ENOTTY);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCNOTTY, 0), -ENOTTY);
	CHECK_EQ(sc(SYS_write, pt.m, 1, 5), -EFAULT);
	CHECK_EQ(sc(SYS_write, pt.s, 1, 5), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, pt.m, TIOCSWINSZ, &ws), 0);
	memset(&ws, 0, sizeof(ws));
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCGWINSZ, &ws), 0);
	CHECK_EQ(ws.ws_col, 80);
	/* A read whose buffer is bad loses nothing. */
	type(&pt, "kept\r");
	CHECK_EQ(sc(SYS_read, pt.s, 1, 5), -EFAULT);
	CHECK_READ(pt.s, "kept\n");
	pair_close(&pt);
	n = (int)sc(SYS_open, "/dev/null", O_RDWR);
	CHECK(!isatty(n));
	CHECK_EQ(sc(SYS_close, n), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	ready = test_shared(TEST_PAGE);
	master_first();
	slave_first();
	never_open();
	many();
	errors();
	return test_done();
}
