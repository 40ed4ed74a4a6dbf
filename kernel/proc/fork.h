/*
 * fork.h -- what fork needs beyond the flags that users know.
 */
#pragma once

#include "kernel/lockcheck.h"

struct proc;
struct vmspace;

#define RFPPWAIT 0x80000000 /* the parent sleeps until exec or exit */

/* The current process, alone, goes on in vm (a reference that it takes over)
 * and drops its old memory: exec, and rfork that unshares. */
void proc_replace_vmspace(struct proc *p, struct vmspace *vm) SLEEPS;
