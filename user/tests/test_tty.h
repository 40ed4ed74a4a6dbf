/*
 * test_tty.h -- what the tests of terminals share: a pty, and what goes
 * through it.
 */
#pragma once

#include "user/tests/test.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

struct pair {
	int m, s; /* master, slave */
	char name[24];
};

__attribute__((unused)) static void
pair_open(struct pair *pt)
{
	REQUIRE(openpty(&pt->m, &pt->s, pt->name, NULL, NULL) == 0);
}

__attribute__((unused)) static void
pair_close(struct pair *pt)
{
	CHECK_EQ(sc(SYS_close, pt->s), 0);
	CHECK_EQ(sc(SYS_close, pt->m), 0);
}

/* Characters come in. */
__attribute__((unused)) static void
type(struct pair *pt, const char *text)
{
	CHECK_EQ(sc(SYS_write, pt->m, text, strlen(text)), strlen(text));
}

/* One read gives exactly this. */
__attribute__((unused)) static void
check_read(int line, int fd, const char *want)
{
	char got[256] = {0};
	long n = sc(SYS_read, fd, got, sizeof(got) - 1);

	if (n == (long)strlen(want) && memcmp(got, want, (size_t)n) == 0)
		return;
	test_note("line %d: read %ld \"%s\", expected \"%s\"", line, n, got,
	    want);
	add(test_failures, 1);
}
#define CHECK_READ(fd, want) check_read(__LINE__, fd, want)

/* So much comes out, in as many reads as it takes. */
__attribute__((unused)) static void
check_output(int line, int fd, const char *want)
{
	char got[256] = {0};
	size_t len = strlen(want), at = 0;

	while (at < len) {
		long n = sc(SYS_read, fd, got + at, len - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	if (at == len && memcmp(got, want, len) == 0)
		return;
	test_note("line %d: output \"%s\", expected \"%s\"", line, got, want);
	add(test_failures, 1);
}
#define CHECK_OUTPUT(fd, want) check_output(__LINE__, fd, want)

/* How many characters wait to be read. */
__attribute__((unused)) static int
readable(int fd)
{
	int n = -1;

	CHECK_EQ(sc(SYS_ioctl, fd, FIONREAD, &n), 0);
	return n;
}

/* Changes modes: these flags off, those on. */
__attribute__((unused)) static void
local_modes(int fd, tcflag_t off, tcflag_t on)
{
	struct termios tio;

	REQUIRE(tcgetattr(fd, &tio) == 0);
	tio.c_lflag = (tio.c_lflag & ~off) | on;
	CHECK_EQ(tcsetattr(fd, TCSANOW, &tio), 0);
}

/* The modes of a program that takes every key as it comes. */
__attribute__((unused)) static void
raw_modes(int fd, cc_t min, cc_t time)
{
	struct termios tio;

	REQUIRE(tcgetattr(fd, &tio) == 0);
	cfmakeraw(&tio);
	tio.c_cc[VMIN] = min;
	tio.c_cc[VTIME] = time;
	CHECK_EQ(tcsetattr(fd, TCSANOW, &tio), 0);
}

__attribute__((unused)) static bool
is_stopped(pid_t pid)
{
	struct proc_row *row = test_ps(pid);

	return row != NULL && row->stat == PROC_STAT_STOP;
}
