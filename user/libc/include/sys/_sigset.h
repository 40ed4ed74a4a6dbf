/*
 * sys/_sigset.h -- a set of signals.
 */
#pragma once

#include <kernel/abi/signal.h>

typedef struct sigset __sigset_t;
