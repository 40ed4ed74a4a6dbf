/*
 * namei.c -- paths: from a name to an inode, and from there to an open file.
 *
 * The calls of path_kern.c and exec come in here with a path in kernel
 * memory.  A walk holds one directory by a reference, never its token over
 * more than one look-up: what it steps through may be renamed or removed
 * meanwhile, and each answer was true when it was given.  There are no
 * symbolic links.
 *
 * Entry points: namei, namei_parent, namei_is_dot, namei_open, file_open.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/proc/proc.h"

/* Where a path begins, with a reference. */
static UNCHECKED struct inode *
walk_start(const char *path)
{
	struct proc *p = curthread->td_proc;
	struct inode *ip = NULL;

	if (*path != '/' && p != NULL && p->p_fd != NULL) {
		lwkt_gettoken(&p->p_fd->fd_token);
		ip = p->p_fd->fd_cwd;
		if (ip != NULL)
			inode_hold(ip);
		lwkt_reltoken(&p->p_fd->fd_token);
	}
	if (ip == NULL) {
		ip = rootdir;
		inode_hold(ip);
	}
	return ip;
}

/* Steps *pathp over slashes and one name; its length, 0 at the end. */
static size_t
next_name(const char **pathp, const char **namep)
{
	const char *s = *pathp;

	while (*s == '/')
		s++;
	*namep = s;
	while (*s != '\0' && *s != '/')
		s++;
	*pathp = s;
	return (size_t)(s - *namep);
}

static bool
name_is(const char *name, size_t len, const char *what)
{
	return len == strlen(what) && memcmp(name, what, len) == 0;
}

/* One name further; the reference moves along, and is gone on error. */
static int
walk_step(struct inode **ipp, const char *name, size_t len)
{
	struct inode *dir = *ipp, *ip = NULL;
	int error;

	if (!S_ISDIR(dir->i_mode))
		error = ENOTDIR;
	else if (len > MAXNAMLEN)
		error = ENAMETOOLONG;
	else
		error = inode_access(dir, X_OK, false);
	if (error == 0 && name_is(name, len, "."))
		return 0;
	if (error == 0 && name_is(name, len, "..")) {
		ip = dir->i_parent;
		inode_hold(ip);
	} else if (error == 0) {
		error = dir_lookup(dir, name, len, &ip);
	}
	inode_rele(dir);
	*ipp = ip;
	return error;
}

static int
path_check(const char *path)
{
	if (*path == '\0')
		return ENOENT;
	return strnlen(path, PATH_SIZE) < PATH_SIZE ? 0 : ENAMETOOLONG;
}

int
namei(const char *path, struct inode **ipp)
{
	const char *name;
	struct inode *ip;
	size_t len;
	int error = path_check(path);

	if (error != 0)
		return error;
	ip = walk_start(path);
	while ((len = next_name(&path, &name)) > 0) {
		error = walk_step(&ip, name, len);
		if (error != 0)
			return error;
	}
	if (path[-1] == '/' && !S_ISDIR(ip->i_mode)) {
		inode_rele(ip);
		return ENOTDIR;
	}
	*ipp = ip;
	return 0;
}

int
namei_parent(const char *path, struct namei_last *nl)
{
	struct inode *ip;
	int error = path_check(path);

	if (error != 0)
		return error;
	ip = walk_start(path);
	for (;;) {
		const char *after;

		nl->nl_len = next_name(&path, &nl->nl_name);
		for (after = path; *after == '/'; after++)
			continue;
		nl->nl_slash = after != path;
		if (*after == '\0')
			break;
		error = walk_step(&ip, nl->nl_name, nl->nl_len);
		if (error != 0)
			return error;
	}
	if (!S_ISDIR(ip->i_mode))
		error = ENOTDIR;
	else if (nl->nl_len > MAXNAMLEN)
		error = ENAMETOOLONG;
	else
		error = inode_access(ip, X_OK, false);
	if (error != 0)
		inode_rele(ip);
	nl->nl_dir = ip;
	return error;
}

bool
namei_is_dot(const struct namei_last *nl)
{
	return nl->nl_len == 0 || name_is(nl->nl_name, nl->nl_len, ".") ||
	    name_is(nl->nl_name, nl->nl_len, "..");
}

/*
 * Opening.
 */

/* Makes a regular file in the directory of nl. */
static int
open_make(const struct namei_last *nl, int mode, struct inode **ipp)
{
	uint32_t uid, gid;
	struct inode *ip;
	int error;

	if (nl->nl_slash)
		return EISDIR;
	error = inode_access(nl->nl_dir, W_OK, false);
	if (error != 0)
		return error;
	inode_ids(false, &uid, &gid);
	ip = inode_alloc((uint16_t)(S_IFREG | (mode & 07777)), uid,
	    nl->nl_dir->i_gid, NULL);
	if (ip == NULL)
		return ENOSPC;
	error = dir_enter(nl->nl_dir, nl->nl_name, nl->nl_len, ip);
	if (error != 0)
		inode_rele(ip);
	*ipp = ip;
	return error;
}

