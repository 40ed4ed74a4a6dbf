/*
 * sys/resource.h -- usage and limits.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/time.h>
#include <kernel/abi/resource.h>

typedef int64_t rlim_t;

__BEGIN_DECLS
int getrusage(int, struct rusage *);
int getrlimit(int, struct rlimit *);
int setrlimit(int, const struct rlimit *);
__END_DECLS
