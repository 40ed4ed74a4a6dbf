/*
 * family.h -- moves of a process in the tree: see family.c.
 *
 * Every one of them needs the token of the parent whose lists change.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/* child, an embryo with p_sigparent set, becomes parent's (fork). */
void family_link(struct proc *child, struct proc *parent) NEEDS(parent_token);
/* From the living children to those that a wait can take. */
void family_zombie(struct proc *child) NEEDS(parent_token);
/* The living child has status to report; 0: it has been reported. */
void family_report(struct proc *child, int status) NEEDS(parent_token);
/* Does parent not want to be told when its children stop?  The caller holds
 * its token. */
bool family_hides_stops(const struct proc *parent) NEEDS(parent_token);
/* The child, living, dead or claimed, becomes parent's, unclaimed and with
 * nothing reported; both tokens are held. */
void family_move(struct proc *child, struct proc *parent, int sigparent)
    NEEDS(parent_token);
/* Are parent's children to leave no zombies (SA_NOCLDWAIT, D31)?  The caller
 * holds its token. */
bool family_wants_no_zombies(const struct proc *parent) NEEDS(parent_token);
/* One wait takes the child for itself ... and gives it back unburied. */
void family_claim(struct proc *child) NEEDS(parent_token);
void family_unclaim(struct proc *child) NEEDS(parent_token);
/* A claimed child leaves its parent for good. */
void family_bury(struct proc *child) NEEDS(parent_token);
