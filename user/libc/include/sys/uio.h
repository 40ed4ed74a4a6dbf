/*
 * uio.h -- reading into, and writing from, several pieces of memory.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <kernel/abi/uio.h>

__BEGIN_DECLS
ssize_t readv(int, const struct iovec *, int);
ssize_t writev(int, const struct iovec *, int);
__END_DECLS
