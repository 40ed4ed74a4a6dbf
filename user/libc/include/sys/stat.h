/*
 * sys/stat.h -- what a file is.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <time.h>
#include <kernel/abi/stat.h>

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

#define S_BLKSIZE 512

__BEGIN_DECLS
int fstat(int, struct stat *);
int stat(const char *__restrict, struct stat *__restrict);
int mkdir(const char *, mode_t);
__END_DECLS
