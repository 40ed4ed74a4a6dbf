/*
 * failpoint.h -- allocations that fail on purpose, for tests.
 *
 * Every allocator asks failpoint(name) before it begins; name is that of the
 * objcache or malloc type, "page" for pages, "kstack" for kernel stacks.
 * Nothing armed: one test of a global that is always false.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"

extern uint32_t failpoint_armed; /* ATOMIC 1: failpoint_hit() must look */

bool failpoint_hit(const char *name);

/* Must this allocation fail? */
static inline bool
failpoint(const char *name)
{
	return unlikely(atomic_load(&failpoint_armed)) && failpoint_hit(name);
}

/*
 * From now on lets pass allocations of name ("*": of anything) succeed, then
 * fails the next fail (-1: all) until failpoint_disarm().  mine: counts only
 * those of the calling thread.  One at a time: arming again replaces.
 * Kernel arguments failpoint=NAME, failpoint_pass=N, failpoint_fail=N arm it
 * at boot for all threads.
 */
void failpoint_arm(const char *name, long pass, long fail, bool mine);
/* The same for all threads of the calling process. */
void failpoint_arm_process(const char *name, long pass, long fail);
/* Returns how many allocations it made fail since it was armed last. */
long failpoint_disarm(void);
