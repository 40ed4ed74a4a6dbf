/*
 * debug.h -- one process looks into another: who may, and how the other's
 * memory is reached.  For /proc and ptrace (docs/tracing.md).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;
struct vmspace;

/* May the current LWP look into p and change it?  EPERM: p is another user's,
 * or has changed its identity since exec (root may all the same), or is the
 * kernel itself. */
int proc_candebug(struct lwp *lp, struct proc *p) NEEDS(proc_token);
/* The shell (mem/vm.h) of the address space that p, which is held, lives in
 * now, with a hold that vmspace_exitfree() drops; NULL: it has none. */
struct vmspace *proc_vmspace_hold(struct proc *p) SLEEPS;
/* The same for who may debug p.  EPERM; EAGAIN: p is in the middle of an exec;
 * EIO: it has no memory. */
int proc_debug_vmspace(
    struct lwp *lp, struct proc *p, struct vmspace **vmp) SLEEPS;
