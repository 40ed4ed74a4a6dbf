/*
 * sys/syscall.h -- numbers of system calls, and the call by number.
 */
#pragma once

#include <kernel/abi/syscall.h>

/* Up to seven arguments, each as wide as a register; -1 and errno when it
 * fails. */
long _mayfly_syscall(long, ...);
