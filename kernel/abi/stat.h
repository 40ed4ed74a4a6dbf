/*
 * stat.h -- what a file is, shared by the kernel and user programs.  Spec 3.9.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/time.h"

struct stat {
	uint64_t st_ino;
	uint32_t st_nlink;
	uint32_t st_dev;
	uint16_t st_mode;
	uint16_t st_padding1;
	uint32_t st_uid;
	uint32_t st_gid;
	uint32_t st_rdev;
	struct timespec st_atim;
	struct timespec st_mtim;
	struct timespec st_ctim;
	int64_t st_size;
	int64_t st_blocks; /* of 512 bytes */
	uint32_t st_blksize;
	uint32_t st_flags;
	uint32_t st_gen;
	int32_t st_lspare;
	int64_t st_qspare[2];
};
_Static_assert(sizeof(struct stat) == 128, "stat");
_Static_assert(offsetof(struct stat, st_mode) == 16, "st_mode");
_Static_assert(offsetof(struct stat, st_rdev) == 28, "st_rdev");
_Static_assert(offsetof(struct stat, st_ctim) == 64, "st_ctim");
_Static_assert(offsetof(struct stat, st_blksize) == 96, "st_blksize");
_Static_assert(offsetof(struct stat, st_qspare) == 112, "st_qspare");

#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFBLK 0060000
#define S_IFREG 0100000
#define S_IFLNK 0120000
#define S_IFSOCK 0140000

#define S_ISUID 0004000
#define S_ISGID 0002000
#define S_ISVTX 0001000
#define S_IRWXU 0000700
#define S_IRUSR 0000400
#define S_IWUSR 0000200
#define S_IXUSR 0000100
#define S_IRWXG 0000070
#define S_IRGRP 0000040
#define S_IWGRP 0000020
#define S_IXGRP 0000010
#define S_IRWXO 0000007
#define S_IROTH 0000004
#define S_IWOTH 0000002
#define S_IXOTH 0000001

#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
#define S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)
