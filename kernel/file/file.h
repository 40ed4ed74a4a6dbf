/*
 * file.h -- open files and descriptor tables.
 *
 * A struct file is an open file: reference counted, shared by dup and fork.
 * A struct filedesc is a table of them: one per process, or shared by rfork
 * without RFFDG; its own count says by how many.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/fcntl.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/uio.h"
#include "kernel/ipc/knote.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/token.h"

struct file;
struct inode;
struct sigio_slot;
struct vm_object;

/* A buffer of user memory (or of the kernel's, for exec). */
struct uio {
	char *uio_base;	   /* OWNER */
	size_t uio_resid;  /* OWNER what is left to move */
	int64_t uio_offset; /* OWNER place in the file */
	bool uio_kernel;   /* OWNER all of it is at uio_base, kernel memory */
	/* readv and writev: the pieces after the one at uio_base, which has
	 * uio_left bytes.  NULL: all of uio_resid is at uio_base. */
	const struct iovec *uio_iov; /* OWNER */
	size_t uio_left;	     /* OWNER */
};
/* Moves n bytes (at most uio_resid) from the uio to buf, or from
 * buf to the uio, and steps it.  EFAULT: it is as it was. */
int uiomove_in(struct uio *uio, void *buf, size_t n) SLEEPS;
int uiomove_out(struct uio *uio, const void *buf, size_t n) SLEEPS;
/* Steps it over n bytes, at most uio_resid, that have been moved already. */
void uio_skip(struct uio *uio, size_t n);
/* Makes a uio of count pieces that a user's array at uaddr describes; *memp is
 * to be given to uio_freev() when the uio is done with.  EINVAL (too many
 * pieces or bytes), EFAULT, ENOMEM: then nothing is to be freed. */
int uio_vector(struct uio *uio, const void *uaddr, size_t count,
    struct iovec **memp) SLEEPS;
void uio_freev(struct iovec *mem);

/* What may be done to the slot that keeps who is to hear of input or room by
 * SIGIO (sigio.h); with the object locked. */
typedef int owner_op(struct sigio_slot *sl, void *arg);

/* What a kind of file can do.  NULL: EOPNOTSUPP or the evident default. All
 * may block.  A file with fo_seek has a place: reads and writes go on at
 * uio_offset, which the caller takes from f_offset and puts back there; they
 * sleep for nothing that may never come, since who waits for the place then
 * cannot be killed. */
struct fileops {
	int (*fo_read)(struct file *fp, struct uio *uio);
	int (*fo_write)(struct file *fp, struct uio *uio);
	int (*fo_ioctl)(struct file *fp, unsigned long cmd, void *uaddr);
	int (*fo_stat)(struct file *fp, struct stat *st);
	/* *res: the place as it is, then as it shall be. */
	int (*fo_seek)(struct file *fp, int64_t off, int whence, int64_t *res);
	int (*fo_getdents)(struct file *fp, struct uio *uio);
	/* The memory behind it, with a reference, for mmap and exec. */
	int (*fo_object)(struct file *fp, struct vm_object **objp,
	    size_t *sizep);
	/* Attaches a knote of EVFILT_READ or EVFILT_WRITE (ipc/knote.h).
	 * EINVAL: neither will ever be.  NULL: nothing ever blocks. */
	int (*fo_kqfilter)(struct file *fp, struct knote *kn);
	/* It is not for processes that get a copy of the table. */
	bool fo_private;
	/* Has op done, and gives its result; EBADF, EIO: the file is dead, and
	 * op is not done.  NULL: nobody hears of anything. */
	int (*fo_owner)(struct file *fp, owner_op *op, void *arg);
	/* The last reference is gone. */
	void (*fo_close)(struct file *fp);
};

struct file {
	int f_flag;		     /* STABLE O_* of the open, but O_APPEND,
					O_NONBLOCK and O_ASYNC: ATOMIC */
	const struct fileops *f_ops; /* STABLE */
	void *f_data;		     /* STABLE the inode, the pipe end, ... */
	struct klist f_knotes;	     /* GUARDED(knote_spin) by descriptors */

	/* What is written all the time; the above is read. */
	uint32_t f_count __cachealigned; /* ATOMIC */
	struct lwkt_token f_token;   /* SELF */
	int64_t f_offset;	     /* GUARDED by f_token, and by f_busy */
	bool f_busy;		     /* GUARDED by f_token: a transfer owns
					f_offset until it is done */
	bool f_wanted;		     /* GUARDED by f_token: somebody sleeps
					until f_busy is clear */
};

#define FD_SLOTS 16	/* a table's first size, without memory of its own */
#define FD_MAX 65536	/* no table grows beyond, whatever the limit */

