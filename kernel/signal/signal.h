/*
 * signal.h -- sending signals, and dying of them.
 *
 * Every signal has its default action here: it is ignored, or it ends the
 * process.  (Stop signals are refused by kill(2); handlers and masks do not
 * exist.)  A pending signal is a bit in p_siglist or lwp_siglist, under
 * p_token; the thread that is to act on it has TDF_MP_AST and TDF_MP_INTR
 * set and is on its way to the border to user mode.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;
struct sigset;

/* The lowest signal of the set; 0 when it is empty. */
int sig_first(const struct sigset *set);
/* Does a signal's default action end the process?  Ignored? */
bool sig_is_fatal(int sig);
bool sig_is_ignored(int sig);
/* Posts sig to a process, or to one of its LWPs; nothing happens to one that
 * is ending (P_WEXIT), a zombie or an embryo.  p is held or the caller's. */
void ksignal(struct proc *p, int sig) SLEEPS;
void lwpsignal(struct lwp *lp, int sig) SLEEPS;
/* The current LWP has done something that deserves sig. */
void ksignal_self(int sig) SLEEPS;
/* The signal that the current LWP has to act on now, 0: none. */
int issignal(struct lwp *lp) SLEEPS;
/* Drops what is pending (X29). */
void exit_drop_signals(struct lwp *lp) SLEEPS;
/* kill(2), lwp_kill(2): EINVAL, ESRCH, EPERM, ENOMEM. */
int kern_kill(struct proc *p, int pid, int sig) SLEEPS;
int kern_lwp_kill(struct proc *p, int pid, int tid, int sig) SLEEPS;
