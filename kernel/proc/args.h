/*
 * args.h -- a program's arguments, kept for ps: shared by fork, replaced by
 * exec, dropped at the burial (X88).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

#define PARGS_MAX 256 /* spec 2.35 */

struct pargs {
	uint32_t ar_ref;   /* ATOMIC */
	uint32_t ar_len;   /* STABLE */
	char ar_args[];	   /* STABLE strings, each with its NUL */
};

/* A copy with one reference; NULL without memory. */
struct pargs *pargs_alloc(const char *args, size_t len);
struct pargs *pargs_hold(struct pargs *ar);
void pargs_rele(struct pargs *ar);
