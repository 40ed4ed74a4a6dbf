/*
 * signal.h -- sending signals, and acting on them.
 *
 * A pending signal is in p_siglist (for any thread) or lwp_siglist, under
 * p_token.  A thread that is to act on one has TDF_MP_AST and TDF_MP_INTR set
 * and is on its way to the border to user mode, where it stops, enters its
 * handler, or ends the process.
 *
 * Files: signal.c who is told; issignal.c what a thread has to act on; stop.c
 * stop and go on; sigacts.c actions; sigwait.c masks and waits for signals;
 * kill.c the calls that send.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/signal.h"
#include "kernel/lockcheck.h"

struct lwp;
struct pgrp;
struct proc;
struct thread;

/* The default actions (spec 3.3): ends the process, is ignored, stops it;
 * stops it only in a group that somebody can let go on. */
bool sig_is_fatal(int sig);
bool sig_is_ignored(int sig);
bool sig_is_stop(int sig);
bool sig_is_tty_stop(int sig);

/* Posts sig to a process, or to one of its LWPs; nothing happens to one that
 * is ending (P_WEXIT), a zombie or an embryo.  p is held or the caller's. */
void ksignal(struct proc *p, int sig) SLEEPS;
void lwpsignal(struct lwp *lp, int sig) SLEEPS;
/* The same with what its receiver shall know. */
void ksignal_info(struct proc *p, const struct siginfo *si) SLEEPS;
void lwpsignal_info(struct lwp *lp, const struct siginfo *si) SLEEPS;
/* The same for an LWP just found, which is nobody's: nothing sleeps before it
 * is signalled, and it may be gone afterwards. */
void lwpsignal_found(struct lwp *lp, const struct siginfo *si)
    NEEDS(proc_token) SLEEPS;
/* To every member of a group, or only to those with a controlling terminal.
 * Needs no memory.  pg is held. */
void pgsignal(struct pgrp *pg, int sig, bool controlled) SLEEPS;
/* The current LWP has done something that deserves sig. */
void ksignal_self(int sig) SLEEPS;
/* Does lp's process block (in lp) or ignore sig? */
bool sig_is_discarded(struct lwp *lp, int sig) SLEEPS;
/* Has SIGKILL been posted, to p or to a thread of it? */
bool sig_kill_is_pending(struct proc *p) NEEDS(proc_token);
/* SIGCHLD (or another that p's parent pp wants) with p's status. */
void ksignal_child(struct proc *pp, struct proc *p, int sig, int status)
    SLEEPS;
/* What an interrupted sleep of td returns: td_interrupted. */
int sig_interrupted(struct thread *td) SLEEPS;
/* Stops here while the process is stopped; then the signal that the current
 * LWP has to act on (it stays pending), 0: none. */
int issignal(struct lwp *lp) SLEEPS;
/* Is there something for lp to act on?  A call that makes others had better
 * wait until it has been. */
bool sig_is_due(const struct lwp *lp) NEEDS(proc_token);
/* The pending signal that lp will die of; 0: none. */
int sig_must_die(const struct lwp *lp) NEEDS(proc_token);
/* Is lp to die, as the end of its sleep with PKILL says?  *sigp: of that
 * signal, by sigexit(), if it must not go on to the border, where the signal
 * may be gone; 0: it has been doomed, and that is final. */
bool sig_ends_sleep(struct lwp *lp, int *sigp) SLEEPS;
/* Ends the process by that signal. */
void sigexit(struct lwp *lp, int sig) SLEEPS NORETURN;
/* Acts on it: sets up the handler, or ends the process. */
void postsig(struct lwp *lp, int sig) SLEEPS;
/* Somebody may have to look again: lp blocks more, or ends, and what it was
 * told of is still pending for the process. */
void sig_pass_on(struct lwp *lp) NEEDS(proc_token);
/* Drops what is pending, and the actions (X29). */
void exit_drop_signals(struct lwp *lp) SLEEPS;

/* kill(2), lwp_kill(2): EINVAL, ESRCH, EPERM, ENOMEM. */
int kern_kill(struct proc *p, int pid, int sig) SLEEPS;
int kern_lwp_kill(struct proc *p, int pid, int tid, int sig) SLEEPS;

/* sigwait.c.  Sets that come in may name anything: what cannot be blocked is
 * taken out. */
/* how: SIG_BLOCK, ...; EINVAL.  set NULL: only the old mask. */
int kern_sigprocmask(struct lwp *lp, int how, const struct sigset *set,
    struct sigset *oset) SLEEPS;
void kern_sigpending(struct lwp *lp, struct sigset *set) SLEEPS;
/* The mask of a wait of the current thread, and back to that of before: if
 * the wait has ended by EINTR, the border does that. */
void sig_wait_mask(struct lwp *lp, const struct sigset *set) SLEEPS;
void sig_wait_unmask(struct lwp *lp) SLEEPS;
/* EINTR, always, when a handler has run or the process is to end. */
int kern_sigsuspend(struct lwp *lp, const struct sigset *set) SLEEPS;
/* Takes one of the signals of set; until uptime `until` (0: no limit, 1: only
 * looks).  EAGAIN, EINTR. */
int kern_sigtimedwait(struct lwp *lp, const struct sigset *set,
    uint64_t until, struct siginfo *si) SLEEPS;
/* EINVAL (flags), ENOMEM (too small), EPERM (in use). */
int kern_sigaltstack(struct lwp *lp, const struct sigaltstack *ss,
    struct sigaltstack *oss);
/* Is sp on lp's alternative stack? */
bool sig_on_altstack(const struct lwp *lp, uintptr_t sp);
