/*
 * path_kern.c -- the calls on names: open, stat, access, the working
 * directory, unlink, mkdir, rmdir.
 *
 * file_calls.c and the Linux personality call in with paths in kernel memory;
 * namei.c walks them.  Holds references to inodes, and the token of the
 * descriptor table while the working directory is read or changed.
 *
 * Entry points: kern_open and the kern_*() of file_kern.h's second half.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/file_kern.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"

static MALLOC_DEFINE(M_PATH, "path");

/* The permissions of a new file.  UNCHECKED: one word, read in one piece. */
static UNCHECKED int
masked(int mode)
{
	return mode & 0777 & ~curproc->p_fd->fd_cmask;
}

int
kern_open(const char *path, int flags, int mode, int *fdp)
{
	struct filedesc *fd = curproc->p_fd;
	int limit = file_limit();
	struct file *fp;
	int error;

	/* ORDER: with no descriptor free nothing is made and nothing cut. */
	error = fdroom(fd, limit); /* sleeps */
	if (error != 0)
		return error;
	error = namei_open(path, flags, masked(mode), 0, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = fdalloc_flags(fd, fp, 0, limit, /* sleeps */
	    flags & O_CLOEXEC ? FD_CLOEXEC : 0, fdp);
	if (error != 0)
		fdrop(fp); /* sleeps */
	return error;
}

static int
revoke_inode(struct inode *ip)
{
	const struct device *dv;
	uint32_t uid, gid;

	if (!S_ISCHR(ip->i_mode) || ip->i_ops != NULL)
		return EINVAL;
	inode_ids(false, &uid, &gid);
	if (uid != 0 && uid != ip->i_uid)
		return EPERM;
	dv = dev_find(ip->i_rdev);
	if (dv == NULL)
		return ENXIO;
	return dv->dv_revoke != NULL ? dv->dv_revoke(ip) : EOPNOTSUPP;
}

int
kern_revoke(const char *path)
{
	struct inode *ip;
	int error;

	error = namei(path, &ip);
	if (error != 0)
		return error;
	error = revoke_inode(ip); /* sleeps */
	inode_rele(ip);
	return error;
}

int
kern_stat(const char *path, struct stat *st)
{
	struct inode *ip;
	int error;

	error = namei(path, &ip);
	if (error != 0)
		return error;
	inode_stat(ip, st);
	inode_rele(ip);
	return 0;
}

int
kern_access(const char *path, int mode)
{
	struct inode *ip;
	int error;

	if (mode & ~(R_OK | W_OK | X_OK))
		return EINVAL;
	error = namei(path, &ip);
	if (error != 0)
		return error;
	error = inode_access(ip, mode, true);
	inode_rele(ip);
	return error;
}

/*
 * The working directory.
 */

/* Takes over the reference, on success. */
static UNCHECKED int
change_dir(struct inode *ip)
{
	struct filedesc *fd = curproc->p_fd;
	struct inode *old;
	int error;

	if (!S_ISDIR(ip->i_mode))
		return ENOTDIR;
	error = inode_access(ip, X_OK, false);
	if (error != 0)
		return error;
	lwkt_gettoken(&fd->fd_token);
	old = fd->fd_cwd;
	fd->fd_cwd = ip;
	lwkt_reltoken(&fd->fd_token);
	if (old != NULL)
		inode_rele(old);
	return 0;
}

int
kern_chdir(const char *path)
{
	struct inode *ip;
	int error;

	error = namei(path, &ip);
	if (error != 0)
		return error;
	error = change_dir(ip);
	if (error != 0)
		inode_rele(ip);
	return error;
}

int
kern_fchdir(int n)
{
	struct inode *ip;
	struct file *fp;
	int error;

	error = fdget(curproc->p_fd, n, &fp); /* sleeps */
	if (error != 0)
		return error;
	if (fp->f_ops != &dir_fileops) {
		error = ENOTDIR;
	} else {
		ip = fp->f_data;
		inode_hold(ip);
		error = change_dir(ip);
		if (error != 0)
			inode_rele(ip);
	}
	fdrop(fp); /* sleeps */
	return error;
}

/* Writes the path of ip so that it ends before end; the start.  Takes over
 * the reference to ip. */
static char *
path_of(struct inode *ip, char *start, char *end, char *name, int *errorp)
{
	char *at = end;
	int error = 0;

	while (ip != rootdir && error == 0) {
		struct inode *parent = ip->i_parent;
		size_t len = 0;

		error = dir_name_of(parent, ip, name);
		if (error == 0)
			len = strlen(name);
		if (error == 0 && (size_t)(at - start) < len + 1)
			error = ERANGE;
		if (error == 0) {
			at -= len;
			memcpy(at, name, len);
			*--at = '/';
			inode_hold(parent);
			inode_rele(ip);
			ip = parent;
		}
	}
	inode_rele(ip);
	if (error == 0 && at == end)
		*--at = '/';
	*errorp = error;
	return at;
}

int
kern_getcwd(char *buf, size_t size, size_t *len)
{
	struct inode *ip;
	char *name, *at;
	int error;

	if (size < 2)
		return size == 0 ? EINVAL : ERANGE;
	name = kmalloc(MAXNAMLEN + 1, &M_PATH, 0);
	if (name == NULL)
		return ENOMEM;
	error = namei(".", &ip);
	if (error == 0) {
		at = path_of(ip, buf, buf + size - 1, name, &error);
		*len = (size_t)(buf + size - at);
		buf[size - 1] = '\0';
		memmove(buf, at, *len);
	}
	kfree(name, &M_PATH);
	return error;
}

UNCHECKED int
kern_umask(int mask, int *old)
{
	struct filedesc *fd = curproc->p_fd;

	lwkt_gettoken(&fd->fd_token);
	*old = fd->fd_cmask;
	fd->fd_cmask = (uint16_t)(mask & 0777);
	lwkt_reltoken(&fd->fd_token);
	return 0;
}

/*
 * Making and removing.
 */

int
kern_mkdir(const char *path, int mode)
{
	struct namei_last nl;
	struct inode *ip;
	uint32_t uid, gid;
	int error;

	error = namei_parent(path, &nl);
	if (error != 0)
		return error;
	if (namei_is_dot(&nl)) {
		error = EEXIST;
	} else if (dir_lookup(nl.nl_dir, nl.nl_name, nl.nl_len, &ip) == 0) {
		inode_rele(ip);
		error = EEXIST;
	} else {
		error = inode_access(nl.nl_dir, W_OK, false);
	}
	if (error == 0) {
		inode_ids(false, &uid, &gid);
		ip = inode_alloc((uint16_t)(S_IFDIR | masked(mode)), uid,
		    nl.nl_dir->i_gid, nl.nl_dir);
		if (ip == NULL) {
			error = ENOSPC;
		} else {
			error = dir_enter(nl.nl_dir, nl.nl_name, nl.nl_len, ip);
			inode_rele(ip);
		}
	}
	inode_rele(nl.nl_dir);
	return error;
}

static int
remove_name(const char *path, bool isdir)
{
	struct namei_last nl;
	int error;

	error = namei_parent(path, &nl);
	if (error != 0)
		return error;
	if (nl.nl_len == 0)
		error = isdir ? EBUSY : EPERM;
	else if (namei_is_dot(&nl))
		error = isdir ? EINVAL : EPERM;
	else
		error = inode_access(nl.nl_dir, W_OK, false);
	if (error == 0 && nl.nl_slash && !isdir) {
		struct inode *ip;

		error = dir_lookup(nl.nl_dir, nl.nl_name, nl.nl_len, &ip);
		if (error == 0) {
			error = S_ISDIR(ip->i_mode) ? EPERM : ENOTDIR;
			inode_rele(ip);
		}
	}
	if (error == 0)
		error = dir_remove(nl.nl_dir, nl.nl_name, nl.nl_len, isdir);
	inode_rele(nl.nl_dir);
	return error;
}

int
kern_unlink(const char *path)
{
	return remove_name(path, false);
}

int
kern_rmdir(const char *path)
{
	return remove_name(path, true);
}
