/*
 * peers.h -- joining and leaving a leader's chain: see peers.c.
 */
#pragma once

#include "kernel/abi/errno.h"
#include "kernel/lockcheck.h"

struct proc;

/* p, an embryo, becomes a peer of leader; EAGAIN when that is ending. */
int peers_join(struct proc *p, struct proc *leader) SLEEPS;
void peers_leave(struct proc *p) SLEEPS;
