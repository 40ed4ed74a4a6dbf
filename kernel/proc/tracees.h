/*
 * tracees.h -- children that another process traces: see tracees.c.
 */
#pragma once

#include <stdbool.h>
#include "kernel/lib/atomic.h"
#include "kernel/lockcheck.h"
#include "kernel/proc/proc.h"

/* tracer traces p, an untraced child of pp, which may be tracer itself.  Three
 * tokens are held: p's, pp's, tracer's. */
void trace_begin(struct proc *p, struct proc *pp, struct proc *tracer)
    NEEDS(proc_token, parent_token);
/* It does not any more: p goes back to its real parent, whose token is held
 * (orphan_lock) beside those of p and the tracer; a zombie does so unclaimed.
 * Nobody is told. */
void trace_end(struct proc *p) NEEDS(proc_token, parent_token);
/* p's real parent, held and with its token taken, while another traces p;
 * NULL, and nothing taken, if its parent is its own.  A further token: look
 * again at what the others guard. */
struct proc *orphan_lock(struct proc *p) SLEEPS;
void orphan_unlock(struct proc *pp); /* NULL: nothing */
/* Is p traced by another than its real parent? */
static inline bool
is_orphan(const struct proc *p)
{
	return atomic_load(&p->p_oppid) != 0;
}
/* An orphan's zombie that its tracer's wait has claimed and reported: its real
 * parent's turn (X83).  False: by now the tracer is the real parent. */
bool trace_give_back(struct proc *p) SLEEPS;
/* p ends: all that it traces is killed, and goes back to its real parents. */
void trace_kill_all(struct proc *p) SLEEPS;
/* Children of p that others trace are heir's from now on; both tokens are
 * held.  How many fewer heir has to count: those that it traces itself. */
int orphans_hand_on(struct proc *p, struct proc *heir) NEEDS(parent_token);
