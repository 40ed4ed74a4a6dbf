/*
 * tty_hostile.c -- what an open file of a terminal must not do once it is dead,
 * whatever sleep it was in; and calls that make no sense, many at a time.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("E43 2.14 E.errors");

static struct pair pt;
static int *shared; /* [0] where they are, [1] is it over */

/*
 * After a revoke.
 */

static void
drains(void *arg)
{
	struct termios tio;

	(void)arg;
	REQUIRE(tcgetattr(pt.s, &tio) == 0);
	CHECK_EQ(sc(SYS_write, pt.s, "x", 1), 1);
	store(&shared[0], 1);
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSETAF, &tio), -EBADF);
}

/* Its modes are not the next one's. */
static void
modes_of_the_dead(void)
{
	pid_t pid;

	pair_open(&pt);
	store(&shared[0], 0);
	pid = test_fork(drains, NULL);
	WAIT_UNTIL(load(&shared[0]) == 1);
	WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "ttydrn") == 0);
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	CHECK_EXIT(pid, 0);
	pair_close(&pt);
}

/* What it writes has never been touched: there is a page fault in each. */
static void
writes_pages(void *arg)
{
	char *page = test_private(16 * TEST_PAGE);
	long n = 0;

	(void)arg;
	store(&shared[0], 1);
	for (int i = 0; i < 16 && n >= 0; i++) {
		n = sc(SYS_write, pt.s, page + (size_t)i * TEST_PAGE, 100);
		CHECK(n == 100 || n == -EBADF);
	}
}

/* Nothing comes out that was not thrown away. */
static void
output_of_the_dead(int round)
{
	int n = -1;
	pid_t pid;

	pair_open(&pt);
	raw_modes(pt.s, 1, 0);
	store(&shared[0], 0);
	pid = test_fork(writes_pages, NULL);
	WAIT_UNTIL(load(&shared[0]) == 1);
	for (int i = 0; i < round % 16; i++)
		test_yield();
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sc(SYS_ioctl, pt.m, FIONREAD, &n), 0);
	CHECK_EQ(n, 0);
	pair_close(&pt);
}

static void
reads_pages(void *arg)
{
	char *page = test_private(4 * TEST_PAGE);
	long n;

	(void)arg;
	store(&shared[0], 1);
	/* Two pieces, each to pages that are not there yet. */
	n = sc(SYS_read, pt.s, page + TEST_PAGE - 200, 600);
	for (long i = 0; i < n; i++)
		REQUIRE(page[TEST_PAGE - 200 + (size_t)i] == 'a');
	CHECK(n > 0 || n == -EBADF);
}

/* Nor is anything read that is the next one's. */
static void
input_of_the_dead(int round)
{
	static char old[600], new[600];
	pid_t pid;
	int fd;

	memset(old, 'a', sizeof(old));
	memset(new, 'b', sizeof(new));
	pair_open(&pt);
	raw_modes(pt.s, 1, 0);
	CHECK_EQ(sc(SYS_write, pt.m, old, sizeof(old)), sizeof(old));
	store(&shared[0], 0);
	pid = test_fork(reads_pages, NULL);
	WAIT_UNTIL(load(&shared[0]) == 1);
	for (int i = 0; i < round % 16; i++)
		test_yield();
	CHECK_EQ(sc(SYS_revoke, pt.name), 0);
	fd = (int)sc(SYS_open, pt.name, O_RDWR);
	raw_modes(fd, 1, 0);
	CHECK_EQ(sc(SYS_write, pt.m, new, sizeof(new)), sizeof(new));
	CHECK_EXIT(pid, 0);
	CHECK_EQ(readable(fd), sizeof(new));
	CHECK_EQ(sc(SYS_close, fd), 0);
	pair_close(&pt);
}

/* The first file finds the terminal as it always is. */
static void
left_held(void)
{
	char c;

	pair_open(&pt);
	CHECK_EQ(tcflow(pt.s, TCOOFF), 0);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
	pt.s = (int)sc(SYS_open, pt.name, O_RDWR);
	CHECK_EQ(sc(SYS_write, pt.s, "out", 3), 3);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_read, pt.m, &c, 1), 1);
	pair_close(&pt);
}

/*
 * Calls that make no sense.
 */

static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static unsigned long
some_ioctl(void)
{
	static const uint32_t known[] = {TIOCFLUSH, TIOCGETA, TIOCSETA,
	    TIOCSETAW, TIOCSETAF, TIOCSCTTY, TIOCGSID, TIOCGWINSZ, TIOCSWINSZ,
	    TIOCSTART, TIOCSTOP, TIOCNOTTY, TIOCOUTQ, TIOCSPGRP, TIOCGPGRP,
	    TIOCDRAIN, TIOCPTYN, FIONREAD};
	unsigned long cmd = known[draw(COUNT(known))];

	switch (draw(6)) {
	case 0:
		return cmd ^ 1UL << draw(32); /* another size, or way */
	case 1:
		return cmd | (unsigned long)draw(1U << 24) << 32;
	case 2:
		return draw(1U << 24) << 8 | draw(256);
	default:
		return cmd;
	}
}

