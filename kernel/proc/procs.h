/*
 * procs.h -- the memory of a process: made by fork, given back by wait.
 */
#pragma once

#include "kernel/lockcheck.h"

struct plimit;
struct proc;
struct ucred;
struct vmspace;

/* An embryo (SIDL) with empty lists, no number, and nothing it refers to;
 * NULL without memory. */
struct proc *proc_alloc(void);
/* SPEC X86-X91: gives back what a zombie, or an embryo that came to nothing,
 * still has, and its memory.  In no table, list or group, unheld. */
void proc_free(struct proc *p);
