/*
 * libc.h -- what the files of the glue share.
 */
#pragma once

#include <stdbool.h>

/* lock.c: set (never cleared) before a second thread of execution runs in
 * this memory. */
extern bool __shared_memory;
