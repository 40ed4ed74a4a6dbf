/*
 * inode.h -- what a name in the file system stands for: a directory, a
 * regular file or a device, all of it in memory; or a node of another file
 * system (struct inode_ops), which makes its inodes as they are looked up.
 *
 * Layers, top to bottom: file_calls.c and the other personality; file_kern.c
 * and path_kern.c (the calls); namei.c (paths); dir.c, regfile.c, device.c
 * (what each kind does); inode.c (what all have).
 *
 * An inode is kept by references: one for each name that it has, each open
 * file, each working directory, and each directory's hold on its parent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include "kernel/abi/dirent.h"
#include "kernel/file/file.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/token.h"

#define PATH_SIZE 1024 /* of a path, with its NUL */
#define INODE_DEV 1    /* st_dev of the file system in memory */
#define REG_MAX (1L << 30) /* size of the largest file */

extern struct lock_class inode_token; /* i_token of the inode at hand */

/* A name in a directory. */
struct dentry {
	RB_ENTRY(dentry) de_node;    /* GUARDED(inode_token) of the directory */
	TAILQ_ENTRY(dentry) de_link; /* GUARDED(inode_token) */
	struct inode *de_inode;	     /* GUARDED(inode_token) a reference */
	int64_t de_cookie;	     /* STABLE place in the directory */
	uint8_t de_len;		     /* STABLE */
	char de_name[];		     /* STABLE with a NUL */
};
RB_HEAD(dentry_tree, dentry);
TAILQ_HEAD(dentry_list, dentry);

/* Records for getdents: dir_put() fills them in. */
struct dirbuf {
	char *db_buf;	 /* OWNER */
	size_t db_room;	 /* OWNER bytes at db_buf */
	size_t db_used;	 /* OWNER of them */
	bool db_full;	 /* OWNER a record did not fit */
};

/* What another file system does in the place of dir.c and regfile.c.  Names
 * are neither made nor removed by calls (EROFS). */
struct inode_ops {
	uint32_t io_dev; /* st_dev */
	/* dir_lookup(). */
	int (*io_lookup)(struct inode *dir, const char *name, size_t len,
	    struct inode **ipp);
	/* Puts the names that come after "." and ".." from place *offp (>= 2)
	 * on, and steps it.  May not block. */
	void (*io_fill)(struct inode *dir, struct dirbuf *db, int64_t *offp);
	/* dir_name_of(). */
	int (*io_name)(struct inode *dir, struct inode *ip, char *buf);
	/* What an open of a file can do; the file is about to be open.  An
	 * errno, or 0: then fo_close will follow. */
	int (*io_open)(struct inode *ip, const struct fileops **opsp);
};

/* Whom a node of /proc stands for (kernel/procfs). */
struct procnode {
	int pn_pid;	   /* STABLE -1: the root's */
	int pn_kind;	   /* STABLE PFS_* */
	uint64_t pn_start; /* STABLE p_start_ns: the pid may be used again */
};

struct inode {
	uint32_t i_refs;	     /* ATOMIC */
	uint16_t i_mode;	     /* STABLE after boot: S_IF*, permissions */
	uint32_t i_uid, i_gid;	     /* STABLE after boot */
	uint32_t i_rdev;	     /* STABLE DEV_NUMBER() of a device */
	uint64_t i_ino;		     /* STABLE */
	uint32_t i_nlink;	     /* ATOMIC names */
	struct lwkt_token i_token;   /* SELF */
	uint64_t i_mtime;	     /* GUARDED(inode_token) ns since 1970 */

	/* A regular file.  Its bytes beyond i_size are zero. */
	int64_t i_size;		     /* GUARDED(inode_token) and i_busy */
	struct vm_object *i_object;  /* GUARDED(inode_token) and i_busy; NULL:
					none yet.  One that is too small is
					replaced by a bigger one that shares its
					pages: maps keep the old one. */
	bool i_busy;		     /* GUARDED(inode_token) somebody writes or
					resizes */
	bool i_wanted;		     /* GUARDED(inode_token) and another waits
					for i_busy */
	struct klist i_knotes;	     /* GUARDED(knote_spin) */

	/* A directory. */
	struct inode *i_parent;	     /* STABLE a reference; of the root: itself,
					without */
	struct dentry_tree i_names;  /* GUARDED(inode_token) by name */
	struct dentry_list i_order;  /* GUARDED(inode_token) by cookie */
	int64_t i_cookie;	     /* GUARDED(inode_token) the next one's */
	bool i_gone;		     /* GUARDED(inode_token) removed: takes no
					new names */

	const struct inode_ops *i_ops; /* STABLE NULL: it is in memory */
	struct procnode i_proc;	     /* STABLE of a node of /proc */
};

extern struct inode *rootdir; /* STABLE after ramfs_init(); never freed */

