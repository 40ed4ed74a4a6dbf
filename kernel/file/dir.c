/*
 * dir.c -- directories: names by tree for the look-up, and in the order of
 * their making for getdents.
 *
 * namei.c looks up, enters and removes; ramfs.c fills at boot.  i_token of the
 * directory guards its names; a look-up takes that one token, so walks through
 * different directories do not meet.  Only dir_remove holds two (a directory
 * and its parent).  getdents copies out once a call, from a buffer that is
 * filled without blocking: the place where it goes on is a cookie, never a
 * pointer, so names may come and go between two calls.
 *
 * Entry points: dir_lookup, dir_enter, dir_remove, dir_name_of, dir_fileops.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"

#define DIR_BATCH 4096 /* bytes of records that one call returns at most */

static MALLOC_DEFINE(M_DIRENT, "dirent");

static int
name_cmp(const char *a, size_t alen, const char *b, size_t blen)
{
	int d = memcmp(a, b, min(alen, blen));

	return d != 0 ? d : (alen > blen) - (alen < blen);
}

static int
dentry_cmp(struct dentry *a, struct dentry *b)
{
	return name_cmp(a->de_name, a->de_len, b->de_name, b->de_len);
}
RB_GENERATE_STATIC(dentry_tree, dentry, de_node, dentry_cmp)

static struct dentry *NEEDS(inode_token)
dir_find(struct inode *dir, const char *name, size_t len)
{
	struct dentry *de = RB_ROOT(&dir->i_names);

	while (de != NULL) {
		int d = name_cmp(name, len, de->de_name, de->de_len);

		if (d == 0)
			return de;
		de = d < 0 ? RB_LEFT(de, de_node) : RB_RIGHT(de, de_node);
	}
	return NULL;
}

int
dir_lookup(struct inode *dir, const char *name, size_t len, struct inode **ipp)
{
	struct dentry *de;
	int error = ENOENT;

	if (dir->i_ops != NULL)
		return dir->i_ops->io_lookup(dir, name, len, ipp);
	inode_lock(dir);
	de = dir_find(dir, name, len);
	if (de != NULL) {
		inode_hold(de->de_inode);
		*ipp = de->de_inode;
		error = 0;
	}
	inode_unlock(dir);
	return error;
}

int
dir_enter(struct inode *dir, const char *name, size_t len, struct inode *ip)
{
	struct dentry *de;
	int error = 0;

	KKASSERT(len > 0 && len <= MAXNAMLEN);
	if (dir->i_ops != NULL)
		return EROFS;
	de = kmalloc(sizeof(*de) + len + 1, &M_DIRENT, 0);
	if (de == NULL)
		return ENOMEM;
	memcpy(de->de_name, name, len);
	de->de_name[len] = '\0';
	de->de_len = (uint8_t)len;
	de->de_inode = ip;

	inode_lock(dir);
	if (dir->i_gone) {
		error = ENOENT;
	} else if (RB_INSERT(dentry_tree, &dir->i_names, de) != NULL) {
		error = EEXIST;
	} else {
		de->de_cookie = dir->i_cookie++;
		TAILQ_INSERT_TAIL(&dir->i_order, de, de_link);
		dir->i_mtime = cpu_walltime_ns();
		inode_hold(ip);
		atomic_add(&ip->i_nlink, 1);
		if (S_ISDIR(ip->i_mode)) {
			atomic_add(&ip->i_nlink, 1); /* its "." */
			atomic_add(&dir->i_nlink, 1);
		}
	}
	inode_unlock(dir);
	if (error != 0)
		kfree(de, &M_DIRENT);
	return error;
}

static void NEEDS(inode_token)
dir_drop(struct inode *dir, struct dentry *de)
{
	struct inode *ip = de->de_inode;

	RB_REMOVE(dentry_tree, &dir->i_names, de);
	TAILQ_REMOVE(&dir->i_order, de, de_link);
	dir->i_mtime = cpu_walltime_ns();
	atomic_sub(&ip->i_nlink, 1);
	if (S_ISDIR(ip->i_mode)) {
		atomic_sub(&ip->i_nlink, 1);
		atomic_sub(&dir->i_nlink, 1);
	}
	kfree(de, &M_DIRENT);
	inode_rele(ip);
}

/* In a directory such as /tmp only its owner and a file's may remove it. */
static int
dir_sticky(struct inode *dir, struct inode *ip)
{
	uint32_t uid, gid;

	if ((dir->i_mode & S_ISVTX) == 0)
		return 0;
	inode_ids(false, &uid, &gid);
	return uid == 0 || uid == dir->i_uid || uid == ip->i_uid ? 0 : EPERM;
}

