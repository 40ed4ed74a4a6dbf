/*
 * sleep.h -- tsleep and wakeup.
 *
 * A thread sleeps on an address (ident) in a domain; wakeup(ident) wakes all
 * that sleep there.  Two safe shapes:
 *   - test under a token that the waker takes too, then tsleep;
 *   - tsleep_interlock(ident), test, tsleep with PINTERLOCKED.
 * Wakeups may be for another reason: test again.
 */
#pragma once

#include <stdint.h>
#include "kernel/lockcheck.h"

struct thread;

#define PKILL 0x200	   /* the death of the thread ends it (TDF_MP_KILL) */
#define PCATCH (PKILL | 0x100) /* and so do signals (TDF_MP_INTR) */
#define PSTOP 0x1000	   /* not a wait for something that will come of itself:
			      the watchdog does not mind how long it takes */
#define PINTERLOCKED 0x400 /* tsleep_interlock() was called */
#define PASKED 0x800	   /* the caller wants the time itself: no look at
			      something again later, which is counted */
#define PDOMAIN_UMTX 0x10000
#define PDOMAIN_MASK 0xf0000

/*
 * Sleeps on ident.  timo_ns: 0 for ever, else at most so long.  Returns 0
 * when woken, EWOULDBLOCK after the time; with PCATCH also EINTR, or ERESTART
 * when the signal's action says so, when a signal is to be acted on or the LWP
 * is to die (spec 2.7); with PKILL EINTR, when it is to die.
 */
int tsleep(const void *ident, int flags, const char *wmesg, uint64_t timo_ns)
    SLEEPS;
/* Queues the current thread on ident; it runs on until tsleep(PINTERLOCKED),
 * which returns at once if a wakeup came in between.  flags: the domain. */
void tsleep_interlock(const void *ident, int flags);
/* Leaves the queue again without having slept; no-op when on none. */
void tsleep_remove(struct thread *td);

/* Wake all, or the one that sleeps longest.  Never block; any context but a
 * hard interrupt; inside a critical section too.  ident is only compared. */
void wakeup(const void *ident);
void wakeup_one(const void *ident);
/* The same in a domain (PDOMAIN_*); wakes at most count, 0 for all; returns
 * how many. */
int wakeup_domain(const void *ident, int domain, int count);
/* Ends the sleep of td if one of these flags (TDF_MP_*) does.  The caller has
 * set them in td_mpflags first.  td is held. */
void sleep_interrupt(struct thread *td, uint32_t flags);
void sleep_init(void);
