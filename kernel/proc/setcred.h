/*
 * setcred.h -- see setcred.c.
 */
#pragma once

#include <stdint.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/* The current thread's snapshot becomes its process's credentials. */
void lwp_renew_cred(struct lwp *lp) SLEEPS;
/* EPERM, ENOMEM. */
int kern_setuid(struct proc *p, uint32_t uid) SLEEPS;
