/*
 * file_kern.h -- the calls on files, apart from any personality.
 *
 * For the current process; kernel pointers only, but for the memory that a
 * uio describes.  0 or an errno (or ERESTART), results through the last
 * pointer.  A transfer that has moved something before it failed succeeds
 * with what it has moved.
 */
#pragma once

#include <stdint.h>
#include "kernel/file/file.h"
#include "kernel/lockcheck.h"

/* file_kern.c: descriptors.  EINVAL: more than INT64_MAX bytes. */
int kern_read(int n, struct uio *uio, int64_t *done) SLEEPS;
/* EPIPE comes with the signal SIGPIPE. */
int kern_write(int n, struct uio *uio, int64_t *done) SLEEPS;
int kern_close(int n) SLEEPS;
int kern_dup(int n, int *res) SLEEPS;
int kern_dup2(int from, int to) SLEEPS;
int kern_lseek(int n, int64_t off, int whence, int64_t *res) SLEEPS;
int kern_fstat(int n, struct stat *st) SLEEPS;
/* *base: the place before the call. */
int kern_getdents(int n, struct uio *uio, int64_t *base, int64_t *done) SLEEPS;
/* F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL; else EINVAL. */
int kern_fcntl(int n, int cmd, int64_t arg, int64_t *res) SLEEPS;
int kern_ioctl(int n, unsigned long cmd, void *uaddr) SLEEPS;
int kern_ftruncate(int n, int64_t size) SLEEPS;
/* The current process's RLIMIT_NOFILE. */
int file_limit(void);

/* path_kern.c: names. */
int kern_stat(const char *path, struct stat *st) SLEEPS;
/* By the real ids; mode: R_OK, W_OK, X_OK or F_OK. */
int kern_access(const char *path, int mode) SLEEPS;
int kern_chdir(const char *path) SLEEPS;
int kern_fchdir(int n) SLEEPS;
/* Puts the path with its NUL into buf; *len: its size with the NUL.  ERANGE:
 * it does not fit. */
int kern_getcwd(char *buf, size_t size, size_t *len) SLEEPS;
int kern_unlink(const char *path) SLEEPS;
int kern_mkdir(const char *path, int mode) SLEEPS;
int kern_rmdir(const char *path) SLEEPS;
/* Every open file of a device dies.  EINVAL (no device), EPERM, EOPNOTSUPP. */
int kern_revoke(const char *path) SLEEPS;
int kern_umask(int mask, int *old) SLEEPS;
