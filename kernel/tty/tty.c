/*
 * tty.c -- terminals: see tty.h.
 *
 * A page fault in a copy loses the token: so a reader copies with t_rbusy set,
 * and the characters leave the input when they have arrived, unless the input
 * was thrown away meanwhile (t_iflushes).
 *
 * Entry points: tty_fileops, and the functions of tty.h's first part.
 */
#include "kernel/tty/tty.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/event.h"
#include "kernel/abi/signal.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/lwkt/watchdog.h"
#include "kernel/md.h"

#define VTIME_NS 100000000UL /* a unit of c_cc[VTIME] */

MALLOC_DEFINE(M_TTY, "tty");

const struct termios tty_sane = {
    .c_iflag = ICRNL | IXON | IMAXBEL | BRKINT,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = CREAD | CS8 | HUPCL,
    .c_lflag = ECHO | ICANON | ISIG | IEXTEN | ECHOE | ECHOKE | ECHOCTL,
    .c_cc =
	{
	    [VEOF] = 'd' & 0x1f,
	    [VEOL] = _POSIX_VDISABLE,
	    [VEOL2] = _POSIX_VDISABLE,
	    [VERASE] = 0x7f,
	    [VWERASE] = 'w' & 0x1f,
	    [VKILL] = 'u' & 0x1f,
	    [VREPRINT] = 'r' & 0x1f,
	    [7] = _POSIX_VDISABLE,
	    [VINTR] = 'c' & 0x1f,
	    [VQUIT] = '\\' & 0x1f,
	    [VSUSP] = 'z' & 0x1f,
	    [11] = _POSIX_VDISABLE,
	    [VSTART] = 'q' & 0x1f,
	    [VSTOP] = 's' & 0x1f,
	    [VLNEXT] = 'v' & 0x1f,
	    [15] = _POSIX_VDISABLE,
	    [VMIN] = 1,
	    [VTIME] = 0,
	    [18] = _POSIX_VDISABLE,
	    [19] = _POSIX_VDISABLE,
	},
    .c_ispeed = B38400,
    .c_ospeed = B38400,
};

/*
 * The object.
 */

int
tty_init(
    struct tty *tp, const struct tty_driver *dr, const struct termios *defaults)
{
	tp->t_in = kmalloc(TTY_IN * sizeof(*tp->t_in), &M_TTY, 0);
	tp->t_out = kmalloc(TTY_OUT, &M_TTY, 0);
	if (tp->t_in == NULL || tp->t_out == NULL) {
		tty_fini(tp);
		return ENOMEM;
	}
	lwkt_token_init(&tp->t_token, "tty");
	tp->t_refs = 1;
	tp->t_driver = dr;
	tp->t_defaults = defaults;
	tp->t_termios = *defaults;
	tp->t_carrier = true;
	return 0;
}

void
tty_fini(struct tty *tp)
{
	funsetown(&tp->t_owner);
	kfree(tp->t_in, &M_TTY);
	kfree(tp->t_out, &M_TTY);
}

void
tty_hold(struct tty *tp)
{
	atomic_add(&tp->t_refs, 1);
}

void
tty_rele(struct tty *tp)
{
	if (atomic_subfetch(&tp->t_refs, 1) == 0)
		tp->t_driver->dr_free(tp); /* sleeps */
}

/*
 * Who is to look again.
 */

void
tty_wake_readers(struct tty *tp)
{
	if (tp->t_rwait) {
		tp->t_rwait = false;
		wakeup(&tp->t_rpos); /* WAKES: wait_input */
	}
	knote_look(&tp->t_rknotes);
}

static void NEEDS(tty_token)
wake_writers(struct tty *tp)
{
	if (tp->t_wwait) {
		tp->t_wwait = false;
		wakeup(&tp->t_out); /* WAKES: wait_room */
	}
	knote_look(&tp->t_wknotes);
}

static void NEEDS(tty_token)
wake_drainers(struct tty *tp)
{
	if (tp->t_dwait) {
		tp->t_dwait = false;
		/* WAKES: tty_drain, tty_drain_at_exit. */
		wakeup(&tp->t_opos);
	}
}

void
tty_wake_all(struct tty *tp)
{
	tty_wake_readers(tp);
	wake_writers(tp);
	wake_drainers(tp);
}

void
tty_output_taken(struct tty *tp)
{
	uint32_t left = tty_outq(tp);

	if (left <= TTY_OUT / 2)
		wake_writers(tp);
	if (left == 0)
		wake_drainers(tp);
}

