/*
 * itimer.h -- the interval timers of a process (spec 2.27).
 *
 * A process that has never set one has none (NULL in p_itimers): it pays a
 * test of that pointer.  They survive exec; a child gets none, but for its
 * limit of used time (spec 2.32), which is kept by two of them: at the soft
 * limit SIGXCPU, once in the life of the process; five seconds past the hard
 * one SIGKILL.
 */
#pragma once

#include "kernel/abi/itimer.h"
#include "kernel/lockcheck.h"

struct lwp;
struct proc;
struct rlimit;

/* What is left of a timer, and its interval; never 0 left while it is armed.
 * EINVAL: there is no such timer. */
int kern_getitimer(struct proc *p, int which, struct itimerval *val) SLEEPS;
/* Sets the timer of the current process; *old gets what it was, in the same
 * step.  EINVAL (no such timer, or no such time), ENOMEM: nothing has
 * changed. */
int kern_setitimer(struct proc *p, int which, const struct itimerval *val,
    struct itimerval *old) SLEEPS;
/* At the border, when p_itimers is not NULL: has the process used up a timer
 * of used time? */
void itimer_border(struct lwp *lp) SLEEPS;
/* Stops and frees them (O7, D26). */
void exit_itimers(struct lwp *lp) SLEEPS;
/* The same for a child that is not to be. */
void itimers_free(struct proc *p) SLEEPS;
/* RLIMIT_CPU of p, the current process, is rl from here on.  ENOMEM: nothing
 * has changed. */
int itimer_limit(struct proc *p, const struct rlimit *rl) NEEDS(proc_token);
/* A child begins with the limit that it has inherited, and nothing used. */
int itimer_fork(struct proc *child) SLEEPS;
