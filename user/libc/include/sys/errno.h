/*
 * sys/errno.h -- Mayfly's error numbers in newlib's place for them.
 */
#pragma once

#include <sys/reent.h>
#include <kernel/abi/errno.h>

#ifndef _REENT_ONLY
#define errno (*__errno())
extern int *__errno(void);
#endif
#define __errno_r(ptr) ((ptr)->_errno)

/* The first number that a program may use for itself. */
#define __ELASTERROR 2000
