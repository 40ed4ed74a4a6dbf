/*
 * sysent.h -- a table of system calls.  Each personality has its own, over
 * the same kern_*() functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/lib/errors.h"

struct lwp;

/* args: as many as sy_narg says; *rv: the result, preset to 0 (a second one:
 * cpu_set_second).  Returns 0, an errno, ERESTART or EJUSTRETURN. */
typedef int sy_call_t(struct lwp *lp, const uint64_t *args, int64_t *rv);

#define SY_REGISTERS 6 /* arguments that come in registers */

struct sysent {
	uint8_t sy_narg;
	bool sy_plain; /* it is there, and all its arguments are in registers */
	sy_call_t *sy_call;
	const char *sy_name;
};

/* The native table; numbers that are not there have zeroes. */
extern const struct sysent native_sysent[];
extern const unsigned native_nsysent;

/* The entry of a number, NULL when there is none. */
static inline const struct sysent *
sysent_lookup(uint64_t nr)
{
	if (nr >= native_nsysent || native_sysent[nr].sy_call == NULL)
		return NULL;
	return &native_sysent[nr];
}

/* Declares a system call where it stands. */
#define SYSCALL(name)                                                          \
	int sys_##name(struct lwp *lp __attribute__((unused)),                 \
	    const uint64_t *args __attribute__((unused)),                      \
	    int64_t *rv __attribute__((unused)))
