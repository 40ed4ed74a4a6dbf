/*
 * stopevent.h -- a process stops for its debugger at chosen events (spec 2.18).
 *
 * p_stopmask says at which; a process without a debugger pays for a look at
 * that word, and its system calls not even for that (arch/: another entry).
 * The rest is made when somebody opens the process's memory, and goes with the
 * last close, or with the process.
 */
#pragma once

#include <stdint.h>
#include "kernel/abi/procfs.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/proc/proc.h"

struct stops {
	int st_opens GUARDED(proc_token);      /* open files of its memory */
	uint32_t st_flags GUARDED(proc_token); /* PF_* */
	struct lwp *st_lwp GUARDED(proc_token); /* stopped; NULL: none */
	int st_why GUARDED(proc_token);	       /* S_*, of st_lwp's stop */
	uint64_t st_val GUARDED(proc_token);
};

/* Stops the current LWP until the debugger lets it go on, or it is killed. */
void stopevent(struct lwp *lp, uint32_t event, uint64_t val) SLEEPS;
static inline void
STOPEVENT(struct lwp *lp, uint32_t event, uint64_t val)
{
	if (unlikely(atomic_load(&lp->lwp_proc->p_stopmask) & event))
		stopevent(lp, event, val); /* sleeps */
}

/* The same for a signal to act on, which another thread may take meanwhile:
 * true when it has stopped, and is to look again.  *shown: for which last. */
static inline bool
stop_for_signal(struct lwp *lp, int sig, int *shown)
{
	bool show = unlikely(atomic_load(&lp->lwp_proc->p_stopmask) & S_SIG) &&
	    sig != *shown;

	*shown = show ? sig : 0;
	if (show)
		stopevent(lp, S_SIG, (uint64_t)sig); /* sleeps */
	return show;
}

/* Which LWP is stopped at an event, NULL: none. */
struct lwp *stopped_lwp(const struct proc *p) NEEDS(proc_token);
/* An LWP of the process takes part in what is set, as its system calls do. */
void stops_join(struct lwp *lp) NEEDS(proc_token);
/* SIGKILL: ends a stop, and those that would follow. */
void stops_kill(struct proc *p) NEEDS(proc_token);
void stops_free(struct proc *p);

/* procfs: an open file of p's memory more; ENOMEM, ENOENT: p has ended. */
int stops_open(struct proc *p) SLEEPS;
/* One less: after the last, nothing stops any more, unless PF_LINGER says
 * so. */
void stops_close(struct proc *p) SLEEPS;
/* PIOC*.  ENOTTY, EPERM, EAGAIN, EINVAL, EFAULT, EINTR. */
int stops_ioctl(struct proc *p, unsigned long cmd, void *arg) SLEEPS;