static void *
some_pointer(char *page)
{
	switch (draw(8)) {
	case 0:
		return NULL;
	case 1:
		return (void *)0xffff800000001000UL;
	case 2:
		return (void *)0x00007ffffffff000UL;
	case 3:
		return (void *)0x8000000000000000UL;
	case 4: /* its end, and the next page is not there */
		return page + TEST_PAGE - draw(50);
	default:
		for (int i = 0; i < 64; i++)
			page[i] = (char)draw(256);
		return page;
	}
}

/* Whatever is said to them, the files stay files. */
static void
asks(void *arg)
{
	char *page = test_private(2 * TEST_PAGE);
	int n = (int)(intptr_t)arg, fds[3], zero = 0;

	seed = (uint32_t)n * 2654435761U + 1;
	CHECK_EQ(sc(SYS_munmap, page + TEST_PAGE, TEST_PAGE), 0);
	for (int i = 1; i < 32; i++)
		signal(i, SIG_IGN);
	if (n % 2 == 0) {
		CHECK_EQ(sc(SYS_setsid), getpid());
		sc(SYS_ioctl, pt.s, TIOCSCTTY, 0);
	}
	fds[0] = pt.m;
	fds[1] = pt.s;
	fds[2] = (int)sc(SYS_open, "/dev/tty", O_RDWR | O_NONBLOCK);
	for (int i = 0; i < 300 && load(&shared[1]) == 0; i++) {
		unsigned long cmd = some_ioctl();
		long got;

		/* It would wait for what nobody reads. */
		if (cmd == TIOCDRAIN || cmd == TIOCSETAW || cmd == TIOCSETAF)
			sc(SYS_ioctl, fds[1], TIOCFLUSH, &zero);
		got = sc(SYS_ioctl, fds[draw(3)], cmd, some_pointer(page));
		CHECK(got >= -100 && got <= 0);
		if (draw(8) == 0)
			sc(SYS_write, fds[draw(2)], page, draw(40));
		if (draw(8) == 0)
			sc(SYS_read, fds[draw(2)], page, draw(40));
		if (draw(64) == 0)
			sc(SYS_revoke, pt.name);
	}
}

/* The one who takes what comes out, so that nobody waits for ever. */
static void
senseless(int round)
{
	pid_t pids[4];
	char buf[512];

	pair_open(&pt);
	store(&shared[1], 0);
	CHECK_EQ(sc(SYS_fcntl, pt.m, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_fcntl, pt.s, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	for (int i = 0; i < (int)COUNT(pids); i++)
		pids[i] = test_fork(asks, (void *)(intptr_t)(round * 4 + i));
	for (int i = 0; i < (int)COUNT(pids); i++)
		while (!test_is_zombie(pids[i])) {
			sc(SYS_read, pt.m, buf, sizeof(buf));
			/* Held output would be drained never. */
			if (sc(SYS_ioctl, pt.s, TIOCSTART, 0) == -EBADF) {
				sc(SYS_close, pt.s);
				pt.s = (int)sc(
				    SYS_open, pt.name, O_RDWR | O_NONBLOCK);
			}
			test_sleep_ms(1);
		}
	for (int i = 0; i < (int)COUNT(pids); i++)
		CHECK_EXIT(pids[i], 0);
	pair_close(&pt);
}

/*
 * The other side goes while it is written to, by many.
 */

static void
writes_much(void *arg)
{
	static char much[3000];
	long n;

	(void)arg;
	add(&shared[0], 1);
	do
		n = sc(SYS_write, pt.s, much, sizeof(much));
	while (n > 0);
	CHECK_EQ(n, -EIO);
}

static void
reads_much(void *arg)
{
	char c[10];

	(void)arg;
	add(&shared[0], 1);
	CHECK_EQ(sc(SYS_read, pt.s, c, sizeof(c)), 0);
}

static void
master_goes(int round)
{
	pid_t pids[5];

	pair_open(&pt);
	store(&shared[0], 0);
	for (int i = 0; i < (int)COUNT(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			sc(SYS_close, pt.m);
			(i < 3 ? writes_much : reads_much)(NULL);
			test_exit(0);
		}
	}
	WAIT_UNTIL(load(&shared[0]) == (int)COUNT(pids));
	for (int i = 0; i < round % 8; i++)
		test_yield();
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	for (int i = 0; i < (int)COUNT(pids); i++)
		CHECK_EXIT(pids[i], 0);
	CHECK_EQ(sc(SYS_close, pt.s), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	modes_of_the_dead();
	left_held();
	for (int i = 0; i < test_rounds(60, 1000); i++) {
		output_of_the_dead(i);
		input_of_the_dead(i);
		master_goes(i);
	}
	for (int i = 0; i < test_rounds(20, 100); i++)
		senseless(i);
	return test_done();
}
