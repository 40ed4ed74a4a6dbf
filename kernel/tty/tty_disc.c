/*
 * tty_disc.c -- the line discipline: what becomes of a character on its way in
 * or out, by the terminal's modes.
 *
 * In canonical mode a line is edited between t_cpos and t_wpos, and can be
 * read once it is complete; otherwise each character can be read at once.
 * A reader takes a line or less; the end of a line, or of the file, is marked
 * in the input, so that the modes may change meanwhile.
 *
 * Nothing here sleeps but disc_input(), when a key or what it completes sends a
 * signal.
 */
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/tty/tty.h"

#define DEL 0x7f
#define OUT_MOST 9 /* bytes that one character may come to */

static inline uint32_t NEEDS(tty_token)
free_in(const struct tty *tp)
{
	return TTY_IN - (tp->t_wpos - tp->t_rpos);
}

static inline bool NEEDS(tty_token)
    has_lflag(const struct tty *tp, uint32_t flag)
{
	return tp->t_termios.c_lflag & flag;
}

/* Is c the special character of that place? */
static inline bool NEEDS(tty_token)
    is_special(const struct tty *tp, uint8_t c, int place)
{
	uint8_t cc = tp->t_termios.c_cc[place];

	return c == cc && cc != _POSIX_VDISABLE;
}

/*
 * Output.
 */

static void NEEDS(tty_token)
out_put(struct tty *tp, uint8_t c)
{
	tp->t_out[tp->t_oend++ % TTY_OUT] = (char)c;
	switch (c) {
	case '\r':
		tp->t_column = 0;
		break;
	case '\b':
		if (tp->t_column > 0)
			tp->t_column--;
		break;
	case '\t':
		tp->t_column = (tp->t_column | 7) + 1;
		break;
	default:
		if (c >= ' ' && c != DEL)
			tp->t_column++;
		break;
	}
}

static void NEEDS(tty_token)
out_processed(struct tty *tp, uint8_t c)
{
	uint32_t flags = tp->t_termios.c_oflag;

	if (c == '\t' && (flags & OXTABS)) {
		do
			out_put(tp, ' ');
		while (tp->t_column & 7);
		return;
	}
	if (c == '\r' && (flags & ONOCR) && tp->t_column == 0)
		return;
	if (c == '\r' && (flags & OCRNL))
		c = '\n';
	else if (c == '\n' && (flags & ONLCR))
		out_put(tp, '\r');
	out_put(tp, c);
	if (c == '\n' && (flags & ONLRET))
		tp->t_column = 0;
}

bool
disc_output_room(const struct tty *tp)
{
	return TTY_OUT - tty_outq(tp) >= OUT_MOST;
}

bool
disc_output(struct tty *tp, uint8_t c)
{
	if (!disc_output_room(tp))
		return false;
	if (tp->t_termios.c_oflag & OPOST)
		out_processed(tp, c);
	else
		out_put(tp, c);
	return true;
}

/*
 * Echo: what there is no room for is not shown.
 */

static bool NEEDS(tty_token)
shows_as_control(const struct tty *tp, uint8_t c)
{
	return has_lflag(tp, ECHOCTL) && (c < ' ' || c == DEL) && c != '\t' &&
	       c != '\n';
}

static void NEEDS(tty_token)
echo(struct tty *tp, uint8_t c)
{
	if (!has_lflag(tp, ECHO) &&
	    !(c == '\n' && has_lflag(tp, ECHONL) && has_lflag(tp, ICANON)))
		return;
	if (shows_as_control(tp, c)) {
		disc_output(tp, '^');
		c = c == DEL ? '?' : c | '@';
	}
	disc_output(tp, c);
}

/* How many places c takes that is no tab. */
static uint32_t NEEDS(tty_token)
    places_of(const struct tty *tp, uint8_t c)
{
	if (shows_as_control(tp, c))
		return 2;
	return c >= ' ' && c != DEL ? 1 : 0;
}

/* The same of the last character of the line.  A tab ends where one that
 * begins at its column ends; the one before it ended at a multiple of eight. */
static uint32_t NEEDS(tty_token)
    places_of_last(const struct tty *tp)
{
	uint32_t column = 0, i = tp->t_wpos - 1;
	uint8_t c = (uint8_t)tp->t_in[i % TTY_IN];

	if (c != '\t')
		return places_of(tp, c);
	for (;; column += places_of(tp, c)) {
		if (i == tp->t_cpos) {
			column += tp->t_editcol;
			break;
		}
		c = (uint8_t)tp->t_in[--i % TTY_IN];
		if (c == '\t')
			break;
	}
	return 8 - (column & 7);
}

