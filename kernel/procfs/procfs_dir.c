/*
 * procfs_dir.c -- the names below /proc, and the inodes that they get.
 *
 * An inode is made by each look-up, with the owner that the process has then,
 * and goes with its last reference: there are none but for those in use.
 * getdents lists the processes by a place that their pid alone decides, so
 * that one that comes or goes meanwhile neither hides nor repeats others.
 *
 * Entry points: procfs_root_ops, by namei.c and dir.c; procfs_find.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/lib/atomic.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/thread.h"
#include "kernel/proc/proc.h"
#include "kernel/procfs/procfs.h"

#define PROCFS_DEV 2
#define CURPROC "curproc"
#define PLACE_CURPROC 2 /* places of the root: after "." and ".." */
#define PLACE_PIDS 3
#define NAME_SIZE 16 /* of a pid in decimal */

static const struct inode_ops procfs_ops;

static const struct {
	const char *name;
	uint16_t mode;
} files[PFS_KINDS] = {
	[PFS_STATUS] = {"status", 0444},
	[PFS_MAP] = {"map", 0444},
	[PFS_CMDLINE] = {"cmdline", 0444},
	[PFS_RLIMIT] = {"rlimit", 0444},
	[PFS_ETYPE] = {"etype", 0444},
	[PFS_MEM] = {"mem", 0600},
	[PFS_REGS] = { "regs", 0600 },
	[PFS_FPREGS] = { "fpregs", 0600 },
	[PFS_FILE] = { "file", 0444 },
	[PFS_CTL] = { "ctl", 0200 },
	[PFS_NOTE] = {"note", 0200},
	[PFS_NOTEPG] = {"notepg", 0200},
};

static inline uint64_t
node_ino(int pid, int kind)
{
	return ((uint64_t)(pid + 2) << 8) + (uint64_t)kind;
}

/* SPEC X26: is p to be seen in /proc? */
static inline bool
is_visible(struct proc *p)
{
	return !(atomic_load_acq(&p->p_mpflags) & P_NODEBUG);
}

struct proc *
procfs_find(const struct procnode *pn)
{
	struct proc *p = pfind(pn->pn_pid);

	if (p != NULL && (p->p_start_ns != pn->pn_start || !is_visible(p))) {
		PRELE(p);
		p = NULL;
	}
	return p;
}

/* The inode of a node of p, which is held. */
static int
node_make(struct inode *dir, struct proc *p, int kind, struct inode **ipp)
{
	unsigned mode =
	    kind == PFS_DIR ? S_IFDIR | 0555 : S_IFREG | files[kind].mode;
	struct inode *ip = inode_alloc((uint16_t)mode, atomic_load(&p->p_uid),
	    atomic_load(&p->p_gid), kind == PFS_DIR ? dir : NULL);

	if (ip == NULL)
		return ENOMEM;
	ip->i_ops = &procfs_ops;
	ip->i_proc = (struct procnode){p->p_pid, kind, p->p_start_ns};
	ip->i_ino = node_ino(p->p_pid, kind);
	ip->i_nlink = kind == PFS_DIR ? 2 : 1;
	*ipp = ip;
	return 0;
}