/* May ip, which the caller holds, lose its name in dir?  Both tokens held. */
static int UNCHECKED
dir_may_remove(struct inode *dir, struct inode *ip, bool isdir)
{
	if (isdir && !S_ISDIR(ip->i_mode))
		return ENOTDIR;
	if (!isdir && S_ISDIR(ip->i_mode))
		return EPERM;
	if (ip->i_ops != NULL)
		return EBUSY;
	if (isdir && !RB_EMPTY(&ip->i_names))
		return ENOTEMPTY;
	return dir_sticky(dir, ip);
}

int UNCHECKED
dir_remove(struct inode *dir, const char *name, size_t len, bool isdir)
{
	struct inode *ip;
	struct dentry *de;
	int error;

	error = dir_lookup(dir, name, len, &ip);
	if (error != 0)
		return error;
	if (dir->i_ops != NULL) {
		inode_rele(ip);
		return EROFS;
	}
	/* RACE: a second token may cost the first one for a while, and ip's
	 * was not held before: all that decides is read under both. */
	inode_lock(dir);
	inode_lock(ip);
	de = dir_find(dir, name, len);
	if (de == NULL || de->de_inode != ip)
		error = ENOENT;
	else
		error = dir_may_remove(dir, ip, isdir);
	if (error == 0) {
		ip->i_gone = isdir;
		dir_drop(dir, de);
	}
	inode_unlock(ip);
	inode_unlock(dir);
	inode_rele(ip);
	return error;
}

int
dir_name_of(struct inode *dir, struct inode *ip, char *buf)
{
	struct dentry *de;
	int error = ENOENT;

	if (dir->i_ops != NULL)
		return dir->i_ops->io_name(dir, ip, buf);
	inode_lock(dir);
	TAILQ_FOREACH(de, &dir->i_order, de_link) {
		if (de->de_inode == ip) {
			memcpy(buf, de->de_name, de->de_len + 1U);
			error = 0;
			break;
		}
	}
	inode_unlock(dir);
	return error;
}

/*
 * Open directories.
 */

bool
dir_put(struct dirbuf *db, uint64_t ino, uint8_t type, const char *name,
    size_t len)
{
	size_t size = _DIRENT_RECLEN(len);
	struct dirent *d = (struct dirent *)(db->db_buf + db->db_used);

	if (size > db->db_room - db->db_used) {
		db->db_full = true;
		return false;
	}
	memset(d, 0, size);
	d->d_fileno = ino;
	d->d_namlen = (uint16_t)len;
	d->d_type = type;
	memcpy(d->d_name, name, len);
	db->db_used += size;
	return true;
}

/* The names in dir from cookie *offp (>= 2) on; steps it. */
static void
dir_fill(struct inode *dir, struct dirbuf *db, int64_t *offp)
{
	struct dentry *de;

	inode_lock(dir);
	TAILQ_FOREACH(de, &dir->i_order, de_link) {
		if (de->de_cookie < *offp)
			continue;
		if (!dir_put(db, de->de_inode->i_ino,
			inode_dtype(de->de_inode), de->de_name, de->de_len))
			break;
		*offp = de->de_cookie + 1;
	}
	inode_unlock(dir);
}

static int
dir_getdents(struct file *fp, struct uio *uio)
{
	struct inode *dir = fp->f_data;
	int64_t off = uio->uio_offset;
	struct dirbuf db = { 0 };
	int error = 0;

	db.db_room = min(uio->uio_resid, (size_t)DIR_BATCH);
	db.db_buf = kmalloc(DIR_BATCH, &M_DIRENT, 0);
	if (db.db_buf == NULL)
		return ENOMEM;
	for (; off < 2; off++) {
		struct inode *ip = off == 0 ? dir : dir->i_parent;

		if (!dir_put(&db, ip->i_ino, DT_DIR, "..", (size_t)off + 1))
			break;
	}
	if (off >= 2 && dir->i_ops != NULL)
		dir->i_ops->io_fill(dir, &db, &off);
	else if (off >= 2)
		dir_fill(dir, &db, &off);
	if (db.db_used > 0)
		error = uiomove_out(uio, db.db_buf, db.db_used); /* sleeps */
	else if (db.db_full)
		error = EINVAL; /* not even one record fits */
	kfree(db.db_buf, &M_DIRENT);
	if (error == 0)
		uio->uio_offset = off;
	return error;
}

static int
dir_read(struct file *fp, struct uio *uio)
{
	(void)fp;
	(void)uio;
	return EISDIR;
}

/* A place is a cookie that getdents has left; any other is harmless. */
static int
dir_seek(struct file *fp, int64_t off, int whence, int64_t *res)
{
	if (whence == SEEK_CUR && __builtin_add_overflow(off, *res, &off))
		return EINVAL;
	if (off < 0 || (whence != SEEK_SET && whence != SEEK_CUR))
		return EINVAL;
	(void)fp;
	*res = off;
	return 0;
}

const struct fileops dir_fileops = {
	.fo_read = dir_read,
	.fo_stat = inode_fo_stat,
	.fo_seek = dir_seek,
	.fo_getdents = dir_getdents,
	.fo_close = inode_fo_close,
};
