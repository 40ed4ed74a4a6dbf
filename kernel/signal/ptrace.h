/*
 * ptrace.h -- one process traces another (spec 2.17).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/abi/ptrace.h"
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/*
 * The requests, for the current LWP.  Those to a traced process:
 * EPERM it is not traced, EBUSY it is not by the caller, or is not stopped, or
 * its stop has not been waited for, EAGAIN it is in the middle of an exec.
 */
/* The parent traces the caller.  EBUSY, EINVAL (it would trace itself by way
 * of others), ESRCH (the parent ends). */
int kern_trace_me(struct lwp *lp) SLEEPS;
/* EINVAL (itself, or one that traces it, by way of others), EBUSY (is traced),
 * EPERM (proc_candebug(); init), EAGAIN, ESRCH (ended).  It will stop. */
int kern_trace_attach(struct lwp *lp, struct proc *p) SLEEPS;
/* Goes on with signal sig (0: none), at pc unless that is PT_SAME_PC.
 * EINVAL: there is no such signal. */
#define PT_SAME_PC 1
enum trace_how { TRACE_CONTINUE, TRACE_STEP, TRACE_DETACH };
int kern_trace_continue(struct lwp *lp, struct proc *p, enum trace_how how,
    uintptr_t pc, int sig) SLEEPS;
/* Moves len bytes at va of p's memory; *done: how many were.  EFAULT with
 * none. */
int kern_trace_io(struct lwp *lp, struct proc *p, uintptr_t va, void *buf,
    size_t len, bool write) SLEEPS;
/* Registers of the thread that has stopped.  EINVAL: user mode may not have
 * these; nothing has changed. */
int kern_trace_regs(struct lwp *lp, struct proc *p, struct reg *regs,
    bool write) SLEEPS;
int kern_trace_fpregs(struct lwp *lp, struct proc *p, struct fpreg *regs,
    bool write) SLEEPS;
/* Is p stopped, and its stop waited for by its parent?  The caller has the
 * parent's token, too. */
bool trace_is_ready(const struct proc *p) NEEDS(proc_token, parent_token);