struct filedesc {
	uint32_t fd_refs;	   /* ATOMIC processes that share it */
	struct lwkt_token fd_token; /* SELF */
	struct file **fd_files;	   /* GUARDED(fd_token) */
	uint8_t *fd_flags;	   /* GUARDED(fd_token) FD_CLOEXEC */
	int fd_size;		   /* GUARDED(fd_token) slots */
	int fd_lastfile;	   /* GUARDED(fd_token) highest open, or -1 */
	uint64_t *fd_map;	   /* GUARDED(fd_token) a bit a slot: in use */
	int fd_freehint;	   /* GUARDED(fd_token) none is free below */
	struct inode *fd_cwd;	   /* GUARDED(fd_token) with a reference; NULL:
				      the root */
	uint16_t fd_cmask;	   /* GUARDED(fd_token) umask */
	struct file *fd_files0[FD_SLOTS]; /* GUARDED(fd_token) */
	uint64_t fd_map0;	   /* GUARDED(fd_token) */
	uint8_t fd_flags0[FD_SLOTS]; /* GUARDED(fd_token) */
};

/* file.c: open files.  One reference, f_ops etc. filled by the caller; NULL
 * without memory. */
struct file *file_alloc(const struct fileops *ops, int flag, void *data);
void fhold(struct file *fp);
/* The last one closes. */
void fdrop(struct file *fp) SLEEPS;
long file_live(void);
/* Takes back one that nobody has seen, without fo_close. */
void file_free(struct file *fp);
/* A transfer has f_offset to itself from begin (returns it) to end (sets
 * it). */
int64_t file_begin(struct file *fp) SLEEPS;
void file_end(struct file *fp, int64_t off);

/* filedesc.c: tables. */
struct filedesc *fdinit(void);			   /* empty; NULL: no memory */
struct filedesc *fdcopy(struct filedesc *fd) SLEEPS; /* NULL: no memory */
void fdshare(struct filedesc *fd);
/* Drops a process's reference; the last one closes everything (X32). */
void fdfree(struct filedesc *fd) SLEEPS;
/* Closes what is marked close-on-exec. */
void fdcloexec(struct filedesc *fd) SLEEPS;
/* The lowest free descriptor >= from gets fp (the table takes over the
 * caller's reference on success); limit: RLIMIT_NOFILE.  EMFILE, ENOMEM. */
int fdalloc(struct filedesc *fd, struct file *fp, int from, int limit,
    int *fdp) SLEEPS;
/* The same, with FD_CLOEXEC or 0. */
int fdalloc_flags(struct filedesc *fd, struct file *fp, int from, int limit,
    int flags, int *fdp) SLEEPS;
/* The open file of a descriptor with a reference; EBADF. */
int fdget(struct filedesc *fd, int n, struct file **fpp) SLEEPS;
/* The same for the length of one call of the current thread, NULL for EBADF:
 * when nobody else can change the table, the file needs no reference of the
 * caller's (*heldp tells fdreturn). */
struct file *fdborrow(struct filedesc *fd, int n, bool *heldp) SLEEPS;
static inline void
fdreturn(struct file *fp, bool held)
{
	if (held)
		fdrop(fp); /* sleeps */
}
int fdclose(struct filedesc *fd, int n) SLEEPS;
/* The same, but only while n still is fp (undoing an fdalloc). */
void fdundo(struct filedesc *fd, int n, struct file *fp) SLEEPS;
/* Would fdalloc(from 0) find a place now?  0, EMFILE, ENOMEM. */
int fdroom(struct filedesc *fd, int limit) SLEEPS;
/* Reads and writes FD_CLOEXEC; EBADF. */
int fdgetflags(struct filedesc *fd, int n, int *flags) SLEEPS;
int fdsetflags(struct filedesc *fd, int n, int flags) SLEEPS;
int fddup2(struct filedesc *fd, int from, int to, int limit) SLEEPS;

/* The calls, apart from any personality, are in file_kern.h; of them: */
int kern_open(const char *path, int flags, int mode, int *fdp) SLEEPS;
int kern_pipe(int fds[2]) SLEEPS;
/* Reads all of a regular file at offset into kernel memory (exec). */
int file_read_kernel(struct file *fp, int64_t offset, void *buf, size_t len,
    size_t *done) SLEEPS;
/* Opens without a descriptor (exec). ENOENT, ENOTDIR, EACCES (not executable
 * when flags says so), ... */
#define FOPEN_EXEC 0x1
int file_open(const char *path, int flags, int how, struct file **fpp) SLEEPS;

/* ramfs.c: unpacks the boot module; panics with a clear message when it is
 * damaged.  SYSINIT at SI_SUB_VFS runs it. */
void ramfs_init(void);
