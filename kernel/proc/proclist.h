/*
 * proclist.h -- processes and threads as rows for ps.
 */
#pragma once

#include "kernel/abi/mayfly.h"
#include "kernel/lockcheck.h"

struct proc;

/* The rows of p, which is held: one a thread, or one if it has none; *np of
 * them.  NULL without memory.  Given back by proc_rows_free(). */
struct proc_row *proc_rows(struct proc *p, int *np) SLEEPS;
void proc_rows_free(struct proc_row *rows);
