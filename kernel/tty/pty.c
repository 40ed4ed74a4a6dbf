/*
 * pty.c -- pseudo-terminals: a terminal whose other side is a file.
 *
 * Opening /dev/ptmx makes a pair: the open file is the master, the slave is
 * /dev/pts/N, a terminal like any other.  What is written to the master is
 * typed on the slave; what the slave puts out, the master reads.
 *
 * The slave's token guards the pair; pty_token the table of numbers.  The name
 * goes when the master is closed, the pair when the last file of either side
 * is.
 *
 * Who sleeps where, and who wakes him:
 *	pt_rwait	readers of the master: no output.  Woken by output, and
 *			by the last close of the slave.
 *	pt_wwait	writers to the master: no room for input.  Woken when
 *			the slave has read, or input was thrown away.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/event.h"
#include "kernel/abi/stat.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/tty/tty.h"

#define NPTY 256
#define PTS_NUMBER DEV_NUMBER(136, 0)

struct pty {
	struct tty pt_tty;       /* SELF first: the driver's functions get it */
	int pt_n;                /* STABLE */
	struct inode *pt_inode;  /* STABLE /dev/pts/N, a reference */
	struct inode *pt_master; /* STABLE /dev/ptmx, a reference */
	bool pt_rwait GUARDED(tty_token); /* somebody sleeps */
	bool pt_wwait GUARDED(tty_token);
	bool pt_rbusy GUARDED(tty_token); /* a reader copies */
	struct klist pt_rknotes, pt_wknotes; /* GUARDED(knote_spin) */
};

static struct lwkt_token pty_token = TOKEN_INITIALIZER("pty");
static struct pty *ptys[NPTY]; /* GUARDED by pty_token */
static struct inode *pts_dir;  /* STABLE after boot */

static inline struct pty *
pty_of(struct tty *tp)
{
	return (struct pty *)tp;
}

/*
 * The slave's driver.
 */

static void NEEDS(tty_token)
wake_master_reader(struct tty *tp)
{
	struct pty *pt = pty_of(tp);

	if (pt->pt_rwait) {
		pt->pt_rwait = false;
		wakeup(&pt->pt_rwait); /* WAKES: master_wait */
	}
	knote_look(&pt->pt_rknotes);
}

static void NEEDS(tty_token)
pty_start(struct tty *tp)
{
	if (!tp->t_held && tty_outq(tp) > 0)
		wake_master_reader(tp);
}

static void NEEDS(tty_token)
pty_resume(struct tty *tp)
{
	struct pty *pt = pty_of(tp);

	if (!disc_input_room(tp))
		return;
	if (pt->pt_wwait) {
		pt->pt_wwait = false;
		wakeup(&pt->pt_wwait); /* WAKES: master_put */
	}
	knote_look(&pt->pt_wknotes);
}

static void
pty_free(struct tty *tp)
{
	struct pty *pt = pty_of(tp);

	lwkt_gettoken(&pty_token); /* sleeps */
	ptys[pt->pt_n] = NULL;
	lwkt_reltoken(&pty_token);
	inode_rele(pt->pt_inode);
	tty_fini(tp);
	kfree(pt, &M_TTY);
}

static const struct tty_driver pty_driver = {
    .dr_start = pty_start,
    .dr_resume = pty_resume,
    .dr_opened = wake_master_reader,
    .dr_closed = wake_master_reader,
    .dr_free = pty_free,
};

/*
 * The master.
 */

/* Sleeps until there is output, or *eof: the slave is closed. */
static int NEEDS(tty_token)
    master_wait(struct pty *pt, bool nonblock, bool *eof)
{
	struct tty *tp = &pt->pt_tty;
	int error;

	*eof = false;
	for (;;) {
		if (!pt->pt_rbusy) {
			if (tty_outq(tp) > 0 && !tp->t_held)
				return 0;
			*eof = tp->t_used && tp->t_opens == 0;
			if (*eof)
				return 0;
			if (nonblock)
				return EAGAIN;
		}
		pt->pt_rwait = true;
		error = tsleep(&pt->pt_rwait, PCATCH, "ptyin", 0); /* sleeps */
		if (error != 0)
			return error;
	}
}

