/*
 * ksyms_none.c -- the empty table of functions, for the first link.
 *
 * A file of its own: ksyms.c must not see how small it is.
 */
#include "kernel/lib/ksyms.h"
#include "kernel/lib/lib.h"

__weak const uint64_t ksym_addrs[1] = { 0 };
__weak const char *const ksym_names[1] = { "" };
__weak const uint64_t ksym_count = 0;
