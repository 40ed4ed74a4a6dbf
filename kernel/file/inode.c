/*
 * inode.c -- what directories, regular files and devices have in common:
 * memory, references, owner and permissions, stat.
 *
 * Called by everything in kernel/file that holds an inode.  The last
 * reference frees it at once, wherever that is: an unlinked file lives until
 * its last close, its pages until the last map of them goes as well
 * (vm_object has a count of its own).  Nothing here blocks.
 *
 * Entry points: inode_alloc, inode_hold, inode_rele, inode_live, inode_access,
 * inode_stat.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"

struct inode *rootdir;

static struct objcache *inode_cache;
static uint64_t inode_last; /* ATOMIC i_ino given last */

static void
inode_init(void)
{
	inode_cache = objcache_create("vnode", sizeof(struct inode), CACHE_LINE,
	    NULL, NULL);
	KASSERT(inode_cache != NULL, "no memory for the cache of inodes");
}
SYSINIT(inode, SI_SUB_PRE_DRIVERS, SI_ORDER_FIRST, inode_init);

struct inode *
inode_alloc(uint16_t mode, uint32_t uid, uint32_t gid, struct inode *parent)
{
	struct inode *ip = objcache_get(inode_cache);

	if (ip == NULL)
		return NULL;
	memset(ip, 0, sizeof(*ip));
	ip->i_refs = 1;
	ip->i_mode = mode;
	ip->i_uid = uid;
	ip->i_gid = gid;
	ip->i_ino = atomic_addfetch(&inode_last, 1);
	ip->i_mtime = cpu_walltime_ns();
	lwkt_token_init(&ip->i_token, "inode");
	if (S_ISDIR(mode)) {
		RB_INIT(&ip->i_names);
		TAILQ_INIT(&ip->i_order);
		ip->i_cookie = 2; /* after "." and ".." */
		ip->i_parent = parent != NULL ? parent : ip;
		if (parent != NULL)
			inode_hold(parent);
	}
	return ip;
}

void
inode_hold(struct inode *ip)
{
	uint32_t before = atomic_fetchadd(&ip->i_refs, 1);

	KKASSERT(before > 0 && before < UINT32_MAX);
	(void)before;
}

/* A loop, not a recursion: a chain of removed directories may hang on one
 * working directory and go all at once. */
void
inode_rele(struct inode *ip)
{
	while (ip != NULL) {
		uint32_t left = atomic_subfetch(&ip->i_refs, 1);
		struct inode *parent;

		KKASSERT(left != UINT32_MAX);
		/* RACE: others give theirs up, too; the last one frees it. */
		if (left > 0)
			return;
		parent = ip->i_parent;
		KKASSERT(ip != rootdir && RB_EMPTY(&ip->i_names));
		if (ip->i_object != NULL)
			vm_object_rele(ip->i_object);
		objcache_put(inode_cache, ip);
		ip = parent;
	}
}

long
inode_live(void)
{
	return objcache_live(inode_cache);
}

/* td_ucred is this thread's own snapshot: a sibling that changes the
 * process's credentials does not pull it away. */
void
inode_ids(bool real, uint32_t *uid, uint32_t *gid)
{
	struct thread *td = curthread;
	struct ucred *cr = td->td_ucred;

	if (cr == NULL && td->td_proc != NULL)
		cr = td->td_proc->p_ucred;
	*uid = cr == NULL ? 0 : real ? cr->cr_ruid : cr->cr_uid;
	*gid = cr == NULL ? 0 : real ? cr->cr_rgid : cr->cr_gid;
}

int
inode_access(struct inode *ip, int want, bool real)
{
	unsigned mode = ip->i_mode;
	uint32_t uid, gid;

	inode_ids(real, &uid, &gid);
	if (uid == 0) {
		/* Even root executes only what somebody may execute. */
		if ((want & X_OK) && !S_ISDIR(mode) && (mode & 0111) == 0)
			return EACCES;
		return 0;
	}
	if (uid == ip->i_uid)
		mode >>= 6;
	else if (gid == ip->i_gid)
		mode >>= 3;
	return ((unsigned)want & ~mode & 7) == 0 ? 0 : EACCES;
}

void
inode_stat(struct inode *ip, struct stat *st)
{
	struct timespec when;

	memset(st, 0, sizeof(*st));
	inode_lock(ip);
	when.tv_sec = (long)(ip->i_mtime / NS_PER_SEC);
	when.tv_nsec = (long)(ip->i_mtime % NS_PER_SEC);
	st->st_size = ip->i_size;
	inode_unlock(ip);
	st->st_ino = ip->i_ino;
	st->st_nlink = atomic_load(&ip->i_nlink);
	st->st_dev = ip->i_ops != NULL ? ip->i_ops->io_dev : INODE_DEV;
	st->st_mode = ip->i_mode;
	st->st_uid = ip->i_uid;
	st->st_gid = ip->i_gid;
	st->st_rdev = ip->i_rdev;
	st->st_atim = when;
	st->st_mtim = when;
	st->st_ctim = when;
	st->st_blocks = howmany(st->st_size, 512);
	st->st_blksize = PAGE_SIZE;
}

uint8_t
inode_dtype(const struct inode *ip)
{
	return (uint8_t)((ip->i_mode & S_IFMT) >> 12);
}

int
inode_fo_stat(struct file *fp, struct stat *st)
{
	inode_stat(fp->f_data, st);
	return 0;
}

void
inode_fo_close(struct file *fp)
{
	inode_rele(fp->f_data);
}
