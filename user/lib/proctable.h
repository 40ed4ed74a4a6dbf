/*
 * proctable.h -- the kernel's list of processes, a row a thread.
 */
#pragma once

#include <mayfly.h>

/* All rows, to be freed by the caller, their number in *n; NULL and errno. */
struct proc_row *proctable_read(int *n);
/* "Z", "T", "R", "S", "I" (being born). */
char proctable_state(const struct proc_row *row);