void
tty_flush(struct tty *tp, int which)
{
	if (which & FREAD) {
		tp->t_rpos = tp->t_cpos = tp->t_wpos;
		tp->t_iflushes++;
		tp->t_lnext = false;
		disc_taken(tp, 0);
	}
	if (which & FWRITE) {
		tp->t_opos = tp->t_oend;
		tp->t_oflushes++;
		tty_output_taken(tp);
	}
}

/*
 * Opening and closing.
 */

int
tty_alive(struct tty *tp, const struct tty_file *tf)
{
	if (tf->tf_ctty)
		return tf->tf_gen == tp->t_gen && tty_is_mine(tp) ? 0 : EIO;
	return tf->tf_gen == tp->t_gen ? 0 : EBADF;
}

int
tty_open(struct tty *tp, struct inode *ip, int flags, bool ctty,
    struct file **fpp)
{
	struct tty_file *tf = kmalloc(sizeof(*tf), &M_TTY, 0);
	struct file *fp;
	int error = 0;

	if (tf == NULL)
		return ENOMEM;
	fp = file_alloc(
	    &tty_fileops, flags & (O_ACCMODE | O_NONBLOCK | O_APPEND), tf);
	if (fp == NULL) {
		kfree(tf, &M_TTY);
		return ENOMEM;
	}
	tty_lock(tp); /* sleeps */
	if (!tp->t_carrier) {
		error = EIO;
	} else {
		if (tp->t_opens++ == 0) {
			/* As it always is: nobody else could let it go on. */
			tp->t_termios = *tp->t_defaults;
			tp->t_held = tp->t_sent_stop = tp->t_lnext = false;
		}
		tp->t_used = true;
		tty_hold(tp);
		*tf = (struct tty_file){tp, ip, tp->t_gen, ctty};
		/* ORDER: one of this generation before the token is lost. */
		if (tp->t_opens == 1)
			tp->t_driver->dr_opened(tp);
	}
	tty_unlock(tp);
	if (error != 0) {
		file_free(fp);
		kfree(tf, &M_TTY);
		return error;
	}
	*fpp = fp;
	return 0;
}

/* Whoever opens it next types for himself alone. */
static void NEEDS(tty_token)
disown(struct tty *tp)
{
	funsetown(&tp->t_owner);
	atomic_store(&tp->t_owner.sl_async, false);
}

static void
tty_close(struct file *fp)
{
	struct tty_file *tf = fp->f_data;
	struct tty *tp = tf->tf_tty;

	tty_lock(tp); /* sleeps */
	if (tf->tf_gen == tp->t_gen && --tp->t_opens == 0) {
		disown(tp);
		if (tp->t_driver->dr_closed != NULL)
			tp->t_driver->dr_closed(tp);
	}
	tty_unlock(tp);
	inode_rele(tf->tf_inode);
	kfree(tf, &M_TTY);
	tty_rele(tp); /* sleeps */
}

static int
tty_stat(struct file *fp, struct stat *st)
{
	struct tty_file *tf = fp->f_data;

	inode_stat(tf->tf_inode, st);
	return 0;
}

void
tty_revoke(struct tty *tp)
{
	bool had = tp->t_opens != 0;

	tp->t_gen++;
	tp->t_opens = 0;
	disown(tp);
	tty_detach(tp);
	tp->t_held = false;
	tp->t_sent_stop = false;
	tty_flush(tp, FREAD | FWRITE);
	if (had && tp->t_driver->dr_closed != NULL)
		tp->t_driver->dr_closed(tp);
	tty_wake_all(tp);
}

/*
 * Reading.
 */

/* In raw mode: how many characters a read waits for, and whether it waits for
 * a limited time (VTIME, POSIX's cases A to D). */
struct patience {
	uint32_t pa_modes; /* under these */
	uint32_t pa_min;
	uint64_t pa_ns;    /* 0: no limit */
	uint64_t pa_until; /* 0: the time does not run yet */
	uint32_t pa_have;  /* when it began to run */
};

static void NEEDS(tty_token)
    patience_begin(const struct tty *tp, size_t resid, struct patience *pa)
{
	bool raw = !(tp->t_termios.c_lflag & ICANON);

	memset(pa, 0, sizeof(*pa));
	pa->pa_modes = tp->t_modes;
	pa->pa_min = 1;
	if (!raw)
		return;
	pa->pa_min = tp->t_termios.c_cc[VMIN];
	pa->pa_ns = tp->t_termios.c_cc[VTIME] * VTIME_NS;
	if (pa->pa_min > resid)
		pa->pa_min = (uint32_t)resid;
	if (pa->pa_min == 0 && pa->pa_ns != 0) {
		pa->pa_until = cpu_uptime_ns() + pa->pa_ns;
		pa->pa_min = 1;
	}
}