/* RACE: the token is lost in a page fault; nobody else copies meanwhile, but
 * the output may be thrown away. */
static int NEEDS(tty_token)
master_take(struct pty *pt, struct uio *uio)
{
	struct tty *tp = &pt->pt_tty;
	uint32_t at = tp->t_opos % TTY_OUT, flushes = tp->t_oflushes;
	uint32_t n = min(tty_outq(tp), TTY_OUT - at);
	size_t before = uio->uio_resid;
	int error;

	pt->pt_rbusy = true;
	error = uiomove_out(uio, tp->t_out + at, /* sleeps */
	    min((size_t)n, before));
	pt->pt_rbusy = false;
	if (flushes == tp->t_oflushes)
		tp->t_opos += (uint32_t)(before - uio->uio_resid);
	tty_output_taken(tp);
	wake_master_reader(tp);
	return error;
}

static int
master_read(struct file *fp, struct uio *uio)
{
	struct pty *pt = fp->f_data;
	bool eof;
	int error;

	if (uio->uio_resid == 0)
		return 0;
	tty_lock(&pt->pt_tty);  /* sleeps */
	error = master_wait(pt, /* sleeps */
	    atomic_load(&fp->f_flag) & O_NONBLOCK, &eof);
	if (error == 0 && !eof) {
		error = master_take(pt, uio); /* sleeps */
		/* What goes round the end of the ring comes in one read. */
		if (error == 0 && uio->uio_resid > 0 &&
		    tty_outq(&pt->pt_tty) > 0 && !pt->pt_tty.t_held &&
		    !pt->pt_rbusy)
			error = master_take(pt, uio); /* sleeps */
	}
	tty_unlock(&pt->pt_tty);
	return error;
}

/* Types n characters; *used: how many it came to. */
static int NEEDS(tty_token)
master_put(
    struct pty *pt, const char *buf, size_t n, bool nonblock, size_t *used)
{
	struct tty *tp = &pt->pt_tty;
	int error;

	for (*used = 0; *used < n;) {
		if (disc_input_room(tp)) {
			disc_input(tp, (uint8_t)buf[*used]); /* sleeps */
			++*used;
			continue;
		}
		if (nonblock)
			return EAGAIN;
		pt->pt_wwait = true;
		/* Woken by pty_resume(). */
		error = tsleep(&pt->pt_wwait, PCATCH, "ptyout", 0); /* sleeps */
		if (error != 0)
			return error;
	}
	return 0;
}

static int
master_write(struct file *fp, struct uio *uio)
{
	struct pty *pt = fp->f_data;
	bool nonblock = atomic_load(&fp->f_flag) & O_NONBLOCK;
	char buf[TTY_CHUNK];
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		struct uio before = *uio;
		size_t n = min(uio->uio_resid, sizeof(buf)), used;

		error = uiomove_in(uio, buf, n); /* sleeps */
		if (error != 0)
			return error;
		tty_lock(&pt->pt_tty);                           /* sleeps */
		error = master_put(pt, buf, n, nonblock, &used); /* sleeps */
		tty_unlock(&pt->pt_tty);
		if (used < n) {
			*uio = before;
			uio_skip(uio, used);
		}
	}
	return error;
}

static int
master_ioctl(struct file *fp, unsigned long cmd, void *uaddr)
{
	struct pty *pt = fp->f_data;
	int n;

	switch ((uint32_t)cmd) {
	case TIOCPTYN:
		n = pt->pt_n;
		break;
	case FIONREAD:
		tty_lock(&pt->pt_tty); /* sleeps */
		n = (int)tty_outq(&pt->pt_tty);
		tty_unlock(&pt->pt_tty);
		break;
	default:
		return tty_ioctl_common(&pt->pt_tty, NULL, cmd, /* sleeps */
		    uaddr);
	}
	return copyout(&n, uaddr, sizeof(n)); /* sleeps */
}

