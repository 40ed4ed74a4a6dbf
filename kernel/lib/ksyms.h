/*
 * ksyms.h -- the table of the kernel's functions.
 *
 * tools/mksyms writes it from the first link's `nm -n`; the second link takes
 * it in.  Without it ksyms_none.c's empty one serves.
 */
#pragma once

#include <stdint.h>

extern const uint64_t ksym_addrs[];	 /* ascending */
extern const char *const ksym_names[];
extern const uint64_t ksym_count;
