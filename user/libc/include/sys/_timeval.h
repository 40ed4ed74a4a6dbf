/*
 * sys/_timeval.h -- struct timeval, the kernel's.
 */
#pragma once

#include <sys/_timespec.h>

#ifndef _SUSECONDS_T_DECLARED
typedef __suseconds_t suseconds_t;
#define _SUSECONDS_T_DECLARED
#endif
