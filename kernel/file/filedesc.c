/*
 * filedesc.c -- descriptor tables: small numbers for open files.
 *
 * A process has one table or shares it (rfork without RFFDG, threads of
 * course); birth copies or shares it, exec closes what is marked, death lets
 * go of it (X32).  The system calls and exec find open files here.
 *
 * fd_token guards a table.  It is lost while its holder blocks, and fdrop may
 * block: so a slot is emptied first, the token let go, and then the file is.
 * A table's arrays live in one piece of memory (files, bit map, flags; the
 * first FD_SLOTS inside the table itself): growing is one allocation, and
 * without memory the table is as it was.  Lowest free descriptor: the bit
 * map, from a hint below which none is free.
 *
 * Entry points: fdinit, fdcopy, fdshare, fdfree, fdcloexec (a table), fdalloc,
 * fdget, fdclose, fddup2, fdundo, fdroom, fdgetflags, fdsetflags (a slot).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/file/file.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"

static MALLOC_DEFINE(M_FILEDESC, "filedesc");

static void fd_lock(struct filedesc *fd) TAKES(fd_token) UNCHECKED;
static void fd_unlock(struct filedesc *fd) DROPS(fd_token) UNCHECKED;

static void
fd_lock(struct filedesc *fd)
{
	lwkt_gettoken(&fd->fd_token);
}

static void
fd_unlock(struct filedesc *fd)
{
	lwkt_reltoken(&fd->fd_token);
}

/*
 * Slots.
 */

/* The lowest free slot >= from, maybe fd_size or beyond. */
static int NEEDS(fd_token)
fd_lowest(struct filedesc *fd, int from)
{
	int n = max(from, fd->fd_freehint);

	while (n < fd->fd_size) {
		uint64_t unused = ~fd->fd_map[n / 64] >> (n % 64);

		if (unused != 0) {
			n += __builtin_ctzll(unused);
			break;
		}
		n = (n / 64 + 1) * 64;
	}
	return n;
}

/* For each slot n in use, from the lowest; not for a table that changes
 * meanwhile, nor left by break. */
#define FD_FOREACH(fd, n) \
	for (int word_ = 0; word_ <= (fd)->fd_lastfile / 64; word_++) \
		for (uint64_t used_ = (fd)->fd_map[word_]; used_ != 0 && \
		    ((n) = word_ * 64 + __builtin_ctzll(used_), true); \
		    used_ &= used_ - 1)

/* The next one in use >= from, or -1. */
static int NEEDS(fd_token)
fd_next(struct filedesc *fd, int from)
{
	for (int n = from; n <= fd->fd_lastfile; n = (n / 64 + 1) * 64) {
		uint64_t used = fd->fd_map[n / 64] >> (n % 64);

		if (used != 0)
			return n + __builtin_ctzll(used);
	}
	return -1;
}

static void NEEDS(fd_token)
fd_fill(struct filedesc *fd, int n, struct file *fp, uint8_t flags)
{
	fd->fd_files[n] = fp;
	fd->fd_flags[n] = flags;
	fd->fd_map[n / 64] |= 1UL << (n % 64);
	fd->fd_lastfile = max(fd->fd_lastfile, n);
	if (n == fd->fd_freehint)
		fd->fd_freehint = n + 1;
}

/* Empties a slot that is in use; its reference goes to the caller. */
static struct file *NEEDS(fd_token)
fd_take(struct filedesc *fd, int n)
{
	struct file *fp = fd->fd_files[n];

	fd->fd_files[n] = NULL;
	fd->fd_flags[n] = 0;
	fd->fd_map[n / 64] &= ~(1UL << (n % 64));
	fd->fd_freehint = min(fd->fd_freehint, n);
	while (fd->fd_lastfile >= 0 &&
	    fd->fd_files[fd->fd_lastfile] == NULL)
		fd->fd_lastfile--;
	return fp;
}

/* What was slot n's has been taken out: its knotes go, and its reference. */
static void
fd_drop(struct filedesc *fd, int n, struct file *fp)
{
	if (!klist_empty(&fp->f_knotes))
		knote_fdclose(fd, n, fp); /* sleeps */
	fdrop(fp); /* sleeps */
}

static struct file *NEEDS(fd_token)
fd_lookup(struct filedesc *fd, int n)
{
	if (n < 0 || n >= fd->fd_size)
		return NULL;
	return fd->fd_files[n];
}

