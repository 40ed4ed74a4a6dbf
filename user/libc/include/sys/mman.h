/*
 * sys/mman.h -- mappings.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <kernel/abi/mman.h>

__BEGIN_DECLS
void *mmap(void *, size_t, int, int, int, off_t);
int munmap(void *, size_t);
int mprotect(void *, size_t, int);
__END_DECLS
