/*
 * panic.h -- between panic() and those who add to its report.
 */
#pragma once

#include <stdint.h>

struct thread;

/* Prints a return address by name. */
void panic_print_pc(uintptr_t pc);

/* proc/'s: the pid of td's process, -1 when it has none.  Weak: without it,
 * pids are left out.  Takes no lock and trusts nothing. */
int panic_pid(const struct thread *td) __attribute__((weak));
