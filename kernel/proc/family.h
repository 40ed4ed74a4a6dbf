/*
 * family.h -- moves of a process in the tree: see family.c.
 *
 * Every one of them needs the token of the parent whose lists change.
 */
#pragma once

#include "kernel/lockcheck.h"

struct lwp;
struct proc;

/* child, an embryo with p_sigparent set, becomes parent's (fork). */
void family_link(struct proc *child, struct proc *parent) NEEDS(parent_token);
/* From the living children to those that a wait can take. */
void family_zombie(struct proc *child) NEEDS(parent_token);
/* One wait takes the child for itself ... and gives it back unburied. */
void family_claim(struct proc *child) NEEDS(parent_token);
void family_unclaim(struct proc *child) NEEDS(parent_token);
/* A claimed child leaves its parent for good. */
void family_bury(struct proc *child) NEEDS(parent_token);
