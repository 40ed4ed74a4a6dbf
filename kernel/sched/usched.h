/*
 * usched.h -- the user scheduler: which LWP may run in user mode (spec 2.6).
 *
 * On each CPU at most one LWP is designated: only that one returns to user
 * mode there.  The others that want to wait on the CPU's user run queue, off
 * the LWKT queues, and belong to no CPU until one takes them.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct lwp;
struct thread;

/* Returns when lp, the current LWP, is designated on this CPU, or has been
 * told to end; may wait and move to another CPU.  The last thing before user
 * mode. */
void usched_acquire_curproc(struct lwp *lp) SLEEPS;
/* Gives the designation up, if lp has it, and hands it to the next. */
void usched_release_curproc(struct lwp *lp);
/* lp, which has been told to end (TDF_MP_KILL), waits no longer for its turn to
 * be in user mode, if it does: it goes on in the kernel. */
void usched_hurry(struct lwp *lp) NEEDS(proc_token);
/* Makes a new LWP (whose thread has never run) runnable. */
void usched_setrunqueue_new(struct lwp *lp);
/* May it run on CPU cpuid? */
bool usched_may_run(const struct lwp *lp, int cpuid);
/* A note for the user scheduler was set: end of the slice, or work for idle
 * CPUs; called on the way to user mode. */
void usched_resched(struct lwp *lp) SLEEPS;
/* Lets others run first (sched_yield). */
void usched_yield(struct lwp *lp) SLEEPS;
/* In a long work in the kernel, now and then: whose slice has ended waits for
 * its turn, as on the way to user mode. */
void usched_user_yield(void) SLEEPS;
/* A child starts with its parent's record; it gives back what it has used
 * more when it is reaped (heuristic_exiting). */
void usched_heuristic_forking(struct lwp *plp, struct lwp *lp);
void usched_heuristic_exiting(struct lwp *plp, const struct lwp *lp);
/* lp leaves the scheduler for ever (E68, D62). */
void usched_exit(struct lwp *lp);
/* The current LWP has woken another one in the kernel, which shall have the CPU
 * when this one blocks, or at the next tick at the latest. */
void usched_look_later(void) NEEDS(crit);
/* After an interrupt from another CPU: looks at the queues, if that one has
 * asked for it. */
void usched_look(void) NEEDS(crit);
/* Called by the idle thread: takes an LWP from a user run queue, its own
 * first; true when it got one. */
bool usched_idle_pull(void);
/* Called by the idle thread when there is something else to do: those who look
 * for an idle CPU look elsewhere. */
void usched_idle_end(void);
/* Is that CPU one that looks for an LWP? */
bool usched_is_idle(int cpuid);
/* LWPs on the user run queues of all CPUs. */
int usched_queued(void);

/* usched_set(2): cmd USCHED_*, on the current LWP. */
int kern_usched_set(struct lwp *lp, int cmd, void *kdata, int bytes);
