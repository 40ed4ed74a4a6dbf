/*
 * tty_canonical.c -- a terminal gives lines: edited, echoed, one a read, with
 * the end of the file typed, and all of that changed by the modes.
 */
#include "user/tests/test_tty.h"

TEST_ROWS("2.14");

static struct pair pt;

/* What is typed comes out so, and is read so. */
static void
typed(int line, const char *text, const char *shown, const char *got)
{
	type(&pt, text);
	check_output(line, pt.m, shown);
	check_read(line, pt.s, got);
}
#define TYPED(text, shown, got) typed(__LINE__, text, shown, got)

static void
lines(void)
{
	char c;

	type(&pt, "one\rtwo\r");
	CHECK_OUTPUT(pt.m, "one\r\ntwo\r\n");
	CHECK_EQ(readable(pt.s), 8);
	CHECK_READ(pt.s, "one\n");
	/* A short read leaves the rest of the line. */
	CHECK_EQ(sc(SYS_read, pt.s, &c, 1), 1);
	CHECK_EQ(c, 't');
	CHECK_READ(pt.s, "wo\n");
	/* Nothing can be read before the line ends. */
	type(&pt, "half");
	CHECK_OUTPUT(pt.m, "half");
	CHECK_EQ(readable(pt.s), 0);
	TYPED("\r", "\r\n", "half\n");
}

static void
editing(void)
{
	TYPED("ab\177c\r", "ab\b \bc\r\n", "ac\n");
	/* A control character takes two places, a tab what is left of eight. */
	TYPED("\001\177x\t\177\r",
	    "^A\b \b\b \bx\t"
	    "\b \b\b \b\b \b\b \b\b \b\b \b\b \b\r\n",
	    "x\n");
	/* The last tab begins behind another, or where the line begins. */
	TYPED("ab\tcd\t\177\177x\r",
	    "ab\tcd\t"
	    "\b \b\b \b\b \b\b \b\b \b\b \b\b \bx\r\n",
	    "ab\tcx\n");
	CHECK_EQ(sc(SYS_write, pt.s, "prompt", 6), 6);
	TYPED("\t\177\t\t\177y\r",
	    "prompt\t\b \b\b \b\t\t"
	    "\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \by\r\n",
	    "\ty\n");
	/* Nothing is left to erase. */
	TYPED("\177\r", "\r\n", "\n");
	TYPED("a bc\027d\r", "a bc\b \b\b \bd\r\n", "a d\n");
	TYPED("ab\025c\r", "ab\b \b\b \bc\r\n", "c\n");
	TYPED("a\022b\r", "a^R\r\nab\r\n", "ab\n");
	/* The next one is taken as it is. */
	TYPED("\026\177\r", "^\b^?\r\n", "\177\n");
}

static void
end_of_file(void)
{
	char buf[2];

	type(&pt, "\004");
	CHECK_READ(pt.s, "");
	type(&pt, "no\004");
	CHECK_OUTPUT(pt.m, "no");
	/* It fits, and takes the end along. */
	CHECK_EQ(sc(SYS_read, pt.s, buf, 2), 2);
	TYPED("x\r", "x\r\n", "x\n");
}

static void
other_modes(void)
{
	struct termios old, tio;

	REQUIRE(tcgetattr(pt.s, &old) == 0);
	tio = old;
	tio.c_lflag &= ~(tcflag_t)ECHO;
	tio.c_iflag &= ~(tcflag_t)ICRNL;
	tio.c_oflag &= ~(tcflag_t)ONLCR;
	CHECK_EQ(tcsetattr(pt.s, TCSAFLUSH, &tio), 0);
	type(&pt, "a\rb\n");
	CHECK_READ(pt.s, "a\rb\n");
	CHECK_EQ(sc(SYS_write, pt.s, "x\ny", 3), 3);
	CHECK_OUTPUT(pt.m, "x\ny");
	tio.c_iflag |= IGNCR | INLCR;
	tio.c_cc[VEOL] = ';';
	CHECK_EQ(tcsetattr(pt.s, TCSADRAIN, &tio), 0);
	type(&pt, "a\rb\n;");
	CHECK_READ(pt.s, "ab\r;");
	/* What is being edited can be read when lines end to be. */
	type(&pt, "rest");
	CHECK_EQ(readable(pt.s), 0);
	tio.c_lflag &= ~(tcflag_t)ICANON;
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &tio), 0);
	CHECK_READ(pt.s, "rest");
	CHECK_EQ(tcsetattr(pt.s, TCSANOW, &old), 0);
}

/* More than there is room for: the line goes on to its end. */
static void
too_long(void)
{
	static char line[3000], got[3000];
	long n;

	local_modes(pt.s, ECHO, 0);
	memset(line, 'l', sizeof(line));
	line[sizeof(line) - 1] = '\r';
	CHECK_EQ(sc(SYS_write, pt.m, line, sizeof(line)), sizeof(line));
	n = sc(SYS_read, pt.s, got, sizeof(got));
	CHECK(n > 1000 && n < 1100);
	CHECK(n > 0 && got[n - 1] == '\n');
	local_modes(pt.s, 0, ECHO);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	pair_open(&pt);
	lines();
	editing();
	end_of_file();
	other_modes();
	too_long();
	pair_close(&pt);
	return test_done();
}
