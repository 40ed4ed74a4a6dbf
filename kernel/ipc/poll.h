/*
 * poll.h -- select and poll over the kqueue of a thread.
 */
#pragma once

#include <stdint.h>
#include "kernel/abi/poll.h"
#include "kernel/ipc/kqueue.h"
#include "kernel/lockcheck.h"

struct lwp;

/* Sleeps until one of the n descriptors is as wanted, or uptime `until`
 * (KQ_FOREVER; 0: does not sleep).  Fills revents; *count: those that are not
 * 0.  ENOMEM, EINTR: never ERESTART. */
int kern_poll(struct lwp *lp, struct pollfd *fds, int n, uint64_t until,
    int *count) SLEEPS;
/* The sets of select: nd bits each, changed in place; *count: bits in all. */
#define SELECT_SETS 3 /* reading, writing, exceptions */
#define SELECT_WORDS(nd) (((size_t)(nd) + 63) / 64)
/* NULL for a set: none.  EBADF, ENOMEM, EINTR. */
int kern_select(struct lwp *lp, int nd, uint64_t *sets[SELECT_SETS],
    uint64_t until, int *count) SLEEPS;
/* The stage of a thread (X57). */
void exit_select(struct lwp *lp) SLEEPS;