/* Is it enough, or has it taken long enough?  Else *timo_ns is how long to
 * sleep, 0: until woken. */
static bool
patience_over(struct patience *pa, uint32_t have, uint64_t *timo_ns)
{
	uint64_t now;

	*timo_ns = 0;
	if (have >= pa->pa_min)
		return true;
	if (pa->pa_ns == 0 || (pa->pa_until == 0 && have == 0))
		return false;
	now = cpu_uptime_ns();
	if (pa->pa_until == 0 || have != pa->pa_have)
		pa->pa_until = now + pa->pa_ns;
	pa->pa_have = have;
	*timo_ns = pa->pa_until - now;
	return now >= pa->pa_until;
}

static int NEEDS(tty_token)
sleep_for_input(struct tty *tp, uint64_t timo_ns)
{
	int error;

	tp->t_rwait = true;
	if (tp->t_outside)
		atomic_add(&watchdog_outside, 1);
	/* Woken by tty_wake_readers(). */
	error = tsleep(&tp->t_rpos, PCATCH | PASKED, "ttyin", /* sleeps */
	    timo_ns);
	if (tp->t_outside)
		atomic_sub(&watchdog_outside, 1);
	return error == EWOULDBLOCK ? 0 : error;
}

/* 0: what there is, if anything, is to be read now. */
static int NEEDS(tty_token)
wait_input(struct tty *tp, const struct tty_file *tf, size_t resid,
    bool nonblock)
{
	struct patience pa;
	uint64_t timo_ns;
	int error;

	patience_begin(tp, resid, &pa);
	for (;;) {
		uint32_t have = tp->t_cpos - tp->t_rpos;

		error = tty_alive(tp, tf);
		if (error != 0)
			return error;
		error = tty_background(tp, SIGTTIN); /* sleeps */
		if (error != 0)
			return error;
		if (!tp->t_rbusy) {
			have = tp->t_cpos - tp->t_rpos;
			/* The time begins anew, too. */
			if (pa.pa_modes != tp->t_modes)
				patience_begin(tp, resid, &pa);
			if (patience_over(&pa, have, &timo_ns))
				return 0;
			/* Nothing more will come. */
			if (!tp->t_carrier)
				return 0;
			if (nonblock)
				return have > 0 ? 0 : EAGAIN;
		} else {
			timo_ns = 0;
		}
		error = sleep_for_input(tp, timo_ns); /* sleeps */
		if (error != 0)
			return error;
	}
}

/* Moves a piece; *done: that was all. */
static int NEEDS(tty_token)
    take_input(struct tty *tp, struct uio *uio, bool *done)
{
	char buf[TTY_CHUNK];
	uint32_t used, n, moved, flushes = tp->t_iflushes;
	size_t before = uio->uio_resid;
	int error;

	n = disc_peek(tp, buf, (uint32_t)min(before, sizeof(buf)), &used, done);
	tp->t_rbusy = true;
	error = uiomove_out(uio, buf, n); /* sleeps */
	tp->t_rbusy = false;
	moved = (uint32_t)(before - uio->uio_resid);
	if (flushes == tp->t_iflushes)
		disc_taken(tp, moved == n ? used : moved);
	tty_wake_readers(tp);
	return error;
}

static int
tty_read(struct file *fp, struct uio *uio)
{
	struct tty_file *tf = fp->f_data;
	struct tty *tp = tf->tf_tty;
	bool done = false;
	int error;

	tty_lock(tp); /* sleeps */
	error = tty_alive(tp, tf);
	if (error == 0 && uio->uio_resid > 0)
		error = wait_input(tp, tf, uio->uio_resid, /* sleeps */
		    atomic_load(&fp->f_flag) & O_NONBLOCK);
	while (error == 0 && uio->uio_resid > 0 && !done) {
		error = take_input(tp, uio, &done); /* sleeps */
		/* RACE: what there is now may be the next generation's. */
		if (error == 0)
			error = tty_alive(tp, tf);
	}
	tty_unlock(tp);
	return error;
}

/*
 * Writing.
 */

/* 0: there is room, and this file may write. */
static int NEEDS(tty_token)
    wait_room(struct tty *tp, const struct tty_file *tf, bool nonblock)
{
	int error;

	for (;;) {
		error = tty_alive(tp, tf);
		if (error == 0 && (tp->t_termios.c_lflag & TOSTOP))
			error = tty_background(tp, SIGTTOU); /* sleeps */
		if (error == 0)
			error = tty_alive(tp, tf);
		if (error != 0)
			return error;
		if (!tp->t_carrier)
			return EIO;
		if (disc_output_room(tp))
			return 0;
		if (nonblock)
			return EAGAIN;
		tp->t_wwait = true;
		/* Woken by wake_writers(). */
		error = tsleep(&tp->t_out, PCATCH, "ttyout", 0); /* sleeps */
		if (error != 0)
			return error;
	}
}

