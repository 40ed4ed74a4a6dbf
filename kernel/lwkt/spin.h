/*
 * spin.h -- locks for a few instructions.
 *
 * Holding one is a critical section: interrupts are noted and run at the end.
 * Fast interrupt handlers (TLB shootdown, the notes themselves) never take a
 * spin lock.  Ranks are checked under INVARIANTS: a lock may be taken only
 * while every lock already held has a lower rank.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

enum spin_rank {
	SPIN_HASH = 1, /* a bucket of the pid hash */
	SPIN_KNOTE,    /* all knotes and kqueues */
	SPIN_SLEEPQ,   /* a bucket of the sleep queues */
	SPIN_CALLOUT,  /* the callouts of a CPU */
	SPIN_RUNQ,     /* the user run queue of a CPU */
	SPIN_LEAF,     /* under which no other is taken */
	SPIN_CONSOLE,  /* but for the console's, for kprintf anywhere */
	SPIN_RANKS,
};

struct spinlock {
	uint32_t sl_lock;    /* ATOMIC 1: held */
	uint32_t sl_rank;    /* STABLE enum spin_rank */
	const char *sl_name; /* STABLE */
};

#define SPIN_INITIALIZER(name, rank) { 0, rank, name }

void spin_init(struct spinlock *sl, const char *name, enum spin_rank rank);
void spin_lock(struct spinlock *sl) UNCHECKED;
bool spin_trylock(struct spinlock *sl) UNCHECKED;
void spin_unlock(struct spinlock *sl) UNCHECKED;
