/*
 * tty_raw.c -- without lines: VMIN and VTIME say when a read is over, and when
 * they change, to one that waits, too; bytes go through as they are; flow
 * control; what fills up blocks, and goes on.
 */
#include "user/tests/test_tty.h"

TEST_ROWS("2.14");

static struct pair pt;
static int *reading; /* shared */

static void
minimum(void *arg)
{
	(void)arg;
	store(reading, 1);
	CHECK_READ(pt.s, "abc");
}

static void
counts(void)
{
	uint64_t start;
	char c;
	pid_t pid;

	/* A: so many. */
	raw_modes(pt.s, 3, 0);
	pid = test_fork(minimum, NULL);
	WAIT_UNTIL(load(reading) == 1);
	type(&pt, "a");
	test_sleep_ms(5);
	type(&pt, "b");
	test_sleep_ms(5);
	CHECK_EQ(readable(pt.s), 2);
	type(&pt, "c");
	CHECK_EXIT(pid, 0);
	/* But never more than are asked for. */
	type(&pt, "x");
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), 1);
	/* B: after the first, a pause ends it. */
	raw_modes(pt.s, 5, 1);
	type(&pt, "xy");
	CHECK_READ(pt.s, "xy");
	/* C: a time for the first. */
	raw_modes(pt.s, 0, 1);
	start = test_now_ns();
	CHECK_READ(pt.s, "");
	CHECK(test_now_ns() - start >= 100000000U);
	type(&pt, "z");
	CHECK_READ(pt.s, "z");
	/* D: what there is. */
	raw_modes(pt.s, 0, 0);
	CHECK_READ(pt.s, "");
	type(&pt, "12");
	CHECK_READ(pt.s, "12");
	raw_modes(pt.s, 1, 0);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), -EAGAIN);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_RDWR), 0);
}

static void
gets_nothing(void *arg)
{
	(void)arg;
	store(reading, 1);
	CHECK_READ(pt.s, "");
}

static void
gets_a_line(void *arg)
{
	(void)arg;
	store(reading, 1);
	CHECK_READ(pt.s, "abc\n");
}

static pid_t
reader(void (*fn)(void *))
{
	pid_t pid;

	store(reading, 0);
	pid = test_fork(fn, NULL);
	WAIT_UNTIL(load(reading) == 1);
	WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "ttyin") == 0);
	return pid;
}

/* Who waits already does so by the new modes. */
static void
modes_change(void)
{
	pid_t pid;

	/* Fewer are enough now: three are there. */
	raw_modes(pt.s, 100, 0);
	pid = reader(minimum);
	type(&pt, "abc");
	WAIT_UNTIL(readable(pt.s) == 3);
	raw_modes(pt.s, 2, 0);
	CHECK_EXIT(pid, 0);
	/* More are wanted. */
	raw_modes(pt.s, 1, 0);
	pid = reader(minimum);
	raw_modes(pt.s, 3, 0);
	type(&pt, "a");
	type(&pt, "bc");
	CHECK_EXIT(pid, 0);
	/* There is a time now, and then none is waited for. */
	raw_modes(pt.s, 1, 0);
	pid = reader(gets_nothing);
	raw_modes(pt.s, 0, 1);
	CHECK_EXIT(pid, 0);
	raw_modes(pt.s, 0, 255);
	pid = reader(gets_nothing);
	raw_modes(pt.s, 0, 0);
	CHECK_EXIT(pid, 0);
	/* To lines, and back. */
	raw_modes(pt.s, 100, 0);
	pid = reader(gets_a_line);
	local_modes(pt.s, 0, ICANON);
	type(&pt, "abc\n");
	CHECK_EXIT(pid, 0);
	pid = reader(gets_nothing);
	raw_modes(pt.s, 0, 1);
	CHECK_EXIT(pid, 0);
}

static void
bytes(void)
{
	char all[256], got[256];
	size_t at = 0;

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	CHECK_EQ(sc(SYS_write, pt.m, all, 256), 256);
	CHECK_EQ(sc(SYS_read, pt.s, got, 256), 256);
	CHECK_EQ(memcmp(all, got, 256), 0);
	CHECK_EQ(sc(SYS_write, pt.s, all, 256), 256);
	while (at < 256) {
		long n = sc(SYS_read, pt.m, got + at, 256 - at);

		REQUIRE(n > 0);
		at += (size_t)n;
	}
	CHECK_EQ(memcmp(all, got, 256), 0);
}