/* O_CREAT: what the path names, or a new file. */
static int
open_create(const char *path, int flags, int mode, struct inode **ipp,
    bool *made)
{
	struct namei_last nl;
	int error;

	*made = false;
	error = namei_parent(path, &nl);
	if (error != 0)
		return error;
	if (namei_is_dot(&nl)) {
		inode_rele(nl.nl_dir);
		return flags & O_EXCL ? EEXIST : namei(path, ipp);
	}
	/* RACE: somebody may make or remove the name between the look-up and
	 * the making: then look again. */
	do {
		error = dir_lookup(nl.nl_dir, nl.nl_name, nl.nl_len, ipp);
		if (error == 0)
			break;
		error = open_make(&nl, mode, ipp);
		*made = error == 0;
	} while (error == EEXIST && (flags & O_EXCL) == 0);
	inode_rele(nl.nl_dir);
	if (error != 0 || *made)
		return error;
	if (flags & O_EXCL)
		error = EEXIST;
	else if (nl.nl_slash && !S_ISDIR((*ipp)->i_mode))
		error = ENOTDIR;
	if (error != 0)
		inode_rele(*ipp);
	return error;
}

/* May the current process open ip so? */
static int
open_check(struct inode *ip, int flags, int how)
{
	int want = 0;

	if (how & FOPEN_EXEC)
		return S_ISREG(ip->i_mode) ? inode_access(ip, X_OK, false) :
		    EACCES;
	if ((flags & O_DIRECTORY) && !S_ISDIR(ip->i_mode))
		return ENOTDIR;
	if ((flags & O_ACCMODE) != O_WRONLY)
		want |= R_OK;
	if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC))
		want |= W_OK;
	if ((want & W_OK) && S_ISDIR(ip->i_mode))
		return EISDIR;
	return inode_access(ip, want, false);
}

static int
open_ops(struct inode *ip, const struct fileops **opsp)
{
	if (S_ISDIR(ip->i_mode))
		*opsp = &dir_fileops;
	else if (ip->i_ops != NULL)
		return ip->i_ops->io_open(ip, opsp); /* sleeps */
	else if (S_ISREG(ip->i_mode))
		*opsp = &reg_fileops;
	else
		*opsp = dev_find(ip->i_rdev)->dv_ops;
	return 0;
}

/* An open file that takes over the reference to ip, on success. */
static int
open_plain(struct inode *ip, int flags, bool truncate, struct file **fpp)
{
	struct file *fp;
	int error = 0;

	fp = file_alloc(NULL, flags & (O_ACCMODE | O_NONBLOCK | O_APPEND), ip);
	if (fp == NULL)
		return ENOMEM;
	if (truncate)
		error = reg_resize(ip, 0); /* sleeps */
	if (error == 0)
		error = open_ops(ip, &fp->f_ops); /* sleeps */
	if (error != 0)
		file_free(fp);
	else
		*fpp = fp;
	return error;
}

/* A device may make its open file itself, or another one in its place. */
static int
open_device(struct inode *ip, int flags, struct file **fpp)
{
	const struct device *dv = dev_find(ip->i_rdev);

	if (dv == NULL)
		return ENXIO;
	if (dv->dv_open != NULL)
		return dv->dv_open(ip, flags, fpp); /* sleeps */
	return open_plain(ip, flags, false, fpp); /* sleeps */
}

static int
open_file(struct inode *ip, int flags, bool truncate, struct file **fpp)
{
	if (S_ISCHR(ip->i_mode) && ip->i_ops == NULL)
		return open_device(ip, flags, fpp); /* sleeps */
	return open_plain(ip, flags, truncate, fpp); /* sleeps */
}

int
namei_open(const char *path, int flags, int mode, int how, struct file **fpp)
{
	struct inode *ip;
	bool made = false;
	int error;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return EINVAL;
	if (flags & (O_SHLOCK | O_EXLOCK))
		return EOPNOTSUPP;
	if (flags & O_CREAT)
		error = open_create(path, flags, mode, &ip, &made);
	else
		error = namei(path, &ip);
	if (error != 0)
		return error;
	if (!made)
		error = open_check(ip, flags, how);
	if (error == 0)
		error = open_file(ip, flags, /* sleeps */
		    (flags & O_TRUNC) && !made && S_ISREG(ip->i_mode) &&
			ip->i_ops == NULL, fpp);
	if (error != 0)
		inode_rele(ip);
	return error;
}

int
file_open(const char *path, int flags, int how, struct file **fpp)
{
	return namei_open(path, flags & ~O_CREAT, 0, how, fpp); /* sleeps */
}
