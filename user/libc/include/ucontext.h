/*
 * ucontext.h -- the context that a signal handler interrupts.
 */
#pragma once

#include <kernel/abi/ucontext.h>

typedef struct mcontext mcontext_t;
typedef struct ucontext ucontext_t;
