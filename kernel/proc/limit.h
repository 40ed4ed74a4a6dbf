/*
 * limit.h -- resource limits: shared by fork, copied when one is changed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/resource.h"
#include "kernel/lockcheck.h"

struct proc;

struct plimit {
	uint32_t pl_refs;			/* ATOMIC */
	struct rlimit pl_rlimit[RLIM_NLIMITS];	/* STABLE while shared, else
						   GUARDED(proc_token) */
};

/* Is used time limited? */
static inline bool
plimit_has_cpu(const struct plimit *pl)
{
	return pl->pl_rlimit[RLIMIT_CPU].rlim_cur != RLIM_INFINITY;
}

struct plimit *plimit_boot(void);
struct plimit *plimit_hold(struct plimit *pl);
void plimit_free(struct plimit *pl);
/* The soft limit of the current process. */
int64_t proc_limit(struct proc *p, int which) SLEEPS;
int kern_getrlimit(struct proc *p, int which, struct rlimit *rl) SLEEPS;
/* EINVAL, EPERM (raising the hard limit), ENOMEM. */
int kern_setrlimit(struct proc *p, int which, const struct rlimit *rl) SLEEPS;