/* Takes the last character of the line back, with its echo. */
static void NEEDS(tty_token)
erase_one(struct tty *tp)
{
	uint32_t wide = places_of_last(tp);

	tp->t_wpos--;
	if (!has_lflag(tp, ECHO))
		return;
	if (!has_lflag(tp, ECHOE)) {
		disc_output(tp, tp->t_termios.c_cc[VERASE]);
		return;
	}
	while (wide-- > 0) {
		disc_output(tp, '\b');
		disc_output(tp, ' ');
		disc_output(tp, '\b');
	}
}

static void NEEDS(tty_token)
erase_line(struct tty *tp)
{
	if (has_lflag(tp, ECHOKE) && has_lflag(tp, ECHOE)) {
		while (tp->t_wpos != tp->t_cpos)
			erase_one(tp);
		return;
	}
	tp->t_wpos = tp->t_cpos;
	echo(tp, tp->t_termios.c_cc[VKILL]);
	if (has_lflag(tp, ECHOK))
		echo(tp, '\n');
}

static bool NEEDS(tty_token)
last_is_blank(const struct tty *tp)
{
	uint8_t c = (uint8_t)tp->t_in[(tp->t_wpos - 1) % TTY_IN];

	return c == ' ' || c == '\t';
}

static void NEEDS(tty_token)
erase_word(struct tty *tp)
{
	while (tp->t_wpos != tp->t_cpos && last_is_blank(tp))
		erase_one(tp);
	while (tp->t_wpos != tp->t_cpos && !last_is_blank(tp))
		erase_one(tp);
}

/* Shows the line once more. */
static void NEEDS(tty_token)
reprint(struct tty *tp)
{
	echo(tp, tp->t_termios.c_cc[VREPRINT]);
	echo(tp, '\n');
	tp->t_editcol = 0;
	for (uint32_t i = tp->t_cpos; i != tp->t_wpos; i++)
		echo(tp, (uint8_t)tp->t_in[i % TTY_IN]);
}

/*
 * Input.
 */

static void NEEDS(tty_token)
commit(struct tty *tp)
{
	tp->t_cpos = tp->t_wpos;
	tty_wake_readers(tp);
}

/* Puts out the special character of that place, if there is one. */
static bool NEEDS(tty_token)
put_special(struct tty *tp, int place)
{
	uint8_t c = tp->t_termios.c_cc[place];

	return c == _POSIX_VDISABLE || disc_output(tp, c);
}

/* IXOFF: asks the other side to wait, or to go on; and to go on when that is
 * not wanted any more. */
static void NEEDS(tty_token)
hold_input(struct tty *tp)
{
	bool wanted = tp->t_termios.c_iflag & IXOFF;
	uint32_t room = free_in(tp);
	bool stop = tp->t_sent_stop;

	if (wanted && !stop && room < TTY_IN / 4)
		stop = put_special(tp, VSTOP);
	else if (stop && (!wanted || room > TTY_IN / 2))
		stop = !put_special(tp, VSTART);
	if (stop != tp->t_sent_stop)
		tp->t_driver->dr_start(tp);
	tp->t_sent_stop = stop;
}

/* In canonical mode the last place is for the end of the line. */
static void NEEDS(tty_token)
put(struct tty *tp, uint8_t c, uint16_t mark)
{
	bool canonical = has_lflag(tp, ICANON);

	if (free_in(tp) < (canonical && mark == 0 ? 2 : 1)) {
		if (tp->t_termios.c_iflag & IMAXBEL)
			disc_output(tp, '\a');
		return;
	}
	if (tp->t_wpos == tp->t_cpos)
		tp->t_editcol = tp->t_column;
	tp->t_in[tp->t_wpos++ % TTY_IN] = c | mark;
	if (!(mark & TC_EOF))
		echo(tp, c);
	if (!canonical || mark != 0)
		commit(tp);
	hold_input(tp);
}

/* Is c a key that sends a signal?  0: no. */
static int NEEDS(tty_token)
key_signal(const struct tty *tp, uint8_t c)
{
	if (!has_lflag(tp, ISIG))
		return 0;
	if (is_special(tp, c, VINTR))
		return SIGINT;
	if (is_special(tp, c, VQUIT))
		return SIGQUIT;
	return is_special(tp, c, VSUSP) ? SIGTSTP : 0;
}

static void NEEDS(tty_token)
send_signal(struct tty *tp, int sig, uint8_t c)
{
	if (!has_lflag(tp, NOFLSH))
		tty_flush(tp, sig == SIGTSTP ? FREAD : FREAD | FWRITE);
	echo(tp, c);
	tp->t_driver->dr_start(tp);
	tty_signal(tp, sig, true); /* sleeps */
}

/* ^S and ^Q; true: c was one of them. */
static bool NEEDS(tty_token)
flow_control(struct tty *tp, uint8_t c)
{
	uint32_t flags = tp->t_termios.c_iflag;
	bool stop, start;

	if (!(flags & IXON))
		return false;
	stop = is_special(tp, c, VSTOP);
	start = is_special(tp, c, VSTART);
	if (stop && (!start || !tp->t_held)) {
		tp->t_held = true;
		return true;
	}
	if (tp->t_held && (start || (flags & IXANY))) {
		tp->t_held = false;
		tp->t_driver->dr_start(tp);
	}
	return start;
}

