/*
 * dump.h -- looking at everything, for the watchdog and the curious.
 */
#pragma once

struct spinlock;
struct thread;

/* Calls fn for every thread, under the lock of its list (unless panicking): fn
 * takes none but the console's.  In a list that changes meanwhile, one may be
 * missed. */
void dump_each_thread(void (*fn)(struct thread *td, void *arg), void *arg);

/* deadlock.c: whom td waits for; NULL: for nobody that can be told. */
struct thread *deadlock_waits_for(struct thread *td);
/* On whose CPU sl is held. */
struct thread *deadlock_spin_holder(const struct spinlock *sl);