/* Makes room for slot n, by doubling.  0 or ENOMEM, nothing changed. */
static int NEEDS(fd_token)
fd_grow(struct filedesc *fd, int n)
{
	size_t size = (size_t)fd->fd_size, old = size, words;
	struct file **files;

	if (n < fd->fd_size)
		return 0;
	while (size <= (size_t)n)
		size *= 2;
	words = howmany(size, 64);
	files = kmalloc(size * sizeof(*files) + words * 8 + size,
	    &M_FILEDESC, M_ZERO);
	if (files == NULL)
		return ENOMEM;
	memcpy(files, fd->fd_files, old * sizeof(*files));
	memcpy(files + size, fd->fd_map, howmany(old, 64) * 8);
	memcpy((uint64_t *)(files + size) + words, fd->fd_flags, old);
	if (fd->fd_files != fd->fd_files0)
		kfree(fd->fd_files, &M_FILEDESC);
	fd->fd_files = files;
	fd->fd_map = (uint64_t *)(files + size);
	fd->fd_flags = (uint8_t *)(fd->fd_map + words);
	fd->fd_size = (int)size;
	return 0;
}

/* A slot >= from below the limit, with its memory. */
static int NEEDS(fd_token)
fd_place(struct filedesc *fd, int from, int limit, int *np)
{
	int n = fd_lowest(fd, from);

	if (n >= min(limit, FD_MAX))
		return EMFILE;
	*np = n;
	return fd_grow(fd, n);
}

/*
 * Tables.
 */

struct filedesc *
fdinit(void)
{
	struct filedesc *fd = kmalloc(sizeof(*fd), &M_FILEDESC, M_ZERO);

	if (fd == NULL)
		return NULL;
	fd->fd_refs = 1;
	lwkt_token_init(&fd->fd_token, "filedesc");
	fd->fd_files = fd->fd_files0;
	fd->fd_map = &fd->fd_map0;
	fd->fd_flags = fd->fd_flags0;
	fd->fd_size = FD_SLOTS;
	fd->fd_lastfile = -1;
	fd->fd_cmask = 022;
	return fd;
}

/* UNCHECKED: nobody else can see the new table, whose token is not taken. */
UNCHECKED struct filedesc *
fdcopy(struct filedesc *fd)
{
	struct filedesc *nfd = fdinit();
	int n;

	if (nfd == NULL)
		return NULL;
	fd_lock(fd);
	if (fd_grow(nfd, max(fd->fd_lastfile, 0)) != 0) {
		fd_unlock(fd);
		kfree(nfd, &M_FILEDESC);
		return NULL;
	}
	FD_FOREACH(fd, n) {
		struct file *fp = fd->fd_files[n];

		if (fp->f_ops->fo_private)
			continue;
		fhold(fp);
		nfd->fd_files[n] = fp;
		nfd->fd_flags[n] = fd->fd_flags[n];
		nfd->fd_map[n / 64] |= 1UL << (n % 64);
		nfd->fd_lastfile = n;
	}
	nfd->fd_freehint = fd_lowest(nfd, 0);
	nfd->fd_cmask = fd->fd_cmask;
	nfd->fd_cwd = fd->fd_cwd;
	if (nfd->fd_cwd != NULL)
		inode_hold(nfd->fd_cwd);
	fd_unlock(fd);
	return nfd;
}

void
fdshare(struct filedesc *fd)
{
	uint32_t before = atomic_fetchadd(&fd->fd_refs, 1);

	KKASSERT(before > 0);
	(void)before;
}

/* UNCHECKED: after the last reference nobody else can see the table. */
UNCHECKED void
fdfree(struct filedesc *fd)
{
	uint32_t left = atomic_subfetch(&fd->fd_refs, 1);
	int n;

	KKASSERT(left != UINT32_MAX);
	if (left > 0)
		return;
	FD_FOREACH(fd, n)
		fd_drop(fd, n, fd->fd_files[n]); /* sleeps */
	if (fd->fd_cwd != NULL)
		inode_rele(fd->fd_cwd);
	if (fd->fd_files != fd->fd_files0)
		kfree(fd->fd_files, &M_FILEDESC);
	kfree(fd, &M_FILEDESC);
}

void
fdcloexec(struct filedesc *fd)
{
	fd_lock(fd);
	for (int n = fd_next(fd, 0); n >= 0; n = fd_next(fd, n + 1)) {
		if (fd->fd_flags[n] & FD_CLOEXEC) {
			struct file *fp = fd_take(fd, n);

			fd_unlock(fd);
			fd_drop(fd, n, fp); /* sleeps */
			fd_lock(fd);
		}
	}
	fd_unlock(fd);
}

