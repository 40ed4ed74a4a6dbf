/*
 * tty_signals.c -- keys that send signals: to the foreground group and nobody
 * else, what was typed before is thrown away; a change of the window's size;
 * modes that make them keys like others.
 */
#include "user/tests/test_tty.h"
#include <signal.h>

TEST_ROWS("2.14");

static struct pair pt;
static int *shared; /* [0] ready, [1] go on, [2 + signal] how often */

static void
count(int sig)
{
	add(&shared[2 + sig], 1);
}

static void
catch_all(void)
{
	signal(SIGINT, count);
	signal(SIGQUIT, count);
	signal(SIGTSTP, count);
	signal(SIGWINCH, count);
}

static void
background(void *arg)
{
	(void)arg;
	signal(SIGINT, SIG_DFL);
	CHECK_EQ(setpgid(0, 0), 0);
	add(&shared[0], 1);
	WAIT_UNTIL(load(&shared[1]) == 1);
}

static void
leader(void *arg)
{
	char c;
	pid_t pid;

	(void)arg;
	CHECK_EQ(sc(SYS_close, pt.m), 0);
	catch_all();
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_ioctl, pt.s, TIOCSCTTY, 0), 0);
	pid = test_fork(background, NULL);
	WAIT_UNTIL(load(&shared[0]) == 1);
	add(&shared[0], 1);
	/* The read is interrupted, or goes on (SA_RESTART). */
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), 1);
	CHECK_EQ(c, 'x');
	CHECK_READ(pt.s, "\n");
	CHECK_EXIT(pid, 0);
}

static void
sent(int sig, int times)
{
	WAIT_UNTIL(load(&shared[2 + sig]) >= times);
	CHECK_EQ(load(&shared[2 + sig]), times);
}

int
main(int argc, char **argv)
{
	struct winsize ws = {.ws_row = 25, .ws_col = 80};
	pid_t pid;

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	pair_open(&pt);
	pid = test_fork(leader, NULL);
	WAIT_UNTIL(load(&shared[0]) == 2);
	type(&pt, "gone\003");
	sent(SIGINT, 1);
	/* Out is what was written since. */
	CHECK_OUTPUT(pt.m, "^C");
	type(&pt, "gone\034");
	sent(SIGQUIT, 1);
	CHECK_OUTPUT(pt.m, "^\\");
	type(&pt, "gone\032");
	sent(SIGTSTP, 1);
	CHECK_OUTPUT(pt.m, "gone^Z");
	CHECK_EQ(sc(SYS_ioctl, pt.m, TIOCSWINSZ, &ws), 0);
	sent(SIGWINCH, 1);
	/* The same once more is no change. */
	CHECK_EQ(sc(SYS_ioctl, pt.m, TIOCSWINSZ, &ws), 0);
	/* Without ISIG they are characters. */
	local_modes(pt.m, ISIG, 0);
	type(&pt, "\003\025");
	CHECK_OUTPUT(pt.m, "^C\b \b\b \b");
	local_modes(pt.m, 0, ISIG | NOFLSH);
	type(&pt, "x\003");
	sent(SIGINT, 2);
	CHECK_OUTPUT(pt.m, "x^C");
	type(&pt, "\r");
	CHECK_OUTPUT(pt.m, "\r\n");
	CHECK_EQ(load(&shared[2 + SIGWINCH]), 1);
	store(&shared[1], 1);
	CHECK_EXIT(pid, 0);
	pair_close(&pt);
	return test_done();
}
