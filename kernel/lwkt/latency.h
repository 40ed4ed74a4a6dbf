/*
 * latency.h -- how long a CPU is deaf: the longest stretch with interrupts
 * disabled, and the longest under spin locks.
 *
 * Under INVARIANTS and the kernel argument latency=CYCLES each stretch is timed
 * by the cycle counter, where CYCLES is one instruction: in the deterministic
 * mode (./mayfly exec --icount, or --seed) that counts instructions.  There one
 * virtual CPU runs at a time, on a clock that all share, so that another CPU's
 * instructions may be counted in: what comes out is at least what the CPU has
 * run.  So a stretch is measured only if all other CPUs were idle; of the rest
 * it is counted how many are below LATENCY_LIMIT all the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LATENCY_LIMIT 50000 /* instructions */

enum latency_kind { LATENCY_INTR, LATENCY_SPIN, LATENCY_KINDS };

#ifdef INVARIANTS
extern bool latency_on; /* STABLE after boot */

/* At pc this CPU has disabled interrupts, or will enable them; has its first
 * spin lock, or will let go of its last.  Begun already, or not begun: nothing
 * happens. */
void latency_begin(enum latency_kind kind, const void *pc);
void latency_end(enum latency_kind kind, const void *pc);
#define latency_if(on, call)                                                   \
	do {                                                                   \
		if (__builtin_expect(on, 0))                                   \
			call;                                                  \
	} while (0)
#define latency_here()                                                         \
	({                                                                     \
		const void *_pc;                                               \
		__asm__ volatile("lea 1(%%rip), %0" : "=r"(_pc));              \
		_pc;                                                           \
	})
#define LATENCY_INTR_OFF()                                                     \
	latency_if(latency_on, latency_begin(LATENCY_INTR, latency_here()))
#define LATENCY_INTR_ON()                                                      \
	latency_if(latency_on, latency_end(LATENCY_INTR, latency_here()))
/* In spin_lock() and spin_unlock(): their callers count. */
#define LATENCY_SPIN_LOCKED()                                                  \
	latency_if(latency_on, latency_begin(LATENCY_SPIN,                     \
	    __builtin_return_address(0)))
#define LATENCY_SPIN_FREE()                                                    \
	latency_if(latency_on, latency_end(LATENCY_SPIN,                       \
	    __builtin_return_address(0)))
/* When the machine ends: prints what was found, if asked for. */
void latency_report(void);
#else
#define LATENCY_INTR_OFF() ((void)0)
#define LATENCY_INTR_ON() ((void)0)
#define LATENCY_SPIN_LOCKED() ((void)0)
#define LATENCY_SPIN_FREE() ((void)0)
#define latency_report() ((void)0)
#endif
