/*
 * pgrp.h -- process groups and sessions.
 *
 * A group lives while it has members (a zombie is one until it is buried), a
 * session while it has groups.  Both keep their number reserved (spec 1.14).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/file/sigio.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"
#include "kernel/lwkt/spin.h"

struct proc;

struct tty;

struct session {
	LIST_ENTRY(session) s_hash GUARDED(hash_spin);
	int s_sid;		    /* STABLE */
	uint32_t s_refs GUARDED(hash_spin); /* its groups */
	struct spinlock s_spin;	    /* SELF */
	/* NULL from the leader's exit on (exit_terminal). */
	struct proc *s_leader GUARDED(leaf_spin);
	/* The controlling terminal, with a reference; changed with that
	 * terminal's token, too (tty/tty_session.c). */
	struct tty *s_ttyp GUARDED(leaf_spin);
};

struct pgrp {
	LIST_ENTRY(pgrp) pg_hash GUARDED(hash_spin);
	int pg_id;			/* STABLE */
	struct session *pg_session;	/* STABLE with a reference */
	uint32_t pg_nstopped; /* ATOMIC members with P_STOPPED */
	uint32_t pg_telling; /* ATOMIC 1: somebody is about to tell its members
				that it is orphaned, and has it on a list */
	SLIST_ENTRY(pgrp) pg_tell; /* OWNER who has set pg_telling */
	struct sigiolst pg_sigios GUARDED(leaf_spin); /* sigio.c's spin lock */

	/* What each birth and each exit of a member writes, on one line. */
	struct spinlock pg_spin __cachealigned; /* SELF */
	uint32_t pg_refs; /* ATOMIC members, lookups; falls to 0 under the
			     bucket's lock, as lookups are */
	int pg_signalling; /* ATOMIC who is on the way through the members;
			      grows under pg_spin */
	LIST_HEAD(, proc) pg_members GUARDED(leaf_spin); /* pg_spin */
};

/* A reference, unless the last one has just gone: for who stands on none. */
bool pghold_alive(struct pgrp *pg);
/* Has pg no member now?  A terminal alone may keep it. */
bool pgrp_is_empty(struct pgrp *pg);
extern uint32_t pgrp_nstopped; /* ATOMIC sum of all pg_nstopped */

/* A group with a reference, or NULL. */
struct pgrp *pgfind(int pgid);
/* The caller has, or stands on, another reference. */
void pghold(struct pgrp *pg);
void pgrele(struct pgrp *pg);
/* The member after p (NULL: the first), held, or NULL; lets go of p.  One that
 * was there all the time may be shown twice, but is not missed. */
struct proc *pgrp_next(struct pgrp *pg, struct proc *p);
/* One of p's group stops, or goes on: by is 1 or -1. */
void pgrp_count_stopped(struct proc *p, int by) NEEDS(proc_token);
/* child, which can be signalled but not found yet, joins p's group, behind p:
 * makers on different CPUs have little to do with each other.
 * False: somebody is on the way through the members (pgrp_await). */
bool pgrp_inherit(struct proc *child, struct proc *p) NEEDS(proc_token);
/* p leaves its group for good (burial). */
void pgrp_leave(struct proc *p) NEEDS(proc_token);
/* The first group and session (proc0). */
void pgrp_boot(struct proc *p) NEEDS(proc_token);
/* The members, all held, in an array of kmalloc(M_PGRP); *np of them.  NULL
 * with *np 0: none; NULL with *np -1: no memory.  Until pgrp_free_members()
 * no child joins by fork (pgrp_await): who signals them misses nobody. */
struct proc **pgrp_hold_members(struct pgrp *pg, int *np);
void pgrp_free_members(struct pgrp *pg, struct proc **members, int n);
/* The same for who goes by pgrp_next(): no child joins in between. */
void pgrp_walk_begin(struct pgrp *pg);
void pgrp_walk_end(struct pgrp *pg);
/* Sleeps until nobody is on the way through p's group, or p is to die. */
void pgrp_await(struct proc *p) NEEDS(proc_token) SLEEPS;

/* setpgid(2), setsid(2): spec 2.13. */
int kern_setpgid(struct proc *p, int pid, int pgid) SLEEPS;
int kern_setsid(struct proc *p, int *sidp) SLEEPS;
/* The group or session number of pid (0: the caller's); ESRCH. */
int kern_getpgid(struct proc *p, int pid, int *pgidp) SLEEPS;
int kern_getsid(struct proc *p, int pid, int *sidp) SLEEPS;