static int
master_stat(struct file *fp, struct stat *st)
{
	struct pty *pt = fp->f_data;

	inode_stat(pt->pt_master, st);
	return 0;
}

/* The name goes, unless somebody has put another file in its place. */
static void
drop_name(struct pty *pt)
{
	struct inode *ip;
	char name[8];

	ksnprintf(name, sizeof(name), "%d", pt->pt_n);
	if (dir_lookup(pts_dir, name, strlen(name), &ip) != 0)
		return;
	if (ip == pt->pt_inode)
		dir_remove(pts_dir, name, strlen(name), false);
	inode_rele(ip);
}

static void
master_close(struct file *fp)
{
	struct pty *pt = fp->f_data;

	drop_name(pt);
	tty_lock(&pt->pt_tty);   /* sleeps */
	tty_hangup(&pt->pt_tty); /* sleeps */
	tty_unlock(&pt->pt_tty);
	inode_rele(pt->pt_master);
	tty_rele(&pt->pt_tty); /* sleeps */
}

/* Events: as in tty.c. */

UNCHECKED static void
look_for_output(struct knote *kn, int news)
{
	struct pty *pt = knote_file(kn)->f_data;
	const struct tty *tp = &pt->pt_tty;
	uint32_t n = tp->t_held ? 0 : tty_outq(tp);

	knote_state(kn, n,
	    news | (n > 0 ? KL_READY : 0) |
		(tp->t_used && tp->t_opens == 0 ? KL_EOF : 0));
}

UNCHECKED static void
look_for_input_room(struct knote *kn, int news)
{
	struct pty *pt = knote_file(kn)->f_data;
	struct tty *tp = &pt->pt_tty;

	knote_state(kn, TTY_IN - (tp->t_wpos - tp->t_rpos),
	    news | (disc_input_room(tp) ? KL_READY : 0));
}

static int
master_kqfilter(struct file *fp, struct knote *kn)
{
	struct pty *pt = fp->f_data;
	bool reads = knote_filter(kn) == EVFILT_READ;
	int error;

	tty_lock(&pt->pt_tty); /* sleeps */
	error = knote_attach_look(kn, reads ? &pt->pt_rknotes : &pt->pt_wknotes,
	    reads ? look_for_output : look_for_input_room);
	tty_unlock(&pt->pt_tty);
	return error;
}

static const struct fileops master_fileops = {
    .fo_read = master_read,
    .fo_write = master_write,
    .fo_ioctl = master_ioctl,
    .fo_stat = master_stat,
    .fo_kqfilter = master_kqfilter,
    .fo_close = master_close,
};

/*
 * Opening.
 */

/* Gives pt the lowest free number; -1: there is none. */
static int
number(struct pty *pt)
{
	int n = 0;

	lwkt_gettoken(&pty_token); /* sleeps */
	while (n < NPTY && ptys[n] != NULL)
		n++;
	if (n < NPTY)
		ptys[n] = pt;
	lwkt_reltoken(&pty_token);
	return n < NPTY ? n : -1;
}

/* The slave's node, which belongs to who has opened the master. */
static int
make_name(struct pty *pt)
{
	uint32_t uid, gid;
	char name[8];
	int error;

	inode_ids(true, &uid, &gid);
	pt->pt_inode = inode_alloc(S_IFCHR | 0620, uid, gid, NULL);
	if (pt->pt_inode == NULL)
		return ENOMEM;
	pt->pt_inode->i_rdev = PTS_NUMBER + (uint32_t)pt->pt_n;
	ksnprintf(name, sizeof(name), "%d", pt->pt_n);
	error = dir_enter(pts_dir, name, strlen(name), pt->pt_inode);
	if (error != 0)
		inode_rele(pt->pt_inode);
	return error;
}

