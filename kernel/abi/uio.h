/*
 * uio.h -- pieces of memory for readv(2) and writev(2).
 */
#pragma once

#include <stddef.h>

#define UIO_MAXIOV 1024 /* pieces in one call */

struct iovec {
	void *iov_base;
	size_t iov_len;
};
