/*
 * sigio.h -- who is told by SIGIO that something can be read or written (spec
 * 2.25): the owner of a pipe's end or of a terminal.
 *
 * An owner is a process or a group, and is named by number; a record ties it to
 * the object.  The record is on the list of the process or group, and goes
 * with it (exit stage "owners", the last member's burial), or with the
 * object, a terminal's with its last close and its revocation: so SIGIO never
 * finds another that has been given the number, nor tells of what is typed to
 * another.  One spin lock guards all records.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"

struct lwp;
struct pgrp;
struct proc;
struct sigio;

LIST_HEAD(sigiolst, sigio);

/* In the object; zeroed: nobody, and no signals. */
struct sigio_slot {
	struct sigio *sl_owner; /* ATOMIC written under the spin lock */
	bool sl_async;		/* ATOMIC O_ASYNC, FIOASYNC: written with the
				   object locked */
};

/* id: > 0 a process, < 0 a group, 0 nobody.  ESRCH; EPERM: of another session;
 * ENOMEM.  On failure the old owner stays.  Does not block: the object, which
 * the caller has locked, is as alive afterwards. */
int fsetown(struct sigio_slot *sl, int id);
/* The owner's number, in the same form. */
int fgetown(const struct sigio_slot *sl);
/* Nobody: the object is going. */
void funsetown(struct sigio_slot *sl);
/* Signals the owner, if there is one and signals are wanted. */
void sigio_send_slow(struct sigio_slot *sl) SLEEPS;
static inline void
sigio_send(struct sigio_slot *sl)
{
	if (__builtin_expect(sl->sl_owner != NULL, 0))
		sigio_send_slow(sl); /* sleeps */
}
/* The last member of pg has gone: nobody owns by that number any more. */
void sigio_group_gone(struct pgrp *pg);
