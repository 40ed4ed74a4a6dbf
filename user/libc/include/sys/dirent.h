/*
 * sys/dirent.h -- reading a directory; <dirent.h> is newlib's and includes
 * this one.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <kernel/abi/dirent.h>

typedef struct _dirdesc {
	int dd_fd;
	size_t dd_len;	/* bytes in dd_buf ... */
	size_t dd_next; /* ... and where the next record begins */
	char dd_buf[4096];
} DIR;

__BEGIN_DECLS
int getdents(int, char *, size_t);
__END_DECLS