/*
 * inode.c
 */

/* One reference, no name, the caller's mode; parent: of a directory, which
 * takes a reference of its own (NULL: it is the root).  NULL: no memory. */
struct inode *inode_alloc(uint16_t mode, uint32_t uid, uint32_t gid,
    struct inode *parent);
void inode_hold(struct inode *ip);
void inode_rele(struct inode *ip);
long inode_live(void);
static inline void inode_lock(struct inode *ip) TAKES(inode_token) UNCHECKED;
static inline void inode_unlock(struct inode *ip)
    DROPS(inode_token) UNCHECKED;
/* May the current process do all that want (R_OK | W_OK | X_OK) says?  0 or
 * EACCES.  real: by its real ids (access()). */
int inode_access(struct inode *ip, int want, bool real);
/* The ids of the current process; root where there is none. */
void inode_ids(bool real, uint32_t *uid, uint32_t *gid);
void inode_stat(struct inode *ip, struct stat *st);
uint8_t inode_dtype(const struct inode *ip);
/* fo_stat and fo_close of every file whose f_data is an inode. */
int inode_fo_stat(struct file *fp, struct stat *st);
void inode_fo_close(struct file *fp);

/*
 * dir.c: names are not NUL-terminated.
 */

/* Gets a reference.  ENOENT. */
int dir_lookup(struct inode *dir, const char *name, size_t len,
    struct inode **ipp);
/* Gives ip a name (a reference of its own).  EEXIST, ENOENT (dir is removed),
 * ENOMEM, EROFS. */
int dir_enter(struct inode *dir, const char *name, size_t len,
    struct inode *ip);
/* Takes a name away; isdir: of an empty directory, else of anything else.
 * ENOENT, ENOTDIR, EPERM (a directory), ENOTEMPTY, EACCES, EROFS, EBUSY (the
 * root of another file system). */
int dir_remove(struct inode *dir, const char *name, size_t len, bool isdir);
/* The name that ip has in dir, into buf[MAXNAMLEN + 1].  ENOENT. */
int dir_name_of(struct inode *dir, struct inode *ip, char *buf);
/* Adds a record, if there is room (else db_full). */
bool dir_put(struct dirbuf *db, uint64_t ino, uint8_t type, const char *name,
    size_t len);
extern const struct fileops dir_fileops;

/*
 * regfile.c
 */

/* EFBIG, ENOMEM. */
int reg_resize(struct inode *ip, int64_t size) SLEEPS;
extern const struct fileops reg_fileops;
extern const char zero_page[]; /* PAGE_SIZE of zeroes, never written */

/*
 * device.c
 */

#define DEV_NUMBER(major, minor) ((uint32_t)(major) << 8 | (uint32_t)(minor))

struct device {
	const char *dv_name;		/* STABLE in /dev */
	uint32_t dv_number;		/* STABLE DEV_NUMBER() */
	uint16_t dv_mode;		/* STABLE permissions */
	const struct fileops *dv_ops;	/* STABLE f_data is the inode */
	/* STABLE in its place: makes the open file, which takes over the
	 * reference to ip on success */
	int (*dv_open)(struct inode *ip, int flags, struct file **fpp);
	/* STABLE every open file of it dies; NULL: cannot be */
	int (*dv_revoke)(struct inode *ip);
	uint32_t dv_minors;		/* STABLE of a family of devices, which
					   make their nodes themselves: how many
					   numbers; else 0 */
	struct device *dv_next;		/* STABLE after boot */
};
extern struct device *devices; /* STABLE after boot */
/* A static object, before SI_SUB_VFS. */
void dev_register(struct device *dv);
/* NULL: there is no such device. */
const struct device *dev_find(uint32_t number);

/*
 * namei.c
 */

/* What a path names, with a reference.  ENOENT, ENOTDIR, EACCES,
 * ENAMETOOLONG. */
int namei(const char *path, struct inode **ipp);

/* The directory that a path's last name is or would be in. */
struct namei_last {
	struct inode *nl_dir;  /* OWNER a reference */
	const char *nl_name;   /* OWNER within the path */
	size_t nl_len;	       /* OWNER 0: the path is "/" */
	bool nl_slash;	       /* OWNER slashes follow: only a directory will
				  do */
};
int namei_parent(const char *path, struct namei_last *nl);
/* Is it "." or ".." (or the root), which cannot be made or removed? */
bool namei_is_dot(const struct namei_last *nl);
/* Opens, with the mode of a file that O_CREAT makes. */
int namei_open(const char *path, int flags, int mode, int how,
    struct file **fpp) SLEEPS;

static inline void
inode_lock(struct inode *ip)
{
	lwkt_gettoken(&ip->i_token);
}

static inline void
inode_unlock(struct inode *ip)
{
	lwkt_reltoken(&ip->i_token);
}
