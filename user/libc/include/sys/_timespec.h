/*
 * sys/_timespec.h -- struct timespec, the kernel's.
 */
#pragma once

#include <sys/_types.h>

#if !defined(__time_t_defined) && !defined(_TIME_T_DECLARED)
typedef _TIME_T_ time_t;
#define __time_t_defined
#define _TIME_T_DECLARED
#endif

#include <kernel/abi/time.h>
