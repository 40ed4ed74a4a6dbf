/*
 * ucred.h -- credentials, and the count of processes of each user.
 *
 * A ucred is constant once a second one can see it: whoever changes an
 * identity makes a copy.  p_ucred is the process's; td_ucred is a thread's
 * snapshot, renewed at the border to user mode after a change, before the next
 * call begins.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lib/lib.h"
#include "kernel/lockcheck.h"

struct proc;

struct uidinfo {
	LIST_ENTRY(uidinfo) ui_hash; /* GUARDED(leaf_spin) */
	uint32_t ui_uid;	     /* STABLE */
	uint32_t ui_ref;	     /* GUARDED(leaf_spin) */
	int32_t ui_proccnt;	     /* ATOMIC processes, zombies included */
} __cachealigned;

struct ucred {
	uint32_t cr_uid, cr_ruid, cr_svuid;  /* STABLE */
	uint32_t cr_gid, cr_rgid, cr_svgid;  /* STABLE */
	struct uidinfo *cr_ruidinfo;	     /* STABLE of cr_ruid */
	/* Each birth and each death writes it; the above is read. */
	uint32_t cr_ref __cachealigned;	     /* ATOMIC */
};

/* The superuser's, with one reference (proc0). */
struct ucred *crget_root(void);
/* A copy with one reference and the given real uid; NULL: no memory. */
struct ucred *crcopy_uid(const struct ucred *cr, uint32_t ruid);
struct ucred *crhold(struct ucred *cr);
void crfree(struct ucred *cr);
/* Counts a process more (d 1) or less (-1) for a user.  More: false, and
 * nothing is counted, when that would exceed max (max < 0: no limit). */
bool chgproccnt(struct uidinfo *ui, int d, int64_t max);
/* Gives p (its token held) new credentials; takes over the reference. */
void proc_setcred(struct proc *p, struct ucred *cr) NEEDS(proc_token);
/* May cr signal or trace a process with the credentials of target? */
bool cr_cansignal(const struct ucred *cr, const struct ucred *target);
