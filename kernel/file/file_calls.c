/*
 * file_calls.c -- the native system calls on files: arguments from registers
 * and user memory, results back.
 *
 * The system-call table points here; the work is done by the kern_*() calls,
 * which the Linux personality shares.  Nothing of the user's is trusted:
 * paths are copied in with a bound, structures are copied out whole.
 *
 * Entry points: the calls of file_calls.h.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/file/file_calls.h"
#include "kernel/file/file_kern.h"
#include "kernel/file/inode.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"

static MALLOC_DEFINE(M_PATH, "syspath");

/* A path of the user's, to be given to path_free(). */
static int
path_in(uint64_t uaddr, char **pathp)
{
	char *path = kmalloc(PATH_SIZE, &M_PATH, 0);
	int error;

	if (path == NULL)
		return ENOMEM;
	error = copyinstr((const void *)uaddr, path, PATH_SIZE, /* sleeps */
	    NULL);
	if (error != 0)
		kfree(path, &M_PATH);
	*pathp = path;
	return error;
}

static void
path_free(char *path)
{
	kfree(path, &M_PATH);
}

/*
 * Transfers.
 */

SYSCALL(read)
{
	struct uio uio = { .uio_base = (char *)args[1],
		.uio_resid = args[2] };

	return kern_read((int)args[0], &uio, rv); /* sleeps */
}

SYSCALL(write)
{
	struct uio uio = { .uio_base = (char *)args[1],
		.uio_resid = args[2] };

	return kern_write((int)args[0], &uio, rv); /* sleeps */
}

/* readv and writev, by fn. */
static int
move_pieces(int (*fn)(int n, struct uio *uio, int64_t *done),
    const uint64_t *args, int64_t *rv)
{
	struct iovec *mem;
	struct uio uio;
	int error;

	error = uio_vector(&uio, (const void *)args[1], /* sleeps */
	    (unsigned)args[2], &mem);
	if (error != 0)
		return error;
	error = fn((int)args[0], &uio, rv); /* sleeps */
	uio_freev(mem);
	return error;
}

SYSCALL(readv)
{
	return move_pieces(kern_read, args, rv); /* sleeps */
}

SYSCALL(writev)
{
	return move_pieces(kern_write, args, rv); /* sleeps */
}

SYSCALL(getdents)
{
	struct uio uio = { .uio_base = (char *)args[1],
		.uio_resid = args[2] };
	int64_t base;

	return kern_getdents((int)args[0], &uio, &base, rv); /* sleeps */
}

SYSCALL(getdirentries)
{
	struct uio uio = { .uio_base = (char *)args[1],
		.uio_resid = (unsigned)args[2] };
	int64_t base;
	int error;

	error = kern_getdents((int)args[0], &uio, &base, rv); /* sleeps */
	if (error == 0 && args[3] != 0)
		error = copyout(&base, (void *)args[3], /* sleeps */
		    sizeof(base));
	return error;
}

/*
 * Descriptors.
 */

SYSCALL(open)
{
	char *path;
	int error, n;

	error = path_in(args[0], &path); /* sleeps */
	if (error != 0)
		return error;
	error = kern_open(path, (int)args[1], (int)args[2], &n); /* sleeps */
	path_free(path);
	if (error == 0)
		*rv = n;
	return error;
}

SYSCALL(close)
{
	return kern_close((int)args[0]); /* sleeps */
}

SYSCALL(dup)
{
	int error, n;

	error = kern_dup((int)args[0], &n); /* sleeps */
	if (error == 0)
		*rv = n;
	return error;
}

SYSCALL(dup2)
{
	int error;

	error = kern_dup2((int)args[0], (int)args[1]); /* sleeps */
	if (error == 0)
		*rv = (int)args[1];
	return error;
}

SYSCALL(pipe)
{
	int error, fds[2];

	error = kern_pipe(fds); /* sleeps */
	if (error == 0) {
		*rv = fds[0];
		cpu_set_second(cpu_lwp_frame(lp), fds[1]);
	}
	return error;
}

SYSCALL(fcntl)
{
	return kern_fcntl((int)args[0], (int)args[1], /* sleeps */
	    (int64_t)args[2], rv);
}

SYSCALL(ioctl)
{
	return kern_ioctl((int)args[0], args[1], (void *)args[2]); /* sleeps */
}

SYSCALL(getdtablesize)
{
	*rv = file_limit();
	return 0;
}

SYSCALL(lseek)
{
	return kern_lseek((int)args[0], (int64_t)args[2], /* sleeps */
	    (int)args[3], rv);
}

SYSCALL(ftruncate)
{
	return kern_ftruncate((int)args[0], (int64_t)args[2]); /* sleeps */
}

SYSCALL(fstat)
{
	struct stat st;
	int error;

	error = kern_fstat((int)args[0], &st); /* sleeps */
	if (error == 0)
		error = copyout(&st, (void *)args[1], /* sleeps */
		    sizeof(st));
	return error;
}

/*
 * Names.
 */

SYSCALL(stat)
{
	struct stat st;
	char *path;
	int error;

	error = path_in(args[0], &path); /* sleeps */
	if (error != 0)
		return error;
	error = kern_stat(path, &st); /* sleeps */
	path_free(path);
	if (error == 0)
		error = copyout(&st, (void *)args[1], /* sleeps */
		    sizeof(st));
	return error;
}

/* There are no symbolic links. */
SYSCALL(lstat)
{
	return sys_stat(lp, args, rv); /* sleeps */
}

/* A call that takes a path and nothing else, or one more number. */
static int
with_path(const uint64_t *args, int (*plain)(const char *path),
    int (*number)(const char *path, int number))
{
	char *path;
	int error;

	error = path_in(args[0], &path); /* sleeps */
	if (error != 0)
		return error;
	error = plain != NULL ? plain(path) : number(path, (int)args[1]);
	path_free(path);
	return error;
}

SYSCALL(access)
{
	return with_path(args, NULL, kern_access);
}

SYSCALL(chdir)
{
	return with_path(args, kern_chdir, NULL);
}

SYSCALL(unlink)
{
	return with_path(args, kern_unlink, NULL);
}

SYSCALL(revoke)
{
	return with_path(args, kern_revoke, NULL);
}

SYSCALL(mkdir)
{
	return with_path(args, NULL, kern_mkdir);
}

SYSCALL(rmdir)
{
	return with_path(args, kern_rmdir, NULL);
}

SYSCALL(fchdir)
{
	return kern_fchdir((int)args[0]); /* sleeps */
}

SYSCALL(umask)
{
	int error, old;

	error = kern_umask((int)args[0], &old); /* sleeps */
	if (error == 0)
		*rv = old;
	return error;
}

/* Returns 0, as the C library expects; a path that does not even fit into
 * PATH_SIZE is too long, so that nobody tries again with more room. */
SYSCALL(__getcwd)
{
	size_t size = args[1] < PATH_SIZE ? args[1] : PATH_SIZE, len;
	char *path = kmalloc(PATH_SIZE, &M_PATH, 0);
	int error;

	if (path == NULL)
		return ENOMEM;
	error = kern_getcwd(path, size, &len); /* sleeps */
	if (error == 0)
		error = copyout(path, (void *)args[0], len); /* sleeps */
	else if (error == ERANGE && size == PATH_SIZE)
		error = ENAMETOOLONG;
	path_free(path);
	return error;
}
