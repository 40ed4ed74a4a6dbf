/*
 * dirent.h -- a record of getdents(), shared by the kernel and user programs.
 *
 * Records follow each other without a gap; each is _DIRENT_RECLEN() long, its
 * name ends in a NUL that d_namlen does not count.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MAXNAMLEN 255

struct dirent {
	uint64_t d_fileno;
	uint16_t d_namlen;
	uint8_t d_type;
	uint8_t d_unused1;
	uint32_t d_unused2;
	char d_name[MAXNAMLEN + 1];
};
_Static_assert(offsetof(struct dirent, d_name) == 16, "d_name");

#define d_ino d_fileno

#define _DIRENT_RECLEN(namlen)                                                 \
	((offsetof(struct dirent, d_name) + (namlen) + 1 + 7) & ~(size_t)7)
#define _DIRENT_NEXT(dp)                                                       \
	((struct dirent *)((char *)(dp) + _DIRENT_RECLEN((dp)->d_namlen)))

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
