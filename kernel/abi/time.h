/*
 * time.h -- points in time and clocks, shared by the kernel and user programs.
 *
 * Spec 3.6.  The C library includes this file from its own <sys/_timeval.h>
 * and <sys/_timespec.h>, so that there is one definition of each structure.
 */
#pragma once

#include <stdint.h>

struct timeval {
	long tv_sec;
	long tv_usec;
};
_Static_assert(sizeof(struct timeval) == 16, "timeval");

struct timespec {
	long tv_sec;
	long tv_nsec;
};
_Static_assert(sizeof(struct timespec) == 16, "timespec");

#define CLOCK_REALTIME 0
#define CLOCK_VIRTUAL 1 /* user time of the process */
#define CLOCK_PROF 2	/* user and system time of the process */
#define CLOCK_MONOTONIC 4
