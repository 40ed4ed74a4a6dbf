/*
 * procfs_file.c -- open files of /proc.
 *
 * A file that is text is made anew by each read, whole, and the part that was
 * asked for is copied out: a reader who wants one instant reads it in one
 * call.
 *
 * Entry points: procfs_open, and through it procfs_fileops and ctl_fileops.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/unistd.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/procfs/stopevent.h"

#define TEXT_FIRST 512
#define TEXT_MAX (1UL << 20) /* of a file */
#define NOTE_MAX 64          /* bytes */

static MALLOC_DEFINE(M_PROCFS, "procfs");

static procfs_text_t *const texts[PFS_KINDS] = {
	[PFS_STATUS] = procfs_status,
	[PFS_MAP] = procfs_map,
	[PFS_CMDLINE] = procfs_cmdline,
	[PFS_RLIMIT] = procfs_rlimit,
	[PFS_ETYPE] = procfs_etype,
};

void
tb_append(struct textbuf *tb, const void *data, size_t len)
{
	if (tb->tb_len < tb->tb_size)
		memcpy(tb->tb_buf + tb->tb_len, data,
		    min(len, tb->tb_size - tb->tb_len));
	tb->tb_len += len;
}

/* Has text write to a buffer of the size that it needs.  ENOMEM, EFBIG. */
static int
text_make(procfs_text_t *text, struct proc *p, struct textbuf *tb)
{
	for (size_t size = TEXT_FIRST; size <= TEXT_MAX; size *= 2) {
		*tb = (struct textbuf){kmalloc(size, &M_PROCFS, 0), size, 0};
		if (tb->tb_buf == NULL)
			return ENOMEM;
		text(p, tb); /* sleeps */
		/* One more: a NUL. */
		if (tb->tb_len < size)
			return 0;
		size = max(size, rounddown2(tb->tb_len, TEXT_FIRST));
		kfree(tb->tb_buf, &M_PROCFS);
	}
	return EFBIG;
}

static int
text_read(procfs_text_t *text, struct proc *p, struct uio *uio)
{
	size_t at = (size_t)uio->uio_offset;
	struct textbuf tb;
	int error = text_make(text, p, &tb); /* sleeps */

	if (error != 0)
		return error;
	if (at < tb.tb_len)
		error = uiomove_out(uio, tb.tb_buf + at, /* sleeps */
		    tb.tb_len - at);
	kfree(tb.tb_buf, &M_PROCFS);
	return error;
}

static int
procfs_read(struct file *fp, struct uio *uio)
{
	struct inode *ip = fp->f_data;
	int kind = ip->i_proc.pn_kind, error;
	struct proc *p = procfs_find(&ip->i_proc);

	if (p == NULL)
		return EIO;
	if (uio->uio_resid == 0)
		error = 0;
	else if (texts[kind] != NULL)
		error = text_read(texts[kind], p, uio); /* sleeps */
	else if (kind == PFS_MEM)
		error = procfs_mem(p, uio, false); /* sleeps */
	else if (kind == PFS_REGS || kind == PFS_FPREGS)
		error = procfs_registers(p, kind, uio, false); /* sleeps */
	else
		error = EINVAL;
	PRELE(p);
	return error;
}

/* There is nothing that a note could be told to. */
static int
note_write(struct uio *uio)
{
	size_t len = uio->uio_resid;
	char note[NOTE_MAX];
	int error;

	if (len > sizeof(note))
		return EMSGSIZE;
	error = uiomove_in(uio, note, len); /* sleeps */
	uio->uio_resid = len;
	return error != 0 ? error : EOPNOTSUPP;
}

static int
procfs_write(struct file *fp, struct uio *uio)
{
	struct inode *ip = fp->f_data;
	int kind = ip->i_proc.pn_kind, error;
	struct proc *p = procfs_find(&ip->i_proc);

	if (p == NULL)
		return EIO;
	if (uio->uio_resid == 0)
		error = 0;
	else if (kind == PFS_MEM)
		error = procfs_mem(p, uio, true); /* sleeps */
	else if (kind == PFS_REGS || kind == PFS_FPREGS)
		error = procfs_registers(p, kind, uio, true); /* sleeps */
	else if (kind == PFS_CTL)
		error = procfs_ctl(p, uio); /* sleeps */
	else if (kind == PFS_NOTE || kind == PFS_NOTEPG)
		error = note_write(uio); /* sleeps */
	else
		error = EINVAL;
	PRELE(p);
	return error;
}

/* A text has no end before it is made, memory has none at all. */
static int
procfs_seek(struct file *fp, int64_t off, int whence, int64_t *res)
{
	(void)fp;
	if (whence == SEEK_CUR && __builtin_add_overflow(off, *res, &off))
		return EOVERFLOW;
	if (off < 0 || (whence != SEEK_SET && whence != SEEK_CUR))
		return EINVAL;
	*res = off;
	return 0;
}

static int
procfs_ioctl(struct file *fp, unsigned long cmd, void *uaddr)
{
	struct inode *ip = fp->f_data;
	struct proc *p;
	int error;

	if (ip->i_proc.pn_kind != PFS_MEM)
		return ENOTTY;
	p = procfs_find(&ip->i_proc);
	if (p == NULL)
		return ENOTTY;
	error = stops_ioctl(p, cmd, uaddr); /* sleeps */
	PRELE(p);
	return error;
}

static void
procfs_close(struct file *fp)
{
	struct inode *ip = fp->f_data;
	struct proc *p = NULL;

	if (ip->i_proc.pn_kind == PFS_MEM)
		p = procfs_find(&ip->i_proc);
	if (p != NULL) {
		stops_close(p); /* sleeps */
		PRELE(p);
	}
	inode_rele(ip);
}

static const struct fileops procfs_fileops = {
	.fo_read = procfs_read,
	.fo_write = procfs_write,
	.fo_ioctl = procfs_ioctl,
	.fo_stat = inode_fo_stat,
	.fo_seek = procfs_seek,
	.fo_close = procfs_close,
};

/* Orders have no place: one of them sleeps for as long as another process
 * likes, and who waits for a place cannot be killed meanwhile. */
static const struct fileops ctl_fileops = {
	.fo_read = procfs_read,
	.fo_write = procfs_write,
	.fo_ioctl = procfs_ioctl,
	.fo_stat = inode_fo_stat,
	.fo_close = procfs_close,
};

int
procfs_open(struct inode *ip, const struct fileops **opsp)
{
	struct proc *p = procfs_find(&ip->i_proc);
	int error = 0;

	if (p == NULL)
		return ENOENT;
	if (ip->i_proc.pn_kind == PFS_MEM)
		error = stops_open(p); /* sleeps */
	PRELE(p);
	*opsp = ip->i_proc.pn_kind == PFS_CTL ? &ctl_fileops : &procfs_fileops;
	return error;
}
