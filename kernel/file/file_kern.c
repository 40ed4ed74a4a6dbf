/*
 * file_kern.c -- the calls on descriptors: read, write, close, dup, seek,
 * stat, fcntl and their like.
 *
 * file_calls.c and the Linux personality call in; each call takes a reference
 * to the open file, hands on to its fileops, and drops the reference.  A file
 * with a place (fo_seek) is used by one transfer at a time, a stream (pipe,
 * terminal) by as many as come: those order themselves.
 *
 * Entry points: the kern_*() of file_kern.h's first half, file_read_kernel.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/stat.h"
#include "kernel/file/file_kern.h"
#include "kernel/file/sigio.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"

#define SETTABLE (O_APPEND | O_NONBLOCK | O_ASYNC)

int
file_limit(void)
{
	int64_t limit = proc_limit(curproc, RLIMIT_NOFILE); /* sleeps */

	return (int)min(limit, (int64_t)FD_MAX);
}

/*
 * Transfers.
 */

typedef int transfer_fn(struct file *fp, struct uio *uio);

/* What a transfer comes to that has left the uio so. */
static inline int
transferred(int error, const struct uio *uio, size_t len, int64_t *done)
{
	*done = (int64_t)(len - uio->uio_resid);
	/* A broken pipe is told even when something went through before. */
	return *done != 0 && error != EPIPE ? 0 : error;
}

static __attribute__((noinline)) int
transfer_placed(struct file *fp, transfer_fn *fn, struct uio *uio,
    int64_t *done)
{
	size_t len = uio->uio_resid;
	int error;

	uio->uio_offset = file_begin(fp); /* sleeps */
	error = fn(fp, uio);
	file_end(fp, uio->uio_offset);
	return transferred(error, uio, len, done);
}

static inline int
transfer(struct file *fp, transfer_fn *fn, struct uio *uio, int64_t *done)
{
	size_t len = uio->uio_resid;

	if (len > INT64_MAX)
		return EINVAL;
	if (fn == NULL)
		return EOPNOTSUPP;
	if (fp->f_ops->fo_seek != NULL)
		return transfer_placed(fp, fn, uio, done);
	return transferred(fn(fp, uio), uio, len, done);
}

static inline int
move(int n, struct uio *uio, int64_t *done, bool write)
{
	struct filedesc *fd = curproc->p_fd;
	struct file *fp;
	bool held;
	int error;

	fp = fdborrow(fd, n, &held); /* sleeps */
	if (fp == NULL)
		return EBADF;
	if ((fp->f_flag & O_ACCMODE) == (write ? O_RDONLY : O_WRONLY))
		error = EBADF;
	else
		error = transfer(fp,
		    write ? fp->f_ops->fo_write : fp->f_ops->fo_read, uio,
		    done);
	fdreturn(fp, held); /* sleeps */
	return error;
}

int
kern_read(int n, struct uio *uio, int64_t *done)
{
	return move(n, uio, done, false); /* sleeps */
}

int
kern_write(int n, struct uio *uio, int64_t *done)
{
	int error = move(n, uio, done, true); /* sleeps */

	if (error == EPIPE)
		ksignal_self(SIGPIPE); /* sleeps */
	return error;
}

int
kern_getdents(int n, struct uio *uio, int64_t *base, int64_t *done)
{
	size_t len = uio->uio_resid;
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	if (len > INT64_MAX || fp->f_ops->fo_getdents == NULL) {
		error = EINVAL;
	} else {
		*base = file_begin(fp); /* sleeps */
		uio->uio_offset = *base;
		error = fp->f_ops->fo_getdents(fp, uio);
		file_end(fp, error == 0 ? uio->uio_offset : *base);
		*done = (int64_t)(len - uio->uio_resid);
	}
	fdrop(fp); /* sleeps */
	return error;
}

int
file_read_kernel(struct file *fp, int64_t offset, void *buf, size_t len,
    size_t *done)
{
	struct uio uio = { .uio_base = buf, .uio_resid = len,
		.uio_offset = offset, .uio_kernel = true };
	int error;

	if (fp->f_ops->fo_read == NULL || fp->f_ops->fo_seek == NULL)
		return EOPNOTSUPP;
	if (offset < 0 || len > INT64_MAX)
		return EINVAL;
	error = fp->f_ops->fo_read(fp, &uio);
	*done = len - uio.uio_resid;
	return error;
}

/*
 * Descriptors.
 */

int
kern_close(int n)
{
	return fdclose(curproc->p_fd, n); /* sleeps */
}

