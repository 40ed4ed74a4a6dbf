/*
 * sysreaper.h -- processes that inherit orphans in init's place: procctl(2),
 * spec 1.13 and N4.
 *
 * A record stands for "orphans below here go to this process".  Children
 * inherit their parent's; the records form a tree that grows upward and holds
 * together by references.  No record (NULL) means init.
 */
#pragma once

#include <stdint.h>
#include "kernel/abi/procctl.h"
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

struct sysreaper {
	uint32_t sr_refs;	     /* ATOMIC processes and records below */
	struct proc *sr_proc;	     /* GUARDED(leaf_spin) NULL: no longer */
	/* GUARDED(leaf_spin) with a reference; moves up past the dead. */
	struct sysreaper *sr_parent;
} __cachealigned;

struct sysreaper *sysreaper_hold(struct sysreaper *sr);
void sysreaper_rele(struct sysreaper *sr);
/* Who inherits the children of p: held, not p itself. */
struct proc *sysreaper_heir(struct proc *p) NEEDS(proc_token);
/* A reaper ends: its record passes on to the next above. */
void exit_sysreaper(struct lwp *lp) SLEEPS;

/* EALREADY, ENOMEM; ENOTCONN. */
int kern_reap_acquire(struct proc *p) SLEEPS;
int kern_reap_release(struct proc *p) SLEEPS;
void kern_reap_status(struct proc *p, struct reaper_status *st) SLEEPS;