/*
 * Descriptors.
 */

int
fdalloc(struct filedesc *fd, struct file *fp, int from, int limit, int *fdp)
{
	return fdalloc_flags(fd, fp, from, limit, 0, fdp); /* sleeps */
}

int
fdalloc_flags(struct filedesc *fd, struct file *fp, int from, int limit,
    int flags, int *fdp)
{
	int error, n;

	fd_lock(fd);
	error = fd_place(fd, max(from, 0), limit, &n);
	if (error == 0) {
		fd_fill(fd, n, fp, flags & FD_CLOEXEC);
		*fdp = n;
	}
	fd_unlock(fd);
	return error;
}

int
fdroom(struct filedesc *fd, int limit)
{
	int error, n;

	fd_lock(fd);
	error = fd_place(fd, 0, limit, &n);
	fd_unlock(fd);
	return error;
}

int
fdget(struct filedesc *fd, int n, struct file **fpp)
{
	struct file *fp;

	fd_lock(fd);
	fp = fd_lookup(fd, n);
	if (fp != NULL)
		fhold(fp);
	fd_unlock(fd);
	*fpp = fp;
	return fp != NULL ? 0 : EBADF;
}

/* The same as fdget(); NULL for EBADF. */
static __rare struct file *
fdget_shared(struct filedesc *fd, int n)
{
	struct file *fp;

	return fdget(fd, n, &fp) == 0 ? fp : NULL; /* sleeps */
}

/* Takes the place of the token where the caller is the only thread of the only
 * process that has the table, which nobody but itself can give to another. */
static inline bool
fd_is_private(struct filedesc *fd)
{
	return atomic_load(&fd->fd_refs) == 1 && proc_is_alone(curproc);
}

struct file *fdborrow(struct filedesc *fd, int n, bool *heldp) UNCHECKED;
inline struct file *
fdborrow(struct filedesc *fd, int n, bool *heldp)
{
	if (likely(fd_is_private(fd))) {
		*heldp = false;
		return fd_lookup(fd, n);
	}
	*heldp = true;
	return fdget_shared(fd, n); /* sleeps */
}

/* fp: close only that one; NULL: whatever is there. */
static int
fd_remove(struct filedesc *fd, int n, struct file *fp)
{
	struct file *found;

	fd_lock(fd);
	found = fd_lookup(fd, n);
	if (found == NULL || (fp != NULL && found != fp)) {
		fd_unlock(fd);
		return EBADF;
	}
	fd_take(fd, n);
	fd_unlock(fd);
	fd_drop(fd, n, found); /* sleeps */
	return 0;
}

int
fdclose(struct filedesc *fd, int n)
{
	return fd_remove(fd, n, NULL); /* sleeps */
}

/* RACE: another thread that shares the table may have closed n and opened
 * something else there since. */
void
fdundo(struct filedesc *fd, int n, struct file *fp)
{
	fd_remove(fd, n, fp); /* sleeps */
}

int
fddup2(struct filedesc *fd, int from, int to, int limit)
{
	struct file *fp, *old = NULL;
	int error = 0;

	fd_lock(fd);
	fp = fd_lookup(fd, from);
	if (fp == NULL || to < 0 || to >= min(limit, FD_MAX))
		error = EBADF;
	else if (from != to)
		error = fd_grow(fd, to);
	if (error == 0 && from != to) {
		fhold(fp);
		if (fd->fd_files[to] != NULL)
			old = fd_take(fd, to);
		fd_fill(fd, to, fp, 0);
	}
	fd_unlock(fd);
	if (old != NULL)
		fd_drop(fd, to, old); /* sleeps */
	return error;
}

int
fdgetflags(struct filedesc *fd, int n, int *flags)
{
	int error = EBADF;

	fd_lock(fd);
	if (fd_lookup(fd, n) != NULL) {
		*flags = fd->fd_flags[n];
		error = 0;
	}
	fd_unlock(fd);
	return error;
}

int
fdsetflags(struct filedesc *fd, int n, int flags)
{
	int error = EBADF;

	fd_lock(fd);
	if (fd_lookup(fd, n) != NULL) {
		fd->fd_flags[n] = flags & FD_CLOEXEC;
		error = 0;
	}
	fd_unlock(fd);
	return error;
}