/* The lowest free descriptor >= from for what n is. */
static int
dup_from(int n, int from, int *res)
{
	struct filedesc *fd = curproc->p_fd;
	struct file *fp;
	int error;

	error = fdget(fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = fdalloc(fd, fp, from, file_limit(), res); /* sleeps */
	if (error != 0)
		fdrop(fp); /* sleeps */
	return error;
}

int
kern_dup(int n, int *res)
{
	return dup_from(n, 0, res); /* sleeps */
}

int
kern_dup2(int from, int to)
{
	return fddup2(curproc->p_fd, from, to, file_limit()); /* sleeps */
}

struct flag_change {
	struct file *fc_file;
	int fc_clear, fc_set;
};

static void
change_flags(const struct flag_change *fc)
{
	struct file *fp = fc->fc_file;
	int flag;

	do
		flag = atomic_load(&fp->f_flag);
	while (!atomic_cmpset(&fp->f_flag, flag,
	    (flag & ~fc->fc_clear) | fc->fc_set));
}

/* RACE: the flag and what it stands for change under one lock, or two who
 * change it at once would leave one of each. */
static int
change_async(struct sigio_slot *sl, void *arg)
{
	const struct flag_change *fc = arg;

	change_flags(fc);
	atomic_store(&sl->sl_async, (fc->fc_set & O_ASYNC) != 0);
	return 0;
}

/* F_GETFL and F_SETFL. */
static int
file_flags(int n, int cmd, int64_t arg, int64_t *res)
{
	struct flag_change fc = { .fc_clear = SETTABLE,
		.fc_set = (int)arg & SETTABLE };
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	fc.fc_file = fp;
	if (cmd == F_GETFL)
		*res = atomic_load(&fp->f_flag);
	else if (fp->f_ops->fo_owner == NULL ||
	    fp->f_ops->fo_owner(fp, change_async, &fc) != 0)
		change_flags(&fc); /* the dead have flags, too */
	fdrop(fp); /* sleeps */
	return error;
}

static int
set_owner(struct sigio_slot *sl, void *arg)
{
	const int *id = arg;

	return fsetown(sl, *id);
}

static int
get_owner(struct sigio_slot *sl, void *arg)
{
	int *id = arg;

	*id = fgetown(sl);
	return 0;
}

/* Spec 2.25: F_GETOWN, F_SETOWN, and the ioctls that are the same. */
static int
file_owner(struct file *fp, bool set, int *id)
{
	if (fp->f_ops->fo_owner == NULL)
		return ENOTTY;
	return fp->f_ops->fo_owner(fp, set ? set_owner : get_owner, id);
}

static int
owner_of(int n, bool set, int *id)
{
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = file_owner(fp, set, id);
	fdrop(fp); /* sleeps */
	return error;
}

int
kern_fcntl(int n, int cmd, int64_t arg, int64_t *res)
{
	struct filedesc *fd = curproc->p_fd;
	int error, value = 0;

	switch (cmd) {
	case F_DUPFD:
		if (arg < 0 || arg >= file_limit())
			return EINVAL;
		error = dup_from(n, (int)arg, &value); /* sleeps */
		break;
	case F_GETFD:
		error = fdgetflags(fd, n, &value); /* sleeps */
		break;
	case F_SETFD:
		error = fdsetflags(fd, n, (int)arg); /* sleeps */
		break;
	case F_GETOWN:
		error = owner_of(n, false, &value); /* sleeps */
		break;
	case F_SETOWN:
		value = (int)arg;
		error = owner_of(n, true, &value); /* sleeps */
		value = 0;
		break;
	case F_GETFL:
	case F_SETFL:
		*res = 0;
		return file_flags(n, cmd, arg, res); /* sleeps */
	default:
		error = fdgetflags(fd, n, &value); /* sleeps */
		return error != 0 ? error : EINVAL;
	}
	*res = value;
	return error;
}

/*
 * What an open file is.
 */

int
kern_lseek(int n, int64_t off, int whence, int64_t *res)
{
	struct file *fp;
	int64_t place;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	if (fp->f_ops->fo_seek == NULL) {
		error = ESPIPE;
	} else {
		place = file_begin(fp); /* sleeps */
		*res = place;
		error = fp->f_ops->fo_seek(fp, off, whence, res);
		file_end(fp, error == 0 ? *res : place);
	}
	fdrop(fp); /* sleeps */
	return error;
}

int
kern_fstat(int n, struct stat *st)
{
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = EOPNOTSUPP;
	if (fp->f_ops->fo_stat != NULL)
		error = fp->f_ops->fo_stat(fp, st);
	fdrop(fp); /* sleeps */
	return error;
}

/* What any file with an owner knows; ENOIOCTL: another call. */
static int
ioctl_owner(struct file *fp, unsigned long cmd, void *uaddr)
{
	struct flag_change fc = { .fc_file = fp, .fc_clear = O_ASYNC };
	uint32_t arg = 0;
	int id, error = 0;

	if (fp->f_ops->fo_owner == NULL ||
	    (cmd != FIOASYNC && cmd != FIOSETOWN && cmd != FIOGETOWN))
		return ENOIOCTL;
	if (cmd != FIOGETOWN)
		error = fuword32(uaddr, &arg); /* sleeps */
	if (error != 0)
		return error;
	if (cmd == FIOASYNC) {
		fc.fc_set = arg != 0 ? O_ASYNC : 0;
		return fp->f_ops->fo_owner(fp, change_async, &fc);
	}
	id = (int)arg;
	error = file_owner(fp, cmd == FIOSETOWN, &id);
	if (error == 0 && cmd == FIOGETOWN)
		error = suword32(uaddr, (uint32_t)id); /* sleeps */
	return error;
}

int
kern_ioctl(int n, unsigned long cmd, void *uaddr)
{
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = ioctl_owner(fp, cmd, uaddr); /* sleeps */
	if (error == ENOIOCTL) {
		error = ENOTTY;
		if (fp->f_ops->fo_ioctl != NULL)
			error = fp->f_ops->fo_ioctl(fp, cmd, uaddr);
	}
	fdrop(fp); /* sleeps */
	return error;
}

int
kern_ftruncate(int n, int64_t size)
{
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	if (fp->f_ops != &reg_fileops || size < 0 ||
	    (fp->f_flag & O_ACCMODE) == O_RDONLY)
		error = EINVAL;
	else
		error = reg_resize(fp->f_data, size); /* sleeps */
	fdrop(fp); /* sleeps */
	return error;
}