/* The keys that edit a line; true: c was one of them. */
static bool NEEDS(tty_token)
edit_key(struct tty *tp, uint8_t c)
{
	bool extended = has_lflag(tp, IEXTEN);

	if (is_special(tp, c, VERASE)) {
		if (tp->t_wpos != tp->t_cpos)
			erase_one(tp);
	} else if (is_special(tp, c, VKILL)) {
		erase_line(tp);
	} else if (extended && is_special(tp, c, VWERASE)) {
		erase_word(tp);
	} else if (extended && is_special(tp, c, VREPRINT)) {
		reprint(tp);
	} else {
		return false;
	}
	return true;
}

static void NEEDS(tty_token)
canonical_input(struct tty *tp, uint8_t c)
{
	if (edit_key(tp, c))
		return;
	if (is_special(tp, c, VEOF))
		put(tp, c, TC_END | TC_EOF);
	else if (c == '\n' || is_special(tp, c, VEOL) ||
		 (has_lflag(tp, IEXTEN) && is_special(tp, c, VEOL2)))
		put(tp, c, TC_END);
	else
		put(tp, c, 0);
}

static void NEEDS(tty_token)
input_character(struct tty *tp, uint8_t c)
{
	uint32_t flags = tp->t_termios.c_iflag;

	if (c == '\r') {
		if (flags & IGNCR)
			return;
		if (flags & ICRNL)
			c = '\n';
	} else if (c == '\n' && (flags & INLCR)) {
		c = '\r';
	}
	if (has_lflag(tp, ICANON))
		canonical_input(tp, c);
	else
		put(tp, c, 0);
}

/* Without a line to read, a full canonical input takes what it will drop: only
 * the end of the line can make room. */
bool
disc_input_room(struct tty *tp)
{
	return free_in(tp) > 1 ||
	       (has_lflag(tp, ICANON) && tp->t_cpos == tp->t_rpos);
}

void
disc_input(struct tty *tp, uint8_t c)
{
	uint32_t committed = tp->t_cpos;
	int sig;

	if (tp->t_termios.c_iflag & ISTRIP)
		c &= 0x7f;
	if (tp->t_lnext) {
		tp->t_lnext = false;
		put(tp, c, 0);
	} else if (has_lflag(tp, IEXTEN) && is_special(tp, c, VLNEXT)) {
		tp->t_lnext = true;
		if (has_lflag(tp, ECHO) && has_lflag(tp, ECHOE)) {
			disc_output(tp, '^');
			disc_output(tp, '\b');
		}
	} else if ((sig = key_signal(tp, c)) != 0) {
		send_signal(tp, sig, c); /* sleeps */
	} else if (!flow_control(tp, c)) {
		input_character(tp, c);
	}
	tp->t_driver->dr_start(tp);
	if (tp->t_cpos != committed)
		sigio_send(&tp->t_owner); /* sleeps */
}

/*
 * Reading.
 */

uint32_t
disc_peek(struct tty *tp, char *buf, uint32_t max, uint32_t *used, bool *done)
{
	bool canonical = has_lflag(tp, ICANON);
	uint32_t at = tp->t_rpos, n = 0;

	*done = false;
	while (at != tp->t_cpos && !*done) {
		uint16_t c = tp->t_in[at % TTY_IN];

		/* A full buffer takes the end of the file along, lest the next
		 * read end there. */
		if (n == max && !(n > 0 && (c & TC_EOF)))
			break;
		at++;
		if (!(c & TC_EOF))
			buf[n++] = (char)c;
		*done = canonical && (c & TC_END);
	}
	*used = at - tp->t_rpos;
	*done = *done || at == tp->t_cpos;
	return n;
}

void
disc_taken(struct tty *tp, uint32_t n)
{
	tp->t_rpos += n;
	hold_input(tp);
	if (tp->t_driver->dr_resume != NULL)
		tp->t_driver->dr_resume(tp);
}

void
disc_modes_changed(struct tty *tp)
{
	tp->t_modes++;
	if (!has_lflag(tp, ICANON) && tp->t_cpos != tp->t_wpos)
		commit(tp);
	if (!(tp->t_termios.c_iflag & IXON) && tp->t_held) {
		tp->t_held = false;
		tp->t_driver->dr_start(tp);
	}
	hold_input(tp);
	tty_wake_all(tp);
}

int
disc_readable(const struct tty *tp)
{
	int n = 0;

	for (uint32_t i = tp->t_rpos; i != tp->t_cpos; i++)
		n += !(tp->t_in[i % TTY_IN] & TC_EOF);
	return n;
}