static void
flow(void)
{
	struct termios tio;
	char c;

	REQUIRE(tcgetattr(pt.s, &tio) == 0);
	tio.c_iflag |= IXON;
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &tio), 0);
	type(&pt, "\023");
	CHECK_EQ(sc(SYS_write, pt.s, "held", 4), 4);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), -EAGAIN);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR), 0);
	type(&pt, "\021");
	CHECK_OUTPUT(pt.m, "held");
	CHECK_EQ(tcflow(pt.s, TCOOFF), 0);
	CHECK_EQ(sc(SYS_write, pt.s, "lost", 4), 4);
	CHECK_EQ(tcflush(pt.s, TCOFLUSH), 0);
	CHECK_EQ(tcflow(pt.s, TCOON), 0);
	CHECK_EQ(sc(SYS_write, pt.s, "kept", 4), 4);
	CHECK_OUTPUT(pt.m, "kept");
	/* What is typed is thrown away, too. */
	type(&pt, "lost");
	CHECK_EQ(readable(pt.s), 4);
	CHECK_EQ(tcflush(pt.s, TCIFLUSH), 0);
	CHECK_EQ(readable(pt.s), 0);
}

/* What is typed ahead makes the terminal ask for a pause. */
static void
flow_back(void)
{
	static char ahead[900];
	struct termios tio;
	char got[900], c;

	raw_modes(pt.s, 1, 0);
	REQUIRE(tcgetattr(pt.s, &tio) == 0);
	tio.c_iflag |= IXOFF;
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &tio), 0);
	CHECK_EQ(sc(SYS_write, pt.m, ahead, sizeof(ahead)), sizeof(ahead));
	CHECK_OUTPUT(pt.m, "\023");
	CHECK_EQ(sc(SYS_read, pt.s, got, 700), 700);
	CHECK_OUTPUT(pt.m, "\021");
	/* And to go on when it does not mind any more. */
	CHECK_EQ(sc(SYS_write, pt.m, ahead, 700), 700);
	CHECK_OUTPUT(pt.m, "\023");
	tio.c_iflag &= ~(tcflag_t)IXOFF;
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &tio), 0);
	CHECK_OUTPUT(pt.m, "\021");
	/* Without a character for it there is none. */
	tio.c_iflag |= IXOFF;
	tio.c_cc[VSTOP] = tio.c_cc[VSTART] = _POSIX_VDISABLE;
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &tio), 0);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), -EAGAIN);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR), 0);
	CHECK_EQ(sc(SYS_read, pt.s, got, sizeof(got)), 900);
	CHECK_EQ(tcflush(pt.s, TCIOFLUSH), 0);
}

#define MUCH 20000

static void
fill(int fd)
{
	char buf[1000];

	for (int i = 0; i < MUCH; i += (int)sizeof(buf)) {
		for (size_t j = 0; j < sizeof(buf); j++)
			buf[j] = (char)((size_t)i + j);
		CHECK_EQ(sc(SYS_write, fd, buf, sizeof(buf)), sizeof(buf));
	}
}

static void
fill_slave(void *arg)
{
	(void)arg;
	fill(pt.s);
}

static void
fill_master(void *arg)
{
	(void)arg;
	fill(pt.m);
}

static void
drain(int fd)
{
	char buf[300];
	int at = 0;

	while (at < MUCH) {
		long n = sc(SYS_read, fd, buf, sizeof(buf));

		REQUIRE(n > 0);
		for (long i = 0; i < n; i++, at++)
			if (buf[i] != (char)at) {
				CHECK_EQ(buf[i], (char)at);
				return;
			}
	}
}

static void
more_than_fits(void)
{
	pid_t pid;

	raw_modes(pt.s, 1, 0);
	pid = test_fork(fill_slave, NULL);
	test_sleep_ms(5);
	drain(pt.m);
	CHECK_EXIT(pid, 0);
	pid = test_fork(fill_master, NULL);
	test_sleep_ms(5);
	drain(pt.s);
	CHECK_EXIT(pid, 0);
	/* tcdrain waits for the reader. */
	CHECK_EQ(sc(SYS_write, pt.s, "out", 3), 3);
	pid = fork();
	if (pid == 0)
		test_exit(tcdrain(pt.s) == 0 ? 0 : 1);
	CHECK_OUTPUT(pt.m, "out");
	CHECK_EXIT(pid, 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	reading = test_shared(TEST_PAGE);
	pair_open(&pt);
	counts();
	modes_change();
	bytes();
	flow();
	flow_back();
	more_than_fits();
	pair_close(&pt);
	return test_done();
}