static struct pty *
pty_alloc(int *errorp)
{
	struct pty *pt = kmalloc(sizeof(*pt), &M_TTY, M_ZERO);

	*errorp = ENOMEM;
	if (pt == NULL)
		return NULL;
	if (tty_init(&pt->pt_tty, &pty_driver, &tty_sane) != 0) {
		kfree(pt, &M_TTY);
		return NULL;
	}
	pt->pt_n = number(pt); /* sleeps */
	*errorp = pt->pt_n < 0 ? ENXIO : make_name(pt);
	if (*errorp == 0)
		return pt;
	if (pt->pt_n >= 0) {
		lwkt_gettoken(&pty_token); /* sleeps */
		ptys[pt->pt_n] = NULL;
		lwkt_reltoken(&pty_token);
	}
	tty_fini(&pt->pt_tty);
	kfree(pt, &M_TTY);
	return NULL;
}

static int
ptmx_open(struct inode *ip, int flags, struct file **fpp)
{
	struct file *fp;
	struct pty *pt;
	int error;

	fp = file_alloc(
	    &master_fileops, flags & (O_ACCMODE | O_NONBLOCK | O_APPEND), NULL);
	if (fp == NULL)
		return ENOMEM;
	pt = pty_alloc(&error); /* sleeps */
	if (pt == NULL) {
		file_free(fp);
		return error;
	}
	pt->pt_master = ip;
	fp->f_data = pt;
	*fpp = fp;
	return 0;
}

/* The slave that ip is the node of, with a reference; NULL: it is gone. */
static struct tty *
pts_find(struct inode *ip)
{
	struct pty *pt;

	lwkt_gettoken(&pty_token); /* sleeps */
	pt = ptys[ip->i_rdev - PTS_NUMBER];
	/* RACE: it may be on its way to pty_free(). */
	if (pt != NULL &&
	    (pt->pt_inode != ip || !atomic_add_unless_zero(&pt->pt_tty.t_refs)))
		pt = NULL;
	lwkt_reltoken(&pty_token);
	return pt != NULL ? &pt->pt_tty : NULL;
}

static int
pts_open(struct inode *ip, int flags, struct file **fpp)
{
	struct tty *tp = pts_find(ip); /* sleeps */
	int error;

	if (tp == NULL)
		return ENXIO;
	error = tty_open(tp, ip, flags, false, fpp); /* sleeps */
	tty_rele(tp);                                /* sleeps */
	return error;
}

static int
pts_revoke(struct inode *ip)
{
	struct tty *tp = pts_find(ip); /* sleeps */

	if (tp == NULL)
		return ENXIO;
	tty_lock(tp); /* sleeps */
	tty_revoke(tp);
	tty_unlock(tp);
	tty_rele(tp); /* sleeps */
	return 0;
}

static struct device ptmx_device = {.dv_name = "ptmx",
    .dv_number = DEV_NUMBER(5, 2),
    .dv_mode = 0666,
    .dv_open = ptmx_open};
static struct device pts_device = {.dv_name = "pts",
    .dv_number = PTS_NUMBER,
    .dv_minors = NPTY,
    .dv_open = pts_open,
    .dv_revoke = pts_revoke};

static void
pty_register(void)
{
	dev_register(&ptmx_device);
	dev_register(&pts_device);
}
SYSINIT(pty, SI_SUB_CONFIGURE, SI_ORDER_MIDDLE, pty_register);

/* After ramfs_init(), which makes /dev. */
static void
pty_make_dir(void)
{
	struct inode *dev;

	if (namei("/dev", &dev) != 0)
		panic("there is no /dev");
	pts_dir = inode_alloc(S_IFDIR | 0755, 0, 0, dev);
	if (pts_dir == NULL || dir_enter(dev, "pts", 3, pts_dir) != 0)
		panic("/dev/pts cannot be made");
	inode_rele(dev);
}
SYSINIT(pty_dir, SI_SUB_VFS, SI_ORDER_ANY, pty_make_dir);
