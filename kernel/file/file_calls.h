/*
 * file_calls.h -- the native system calls on files, for the table (numbers
 * and counts of arguments: spec 3.2).
 */
#pragma once

#include "kernel/sys/sysent.h"

SYSCALL(read);	     /* 3: fd, buf, count */
SYSCALL(write);	     /* 4: fd, buf, count */
SYSCALL(open);	     /* 5: path, flags, mode */
SYSCALL(close);	     /* 6: fd */
SYSCALL(unlink);     /* 10: path */
SYSCALL(chdir);	     /* 12: path */
SYSCALL(fchdir);     /* 13: fd */
SYSCALL(access);     /* 33: path, mode */
SYSCALL(dup);	     /* 41: fd */
SYSCALL(pipe);	     /* 42: none; both descriptors in the results */
SYSCALL(ioctl);	     /* 54: fd, cmd, addr */
SYSCALL(revoke);     /* 56: path */
SYSCALL(umask);	     /* 60: mask */
SYSCALL(getdtablesize); /* 89: none */
SYSCALL(dup2);	     /* 90: from, to */
SYSCALL(fcntl);	     /* 92: fd, cmd, arg */
SYSCALL(readv);	     /* 120: fd, iov, count */
SYSCALL(writev);     /* 121: fd, iov, count */
SYSCALL(mkdir);	     /* 136: path, mode */
SYSCALL(rmdir);	     /* 137: path */
SYSCALL(lseek);	     /* 199: fd, pad, offset, whence */
SYSCALL(ftruncate);  /* 201: fd, pad, size */
SYSCALL(__getcwd);   /* 326: buf, size */
SYSCALL(stat);	     /* 475: path, st */
SYSCALL(fstat);	     /* 476: fd, st */
SYSCALL(lstat);	     /* 477: path, st */
SYSCALL(getdirentries); /* 479: fd, buf, count, base */
SYSCALL(getdents);   /* 480: fd, buf, count */
