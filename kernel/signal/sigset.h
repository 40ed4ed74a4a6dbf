/*
 * sigset.h -- sets of signals: bit n - 1 is signal n.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "kernel/abi/signal.h"

#define SIGSET_WORDS 4

static inline uint32_t
sig_bit(int sig)
{
	return 1U << ((sig - 1) % 32);
}

static inline bool
sigset_has(const struct sigset *set, int sig)
{
	return set->bits[(sig - 1) / 32] & sig_bit(sig);
}

static inline void
sigset_add(struct sigset *set, int sig)
{
	set->bits[(sig - 1) / 32] |= sig_bit(sig);
}

static inline void
sigset_del(struct sigset *set, int sig)
{
	set->bits[(sig - 1) / 32] &= ~sig_bit(sig);
}

/* Asked wherever a thread or a process is made or ends. */
static inline __attribute__((always_inline)) bool
sigset_empty(const struct sigset *set)
{
	uint64_t half[2];

	__builtin_memcpy(half, set, sizeof(half));
	return (half[0] | half[1]) == 0;
}

static inline void
sigset_or(struct sigset *set, const struct sigset *other)
{
	for (int i = 0; i < SIGSET_WORDS; i++)
		set->bits[i] |= other->bits[i];
}

static inline void
sigset_and(struct sigset *set, const struct sigset *other)
{
	for (int i = 0; i < SIGSET_WORDS; i++)
		set->bits[i] &= other->bits[i];
}

static inline void
sigset_minus(struct sigset *set, const struct sigset *other)
{
	for (int i = 0; i < SIGSET_WORDS; i++)
		set->bits[i] &= ~other->bits[i];
}

/* The lowest signal of the set; 0 when it is empty. */
static inline int
sig_first(const struct sigset *set)
{
	for (int i = 0; i < SIGSET_WORDS; i++)
		if (set->bits[i] != 0)
			return i * 32 + __builtin_ctz(set->bits[i]) + 1;
	return 0;
}

/* What cannot be blocked, caught or ignored. */
static inline void
sigset_sane_mask(struct sigset *set)
{
	sigset_del(set, SIGKILL);
	sigset_del(set, SIGSTOP);
}
