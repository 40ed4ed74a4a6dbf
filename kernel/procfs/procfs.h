/*
 * procfs.h -- /proc: a folder for each process, with what a debugger and ps
 * want of it as files (spec 2.18).
 *
 * Files of kernel/procfs: procfs_dir.c (names and inodes), procfs_file.c (open
 * files), procfs_text.c (files that are text), procfs_mem.c (memory),
 * procfs_regs.c (registers), procfs_ctl.c (orders), stopevent.c (events).
 *
 * A node stands for one process by its pid and the time of its birth; it holds
 * nothing.  Each call finds the process again, holds it for its own length,
 * and fails when it is another or past the debugger's stop at its exit (spec
 * X26): so no open file keeps a process from being reaped, and none shows
 * another process.
 *
 * Locks: what is shown is read under the process's token; nothing here has a
 * lock of its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"

struct proc;

/* pn_kind */
enum procfs_kind {
	PFS_ROOT,
	PFS_DIR, /* of a process */
	PFS_STATUS,
	PFS_MAP,
	PFS_CMDLINE,
	PFS_RLIMIT,
	PFS_ETYPE,
	PFS_MEM,
	PFS_REGS,
	PFS_FPREGS,
	PFS_FILE, /* the program: its own inode */
	PFS_CTL,
	PFS_NOTE,
	PFS_NOTEPG,
	PFS_KINDS
};

/* Text that grows: a writer that does not fit is run again with more room. */
struct textbuf {
	char *tb_buf;   /* OWNER */
	size_t tb_size; /* OWNER of tb_buf */
	size_t tb_len;  /* OWNER of the text, which may be beyond tb_size */
};

#define TB_PRINTF(tb, ...)                                                     \
	((tb)->tb_len += (size_t)ksnprintf(                                    \
	     (tb)->tb_buf + min((tb)->tb_len, (tb)->tb_size),                  \
	     (tb)->tb_size - min((tb)->tb_len, (tb)->tb_size), __VA_ARGS__))
void tb_append(struct textbuf *tb, const void *data, size_t len);

/* procfs_dir.c: the process that a node stands for, held; NULL: it is gone. */
struct proc *procfs_find(const struct procnode *pn);

/* procfs_file.c */
int procfs_open(struct inode *ip, const struct fileops **opsp) SLEEPS;

/* procfs_text.c: the text of a kind of file, of a held process. */
typedef void procfs_text_t(struct proc *p, struct textbuf *tb);
procfs_text_t procfs_status, procfs_map, procfs_cmdline, procfs_rlimit,
    procfs_etype;

/* procfs_mem.c: uio_offset is the address.  EIO: the process is gone, EPERM,
 * EAGAIN: it is in an exec, EFAULT. */
int procfs_mem(struct proc *p, struct uio *uio, bool write) SLEEPS;

/* procfs_regs.c: PFS_REGS, PFS_FPREGS.  EPERM, EAGAIN, EBUSY: p runs; EINVAL:
 * not a whole one, or not what user mode may have. */
int procfs_registers(struct proc *p, int kind, struct uio *uio, bool write)
    SLEEPS;

/* procfs_ctl.c: EOPNOTSUPP: no such order, EMSGSIZE; those of ptrace, kill and
 * wait. */
int procfs_ctl(struct proc *p, struct uio *uio) SLEEPS;
