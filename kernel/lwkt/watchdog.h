/*
 * watchdog.h -- notices that nothing goes on any more.
 *
 * What it looks for, every quarter of watchdog=SECONDS (60; 0: off) while the
 * machine has work or has just had some:
 *   - a CPU that does not answer a message;
 *   - threads that wait for each other in a circle, and an LWP that sleeps
 *     without an end and cannot be killed (test/deadlock.c);
 *   - a machine that will never move again: all CPUs idle, nothing runnable,
 *     no callout, nobody who waits for what comes from outside.
 * A CPU that spins for a spin lock looks at the clock itself.
 *
 * What is found goes to the console with a dump of everything.  Where
 * a run is to end with a status (kernel argument exitdev) that is a panic; a
 * machine with a person in front of it goes on, unless a CPU is lost.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct spinlock;

extern uint64_t watchdog_ns;	   /* STABLE after boot; 0: off */
extern uint32_t watchdog_outside; /* ATOMIC threads that wait for what comes
				      from outside the machine */

/* Sets the watch of this CPU and of a second one, which looks when this one is
 * lost.  Any context but a hard interrupt; does not block. */
void watchdog_start(void);

/* The idle thread, when its CPU has woken from a halt; work: to run something,
 * not only because a timer cannot wait long enough in one piece. */
static inline void
watchdog_woken(bool work)
{
	if (__builtin_expect(watchdog_ns != 0, 0) && work)
		watchdog_start();
}

/* One wait for a spin lock, by the CPU that waits. */
struct spin_wait {
	uint64_t sw_since;  /* OWNER 0: has not looked at the clock yet */
	unsigned sw_rounds; /* OWNER looks */
};
/* Called now and then while it waits; panics when it is too long. */
void watchdog_spinning(const struct spinlock *sl, struct spin_wait *sw);

/*
 * test/'s.  Weak: without it only CPUs are watched.  They take no token, do not
 * block, and take the spin locks that they need unless panicking.
 */

/* A circle, or an LWP that sleeps uninterruptibly: a number that stays the
 * same as long as it is the same one, and a line of text; 0: there is none. */
uint64_t deadlock_circle(char *text, int size) __attribute__((weak));
uint64_t deadlock_sleeper(char *text, int size) __attribute__((weak));
/* How often LWPs have switched, never 0; it tells whether any has run. */
uint64_t deadlock_progress(void) __attribute__((weak));
/* Prints processes, threads, what they wait for, and CPUs. */
void watchdog_dump(void) __attribute__((weak));
/* panic() calls watchdog_dump() at its end. */
extern bool watchdog_barks;