/* The pid that a name is, without leading zeroes; -1: none. */
static int
name_pid(const char *name, size_t len)
{
	int pid = 0;

	if (len == strlen(CURPROC) && memcmp(name, CURPROC, len) == 0)
		return curproc->p_pid;
	if (len == 0 || len > 9 || (name[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		pid = pid * 10 + (name[i] - '0');
	}
	return pid;
}

static int
lookup_pid(struct inode *dir, const char *name, size_t len, struct inode **ipp)
{
	int pid = name_pid(name, len), error = ENOENT;
	struct proc *p = pid < 0 ? NULL : pfind(pid);

	if (p == NULL)
		return ENOENT;
	if (is_visible(p))
		error = node_make(dir, p, PFS_DIR, ipp);
	PRELE(p);
	return error;
}

/* The program that p runs. */
static int
lookup_text(struct proc *p, struct inode **ipp)
{
	int error = ENOENT;

	proc_lock(p); /* sleeps */
	if (p->p_text != NULL) {
		inode_hold(p->p_text);
		*ipp = p->p_text;
		error = 0;
	}
	proc_unlock(p);
	return error;
}

static int
lookup_file(struct inode *dir, const char *name, size_t len, struct inode **ipp)
{
	struct proc *p = procfs_find(&dir->i_proc);
	int error = ENOENT;

	if (p == NULL)
		return ENOENT;
	for (int kind = PFS_DIR + 1; kind < PFS_KINDS; kind++) {
		if (strlen(files[kind].name) == len &&
		    memcmp(files[kind].name, name, len) == 0) {
			error = kind == PFS_FILE ? lookup_text(p, ipp) :
						   node_make(dir, p, kind, ipp);
			break;
		}
	}
	PRELE(p);
	return error;
}

static int
procfs_lookup(
    struct inode *dir, const char *name, size_t len, struct inode **ipp)
{
	if (dir->i_proc.pn_kind == PFS_ROOT)
		return lookup_pid(dir, name, len, ipp);
	return lookup_file(dir, name, len, ipp);
}

static void
fill_pids(struct dirbuf *db, int64_t *offp)
{
	if (*offp == PLACE_CURPROC &&
	    dir_put(db, node_ino(curproc->p_pid, PFS_DIR), DT_DIR, CURPROC,
		strlen(CURPROC)))
		*offp = PLACE_PIDS;
	while (*offp >= PLACE_PIDS && !db->db_full) {
		int64_t place = *offp - PLACE_PIDS;
		int pid = pid_next(&place, P_NODEBUG);
		char name[NAME_SIZE];

		if (pid < 0)
			return;
		ksnprintf(name, sizeof(name), "%d", pid);
		if (dir_put(
			db, node_ino(pid, PFS_DIR), DT_DIR, name, strlen(name)))
			*offp = place + PLACE_PIDS;
	}
}

static void
fill_files(struct inode *dir, struct dirbuf *db, int64_t *offp)
{
	struct proc *p = procfs_find(&dir->i_proc);

	if (p == NULL)
		return;
	while (*offp < PFS_KINDS - PFS_DIR - 1 + 2) {
		int kind = (int)*offp - 2 + PFS_DIR + 1;

		if (!dir_put(db, node_ino(p->p_pid, kind), DT_REG,
			files[kind].name, strlen(files[kind].name)))
			break;
		(*offp)++;
	}
	PRELE(p);
}

static void
procfs_fill(struct inode *dir, struct dirbuf *db, int64_t *offp)
{
	if (dir->i_proc.pn_kind == PFS_ROOT)
		fill_pids(db, offp);
	else
		fill_files(dir, db, offp);
}

static int
procfs_name(struct inode *dir, struct inode *ip, char *buf)
{
	(void)dir;
	if (ip->i_proc.pn_kind != PFS_DIR)
		return ENOENT;
	ksnprintf(buf, NAME_SIZE, "%d", ip->i_proc.pn_pid);
	return 0;
}

static const struct inode_ops procfs_ops = {
	.io_dev = PROCFS_DEV,
	.io_lookup = procfs_lookup,
	.io_fill = procfs_fill,
	.io_name = procfs_name,
	.io_open = procfs_open,
};

/* Once the file system in memory is there. */
static void
procfs_mount(void)
{
	struct inode *ip = inode_alloc(S_IFDIR | 0555, 0, 0, rootdir), *old;
	int error;

	KASSERT(ip != NULL, "no memory for /proc");
	ip->i_ops = &procfs_ops;
	ip->i_proc = (struct procnode){-1, PFS_ROOT, 0};
	ip->i_ino = node_ino(-1, PFS_ROOT);
	/* An archive may bring an empty folder to mount it on. */
	if (dir_lookup(rootdir, "proc", 4, &old) == 0) {
		inode_rele(old);
		dir_remove(rootdir, "proc", 4, true);
	}
	error = dir_enter(rootdir, "proc", 4, ip);
	KASSERT(error == 0, "/proc: error %d", error);
	inode_rele(ip);
}
SYSINIT(procfs, SI_SUB_VFS, SI_ORDER_ANY, procfs_mount);