/* Puts out a piece.  RACE: the file may have died in the page fault. */
static int NEEDS(tty_token)
put_output(struct tty *tp, const struct tty_file *tf, struct uio *uio)
{
	struct uio before = *uio;
	char buf[TTY_CHUNK];
	size_t n = min(uio->uio_resid, sizeof(buf)), used = 0;
	int error;

	error = uiomove_in(uio, buf, n); /* sleeps */
	if (error == 0)
		error = tty_alive(tp, tf);
	if (error != 0) {
		*uio = before;
		return error;
	}
	while (used < n && disc_output(tp, (uint8_t)buf[used]))
		used++;
	tp->t_driver->dr_start(tp);
	if (used < n) {
		*uio = before;
		uio_skip(uio, used);
	}
	return 0;
}

static int
tty_write(struct file *fp, struct uio *uio)
{
	struct tty_file *tf = fp->f_data;
	struct tty *tp = tf->tf_tty;
	bool nonblock = atomic_load(&fp->f_flag) & O_NONBLOCK;
	int error;

	tty_lock(tp); /* sleeps */
	error = tty_alive(tp, tf);
	while (error == 0 && uio->uio_resid > 0) {
		error = wait_room(tp, tf, nonblock); /* sleeps */
		if (error == 0)
			error = put_output(tp, tf, uio); /* sleeps */
		if (error == 0 && uio->uio_resid > 0)
			lwkt_yield(); /* sleeps */
	}
	tty_unlock(tp);
	return error;
}

int
tty_drain(struct tty *tp, const struct tty_file *tf)
{
	int error;

	while ((error = tty_alive(tp, tf)) == 0 && tty_outq(tp) > 0) {
		if (!tp->t_carrier)
			return EIO;
		tp->t_dwait = true;
		/* Woken by wake_drainers(). */
		error = tsleep(&tp->t_opos, PCATCH, "ttydrn", 0); /* sleeps */
		if (error != 0)
			break;
	}
	return error;
}

/*
 * Events.  UNCHECKED: the knotes look without the token; whoever changes what
 * they see has them look again.
 */

/* Reads and writes end at once when the other side, or this file, is dead. */
UNCHECKED static int
end_of(const struct tty_file *tf)
{
	const struct tty *tp = tf->tf_tty;

	return tp->t_carrier && tf->tf_gen == tp->t_gen ? 0 : KL_EOF;
}

UNCHECKED static void
look_for_input(struct knote *kn, int news)
{
	const struct tty_file *tf = knote_file(kn)->f_data;
	const struct tty *tp = tf->tf_tty;
	uint32_t n = tp->t_cpos - tp->t_rpos;

	knote_state(kn, n, news | end_of(tf) | (n > 0 ? KL_READY : 0));
}

UNCHECKED static void
look_for_room(struct knote *kn, int news)
{
	const struct tty_file *tf = knote_file(kn)->f_data;
	uint32_t used = tty_outq(tf->tf_tty);

	knote_state(kn, TTY_OUT - used,
	    news | end_of(tf) | (used <= TTY_OUT / 2 ? KL_READY : 0));
}

static int
tty_kqfilter(struct file *fp, struct knote *kn)
{
	struct tty_file *tf = fp->f_data;
	struct tty *tp = tf->tf_tty;
	bool reads = knote_filter(kn) == EVFILT_READ;
	int error;

	tty_lock(tp); /* sleeps */
	if (reads && tp->t_outside)
		knote_from_outside(kn);
	error = knote_attach_look(kn, reads ? &tp->t_rknotes : &tp->t_wknotes,
	    reads ? look_for_input : look_for_room);
	tty_unlock(tp);
	return error;
}

static int
tty_owner(struct file *fp, owner_op *op, void *arg)
{
	struct tty_file *tf = fp->f_data;
	struct tty *tp = tf->tf_tty;
	int error;

	tty_lock(tp); /* sleeps */
	error = tty_alive(tp, tf);
	if (error == 0)
		error = op(&tp->t_owner, arg);
	tty_unlock(tp);
	return error;
}

const struct fileops tty_fileops = {
    .fo_read = tty_read,
    .fo_write = tty_write,
    .fo_ioctl = tty_ioctl,
    .fo_stat = tty_stat,
    .fo_kqfilter = tty_kqfilter,
    .fo_owner = tty_owner,
    .fo_close = tty_close,
};
