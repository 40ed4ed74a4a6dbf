/*
 * fcntl.h -- flags of open files, shared by the kernel and user programs.
 * Spec 3.9.
 */
#pragma once

#define O_RDONLY 0x0
#define O_WRONLY 0x1
#define O_RDWR 0x2
#define O_ACCMODE 0x3
#define O_NONBLOCK 0x4
#define O_NDELAY O_NONBLOCK
#define O_APPEND 0x8
#define O_SHLOCK 0x10
#define O_EXLOCK 0x20
#define O_ASYNC 0x40
#define O_FSYNC 0x80
#define O_SYNC O_FSYNC
#define O_NOFOLLOW 0x100
#define O_CREAT 0x200
#define O_TRUNC 0x400
#define O_EXCL 0x800
#define O_NOCTTY 0x8000
#define O_CLOEXEC 0x20000
#define O_DIRECTORY 0x8000000

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETOWN 5
#define F_SETOWN 6
#define F_GETLK 7
#define F_SETLK 8
#define F_SETLKW 9

#define FD_CLOEXEC 1

/* ioctls of any file that can have an owner (spec 2.25): int *. */
#define FIOASYNC 0x8004667dU
#define FIOSETOWN 0x8004667cU
#define FIOGETOWN 0x4004667bU
