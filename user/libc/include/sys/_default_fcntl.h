/*
 * sys/_default_fcntl.h -- open files; <fcntl.h> and <sys/fcntl.h> are
 * newlib's and include this one.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/stat.h>
#include <kernel/abi/fcntl.h>

__BEGIN_DECLS
int open(const char *, int, ...);
int creat(const char *, mode_t);
int fcntl(int, int, ...);
__END_DECLS
