/*
 * umtx.h -- sleeping on a word of user memory (spec 2.9).
 */
#pragma once

#include <stdint.h>
#include "kernel/lockcheck.h"

struct proc;

/* The sleep address for a user word: the same for all who share the memory,
 * other for other words.  Any address is taken, mapped or not. */
const void *umtx_ident(struct proc *p, const void *uaddr) SLEEPS;
/* Sleeps while *uaddr is val, at most usec microseconds (0: for ever).
 * EBUSY: it is not; EWOULDBLOCK, EINTR, EINVAL, EFAULT. */
int kern_umtx_sleep(struct proc *p, const uint32_t *uaddr, uint32_t val,
    int usec) SLEEPS;
/* Wakes at most count sleepers, 0 for all.  EFAULT: misaligned. */
int kern_umtx_wakeup(struct proc *p, const uint32_t *uaddr, int count) SLEEPS;
