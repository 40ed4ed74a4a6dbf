/*
 * edit.c -- a line from the console, key by key.
 *
 * For the length of a line the terminal gives every key as it comes and echoes
 * nothing: what it would do is done here, and what it cannot do.  The programs
 * get it as it was.  The cursor stands always at the end.
 *
 *	Backspace, Delete	the last character	Ctrl-U	the whole line
 *	Ctrl-W			the last word		Ctrl-C	another line
 *	Up, Down		earlier lines		Ctrl-D	end, when empty
 */
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "user/sh/sh.h"

#define CTRL(c) ((c)&0x1f)
#define ESC 0x1b
#define DEL 0x7f
#define HISTORY 16

struct editor {
	char *buf;
	size_t len, size;
	int back; /* how many lines back in the history */
};

static char history[HISTORY][LINE_SIZE];
static int nhistory; /* lines ever kept */

static void
put(const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(1, s, n);

		if (done <= 0)
			return;
		s += done;
		n -= (size_t)done;
	}
}

static void
puts_raw(const char *s)
{
	put(s, strlen(s));
}

static void
erase(struct editor *ed)
{
	if (ed->len > 0) {
		ed->len--;
		puts_raw("\b \b");
	}
}

static void
erase_word(struct editor *ed)
{
	while (ed->len > 0 && ed->buf[ed->len - 1] == ' ')
		erase(ed);
	while (ed->len > 0 && ed->buf[ed->len - 1] != ' ')
		erase(ed);
}

static void
erase_all(struct editor *ed)
{
	while (ed->len > 0)
		erase(ed);
}

static void
add(struct editor *ed, char c)
{
	if (ed->len + 1 < ed->size) {
		ed->buf[ed->len++] = c;
		put(&c, 1);
	}
}

/* The line that is `back` before the newest; 0: an empty one. */
static void
recall(struct editor *ed, int back)
{
	if (back < 0 || back > nhistory || back > HISTORY)
		return;
	ed->back = back;
	erase_all(ed);
	if (back == 0)
		return;
	for (const char *s = history[(nhistory - back) % HISTORY]; *s; s++)
		add(ed, *s);
}

static void
remember(const char *line)
{
	char *slot = history[nhistory % HISTORY];

	if (line[0] == '\0')
		return;
	strncpy(slot, line, LINE_SIZE - 1);
	slot[LINE_SIZE - 1] = '\0';
	nhistory++;
}

/* ESC [ A and the like: only Up and Down mean something. */
static void
escape(struct editor *ed)
{
	char c;

	if (read(0, &c, 1) != 1 || (c != '[' && c != 'O'))
		return;
	do {
		if (read(0, &c, 1) != 1)
			return;
	} while (c < '@' || c > '~');
	if (c == 'A')
		recall(ed, ed->back + 1);
	else if (c == 'B')
		recall(ed, ed->back - 1);
}

/* Any key that does not end the line. */
static void
key(struct editor *ed, char c)
{
	switch (c) {
	case '\b':
	case DEL:
		erase(ed);
		break;
	case CTRL('U'):
		erase_all(ed);
		break;
	case CTRL('W'):
		erase_word(ed);
		break;
	case ESC:
		escape(ed);
		break;
	default:
		if ((unsigned char)c >= ' ')
			add(ed, c);
		break;
	}
}

/* The line that the keys make; false: no more input. */
static bool
edit(struct editor *ed, const char *prompt)
{
	char c;

	puts_raw(prompt);
	for (;;) {
		if (read(0, &c, 1) != 1)
			return false;
		if (c == '\r' || c == '\n')
			break;
		if (c == CTRL('D') && ed->len == 0) {
			puts_raw("\n");
			return false;
		}
		if (c == CTRL('C')) {
			puts_raw("^C\n");
			puts_raw(prompt);
			ed->len = 0;
			ed->back = 0;
		} else {
			key(ed, c);
		}
	}
	puts_raw("\n");
	ed->buf[ed->len] = '\0';
	remember(ed->buf);
	return true;
}

bool
edit_line(const char *prompt, char *buf, size_t size)
{
	struct editor ed = {.buf = buf, .size = size};
	struct termios old, raw;
	bool terminal = tcgetattr(0, &old) == 0, more;

	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (terminal)
		tcsetattr(0, TCSADRAIN, &raw);
	more = edit(&ed, prompt);
	if (terminal)
		tcsetattr(0, TCSADRAIN, &old);
	return more;
}

bool
plain_line(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c;

	while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
		if (len + 1 < size)
			buf[len++] = c;
	}
	buf[len] = '\0';
	return n == 1 || len > 0;
}
