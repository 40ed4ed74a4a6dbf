/*
 * sigacts.h -- what a process does about each signal.
 *
 * A process that has never called sigaction(2) has none (NULL): every action
 * is the default.  fork gives the child a copy; rfork(RFSIGSHARE) the same
 * one.  ps_spin guards the actions; p_token, the pointer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/signal.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"

struct proc;

struct sigacts {
	uint32_t ps_refs;	 /* ATOMIC processes that use it */
	struct spinlock ps_spin; /* SELF */
	uint32_t ps_flags GUARDED(leaf_spin);	   /* PS_* */
	struct sigset ps_ignored GUARDED(leaf_spin); /* SIG_IGN */
	struct sigset ps_caught GUARDED(leaf_spin);  /* has a handler */
	struct sigaction ps_actions[SIG_MAXSIG] GUARDED(leaf_spin);
};

/* ps_flags: what SIGCHLD's action says about the process's children. */
#define PS_NOCLDSTOP 0x1  /* do not tell of stops */
#define PS_NOCLDWAIT 0x2  /* they leave no zombies */
#define PS_CLDSIGIGN 0x4  /* SIGCHLD is ignored: likewise (D31) */

/* What happens to a signal. */
enum sigwhat { SIGWHAT_DEFAULT, SIGWHAT_IGNORE, SIGWHAT_CATCH };

/* p_token held.  *act (if any) gets a copy of the action. */
enum sigwhat sigacts_what(const struct proc *p, int sig,
    struct sigaction *act) NEEDS(proc_token);
/* p's PS_* flags; 0 without actions. */
uint32_t sigacts_flags(const struct proc *p) NEEDS(proc_token);
/* Back to the default, after the delivery of a signal with SA_RESETHAND. */
void sigacts_reset(struct proc *p, int sig) NEEDS(proc_token);
/* Gives child p's actions, shared or copied; 0 or ENOMEM. */
int sigacts_fork(struct proc *p, struct proc *child, bool share) SLEEPS;
/* Actions of p's own, before its only thread changes them by exec; ENOMEM. */
int sigacts_unshare(struct proc *p) SLEEPS;
/* Exec: handlers are gone, ignored signals stay so; no memory is needed. */
void sigacts_exec(struct proc *p) NEEDS(proc_token);
/* Exit, and a fork that failed. */
void sigacts_release(struct proc *p) NEEDS(proc_token);
/* sigaction(2): EINVAL, ENOMEM.  Either pointer may be NULL. */
int kern_sigaction(struct proc *p, int sig, const struct sigaction *act,
    struct sigaction *oact) SLEEPS;
