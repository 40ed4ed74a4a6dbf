/*
 * itimer.h -- interval timers: setitimer(2), spec 2.27.
 *
 * The kernel's; programs have the same from the C library's <sys/time.h>,
 * and user/libc/time.c checks that it is.
 */
#pragma once

#include <stddef.h>
#include "kernel/abi/time.h"

#define ITIMER_REAL 0	 /* SIGALRM: time goes on */
#define ITIMER_VIRTUAL 1 /* SIGVTALRM: the process's time in user mode */
#define ITIMER_PROF 2	 /* SIGPROF: and in the kernel */

struct itimerval {
	struct timeval it_interval; /* 0: once */
	struct timeval it_value;    /* 0: off */
};
_Static_assert(sizeof(struct itimerval) == 32, "itimerval");
_Static_assert(offsetof(struct itimerval, it_value) == 16, "it_value");
