/*
 * core.h -- the picture that a process leaves when a signal kills it.
 */
#pragma once

#include <stdbool.h>
#include "kernel/abi/core.h"
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/* Does the default action of sig leave one (spec 3.3)? */
bool sig_dumps_core(int sig);
/* Writes NAME.core into the current directory, if RLIMIT_CORE (0 by default)
 * allows one of that size and the process has not changed its identity.  It has
 * no other threads then: they are ended first.  False: there is none. */
bool coredump(struct lwp *lp, int sig) SLEEPS;

/* core_notes.c: fills what it gets, every byte.  lp is the current LWP, or one
 * that killalllwps() has made wait. */
void core_note_process(struct proc *p, struct core_process *cp)
    NEEDS(proc_token);
void core_note_thread(struct lwp *lp, int sig, struct core_thread *ct)
    NEEDS(proc_token);
