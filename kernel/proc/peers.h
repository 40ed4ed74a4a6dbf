/*
 * peers.h -- joining and leaving a leader's chain: see peers.c.
 */
#pragma once

#include "kernel/lockcheck.h"

struct proc;

/* p, an embryo, becomes a peer of leader: that is its maker, or its maker's
 * own leader, which cannot end before its maker does. */
void peers_join(struct proc *p, struct proc *leader) SLEEPS;
void peers_leave(struct proc *p) SLEEPS;
