/*
 * setcred.h -- see setcred.c.
 */
#pragma once

#include <stdint.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;
struct ucred;

/* The credentials of the current LWP's process as they are now: a system call
 * sees what another thread has changed before it began.  Good until the call
 * ends. */
const struct ucred *lwp_cred(struct lwp *lp) SLEEPS;
/* The current thread's snapshot becomes its process's credentials. */
void lwp_renew_cred(struct lwp *lp) SLEEPS;
/* EPERM, ENOMEM. */
int kern_setuid(struct proc *p, uint32_t uid) SLEEPS;
