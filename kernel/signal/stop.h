/*
 * stop.h -- stopped processes (spec 2.16).
 *
 * P_STOPPED says that every thread stops: at the border to user mode, or where
 * it sleeps already, if a signal could end that sleep; it then counts as
 * stopped without running.  When all threads that live on are (p_nstopped ==
 * p_nlive) the stop is complete, and the parent is told, once (D40).
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/* Stops p for sig, unless it is ending; the caller calls stop_tell() when it
 * can sleep. */
void proc_stop(struct proc *p, int sig) NEEDS(proc_token);
/* The same where the default action of sig is to stop: not for a signal of the
 * terminal in a group that nobody could let go on.  The parent is told. */
void proc_stop_default(struct proc *p, int sig) NEEDS(proc_token) SLEEPS;
/* Have all that live on come to a stand? */
bool stop_is_complete(const struct proc *p) NEEDS(proc_token);
/* Lets it go on, if it is stopped. */
void proc_unstop(struct proc *p) NEEDS(proc_token);
/* Tells the parent what is new: the stop is complete, or it goes on. p_token
 * is lost in the sleep. */
void stop_tell(struct proc *p) NEEDS(proc_token) SLEEPS;
/* The same if the stop is complete now: a thread has stopped, or ended. */
void stop_tell_complete(struct proc *p) NEEDS(proc_token) SLEEPS;
/* The current LWP counts itself as stopped, where it sleeps or will. */
void stop_count(struct lwp *lp) NEEDS(proc_token);
/* lp ends: it is not waited for any more. */
void stop_uncount(struct lwp *lp) NEEDS(proc_token);
/* The current LWP sleeps while its process is stopped and it lives. */
void stop_here(struct lwp *lp) NEEDS(proc_token) SLEEPS;
