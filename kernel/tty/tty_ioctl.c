/*
 * tty_ioctl.c -- the ioctls of terminals: spec 2.14.
 *
 * Arguments come in before the token is taken and go out after it is let go
 * of.  What changes a terminal waits until the process is in the foreground
 * (SIGTTOU), and looks at its file again.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/tty/tty.h"

#define NO_PGRP 100000 /* no group has this number (pid.c's largest is less)   \
			*/

/* The argument of any of them. */
union tty_arg {
	int n;
	struct termios termios;
	struct winsize winsize;
};

/* How many bytes go in or out: the number says it. */
static size_t
arg_size(unsigned long cmd)
{
	size_t size = cmd >> 16 & 0x1fff;

	return size <= sizeof(union tty_arg) ? size : 0;
}

static int NEEDS(tty_token)
set_modes(struct tty *tp, const struct tty_file *tf,
    unsigned long cmd, const struct termios *new)
{
	int error = 0;

	if (cmd != TIOCSETA && tf != NULL)
		error = tty_drain(tp, tf); /* sleeps */
	if (error != 0)
		return error;
	if (cmd == TIOCSETAF)
		tty_flush(tp, FREAD);
	tp->t_termios = *new;
	disc_modes_changed(tp);
	return 0;
}

static int NEEDS(tty_token)
    set_winsize(struct tty *tp, const struct winsize *new)
{
	if (memcmp(&tp->t_winsize, new, sizeof(*new)) == 0)
		return 0;
	tp->t_winsize = *new;
	tty_signal(tp, SIGWINCH, true); /* sleeps */
	return 0;
}

static int NEEDS(tty_token)
flush(struct tty *tp, int which)
{
	if (which & ~(FREAD | FWRITE))
		return EINVAL;
	tty_flush(tp, which == 0 ? FREAD | FWRITE : which);
	return 0;
}

static int NEEDS(tty_token)
hold_output(struct tty *tp, bool held)
{
	tp->t_held = held;
	tp->t_driver->dr_start(tp);
	return 0;
}

/* A pty's master may look, too. */
static int NEEDS(tty_token)
    get_pgrp(struct tty *tp, const struct tty_file *tf, int *pgid)
{
	if (tf != NULL && !tty_is_mine(tp))
		return ENOTTY;
	*pgid = tp->t_pgrp != NULL ? tp->t_pgrp->pg_id : NO_PGRP;
	return 0;
}

static int NEEDS(tty_token)
    get_sid(struct tty *tp, const struct tty_file *tf, int *sid)
{
	if (tp->t_session == NULL || (tf != NULL && !tty_is_mine(tp)))
		return ENOTTY;
	*sid = tp->t_session->s_sid;
	return 0;
}

/* What both sides may do. */
static int NEEDS(tty_token)
do_common(struct tty *tp, const struct tty_file *tf,
    unsigned long cmd, union tty_arg *arg)
{
	switch (cmd) {
	case TIOCGETA:
		arg->termios = tp->t_termios;
		return 0;
	case TIOCSETA:
	case TIOCSETAW:
	case TIOCSETAF:
		return set_modes(tp, tf, cmd, &arg->termios); /* sleeps */
	case TIOCGWINSZ:
		arg->winsize = tp->t_winsize;
		return 0;
	case TIOCSWINSZ:
		return set_winsize(tp, &arg->winsize); /* sleeps */
	case TIOCFLUSH:
		return flush(tp, arg->n);
	case TIOCOUTQ:
		arg->n = (int)tty_outq(tp);
		return 0;
	case TIOCGPGRP:
		return get_pgrp(tp, tf, &arg->n);
	case TIOCGSID:
		return get_sid(tp, tf, &arg->n);
	default:
		return ENOTTY;
	}
}

/* What only an open terminal can do. */
static int NEEDS(tty_token)
do_slave(struct tty *tp, const struct tty_file *tf,
    unsigned long cmd, union tty_arg *arg)
{
	switch (cmd) {
	case TIOCSTOP:
		return hold_output(tp, true);
	case TIOCSTART:
		return hold_output(tp, false);
	case TIOCDRAIN:
		return tty_drain(tp, tf); /* sleeps */
	case FIONREAD:
		arg->n = disc_readable(tp);
		return 0;
	case TIOCSPGRP:
		return tty_set_pgrp(tp, arg->n);
	case TIOCSCTTY:
		return tf->tf_ctty ? EINVAL : tty_take(tp, tf); /* sleeps */
	case TIOCNOTTY:
		return tf->tf_ctty ? tty_give_up() : ENOTTY; /* sleeps */
	default:
		return do_common(tp, tf, cmd, arg); /* sleeps */
	}
}

static bool
changes_something(unsigned long cmd)
{
	switch (cmd) {
	case TIOCSETA:
	case TIOCSETAW:
	case TIOCSETAF:
	case TIOCSWINSZ:
	case TIOCFLUSH:
	case TIOCSTOP:
	case TIOCSTART:
	case TIOCDRAIN:
	case TIOCSPGRP:
		return true;
	default:
		return false;
	}
}

static int NEEDS(tty_token)
do_file(struct tty *tp, const struct tty_file *tf,
    unsigned long cmd, union tty_arg *arg)
{
	int error = tty_alive(tp, tf);

	if (error == 0 && changes_something(cmd)) {
		error = tty_background(tp, SIGTTOU); /* sleeps */
		if (error == 0)
			error = tty_alive(tp, tf);
	}
	return error != 0 ? error : do_slave(tp, tf, cmd, arg); /* sleeps */
}

int
tty_ioctl_common(
    struct tty *tp, const struct tty_file *tf, unsigned long cmd, void *uaddr)
{
	union tty_arg arg;
	size_t size;
	int error = 0;

	cmd = (uint32_t)cmd;
	size = arg_size(cmd);
	memset(&arg, 0, sizeof(arg));
	if (cmd & 0x80000000U)
		error = copyin(uaddr, &arg, size); /* sleeps */
	if (error != 0)
		return error;
	tty_lock(tp);                                     /* sleeps */
	error = tf != NULL ? do_file(tp, tf, cmd, &arg) : /* sleeps */
		    do_common(tp, NULL, cmd, &arg);
	tty_unlock(tp);
	if (error == 0 && (cmd & 0x40000000U))
		error = copyout(&arg, uaddr, size); /* sleeps */
	return error;
}

int
tty_ioctl(struct file *fp, unsigned long cmd, void *uaddr)
{
	struct tty_file *tf = fp->f_data;

	return tty_ioctl_common(tf->tf_tty, tf, cmd, uaddr); /* sleeps */
}
