/*
 * resource.h -- usage and limits, shared by the kernel and user programs.
 *
 * Spec 2.32 and 3.7.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/time.h"

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)

struct rusage {
	struct timeval ru_utime;
	struct timeval ru_stime;
	long ru_maxrss; /* kilobytes; the maximum, all others are sums */
	long ru_ixrss;
	long ru_idrss;
	long ru_isrss;
	long ru_minflt;
	long ru_majflt;
	long ru_nswap;
	long ru_inblock;
	long ru_oublock;
	long ru_msgsnd;
	long ru_msgrcv;
	long ru_nsignals;
	long ru_nvcsw;
	long ru_nivcsw;
};
_Static_assert(sizeof(struct rusage) == 144, "rusage");
_Static_assert(offsetof(struct rusage, ru_nivcsw) == 136, "ru_nivcsw");

/* What wait6() tells: the child itself, and those that it had reaped. */
struct __wrusage {
	struct rusage wru_self;
	struct rusage wru_children;
};
_Static_assert(sizeof(struct __wrusage) == 288, "__wrusage");

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_MEMLOCK 6
#define RLIMIT_NPROC 7
#define RLIMIT_NOFILE 8
#define RLIMIT_SBSIZE 9
#define RLIMIT_VMEM 10
#define RLIMIT_AS RLIMIT_VMEM
#define RLIMIT_POSIXLOCKS 11
#define RLIM_NLIMITS 12

#define RLIM_INFINITY 0x7fffffffffffffffL

struct rlimit {
	int64_t rlim_cur;
	int64_t rlim_max;
};
_Static_assert(sizeof(struct rlimit) == 16, "rlimit");
