/*
 * sys/ptrace.h -- tracing another process.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <kernel/abi/ptrace.h>

__BEGIN_DECLS
int ptrace(int, pid_t, void *, int);
__END_DECLS
