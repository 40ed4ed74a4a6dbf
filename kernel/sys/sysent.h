/*
 * sysent.h -- a table of system calls.  Each personality has its own, over
 * the same kern_*() functions.
 */
#pragma once

#include <stdint.h>

struct lwp;

/* args: as many as sy_narg says; rv[0], rv[1]: results, preset to 0.  Returns
 * 0, an errno, ERESTART or EJUSTRETURN. */
typedef int sy_call_t(struct lwp *lp, const uint64_t *args, int64_t *rv);

struct sysent {
	uint8_t sy_narg;
	sy_call_t *sy_call;
	const char *sy_name;
};

/* Never NULL: a number that is not there gives an entry that returns ENOSYS. */
const struct sysent *sysent_lookup(struct lwp *lp, uint64_t nr);

/* Internal results of a call, never shown to the user (spec 3.4). */
#define ERESTART (-1)
#define EJUSTRETURN (-2)

/* Declares a system call where it stands. */
#define SYSCALL(name)                                                          \
	int sys_##name(struct lwp *lp __attribute__((unused)),                 \
	    const uint64_t *args __attribute__((unused)),                      \
	    int64_t *rv __attribute__((unused)))
