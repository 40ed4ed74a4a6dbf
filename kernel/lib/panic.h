/*
 * panic.h -- what other parts add to a panic's report.
 */
#pragma once

struct thread;

/* proc/'s: the pid of td's process, -1 when it has none.  Weak: without it,
 * pids are left out.  Takes no lock and trusts nothing. */
int panic_pid(const struct thread *td) __attribute__((weak));
