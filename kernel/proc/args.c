/*
 * args.c -- see args.h.
 */
#include "kernel/proc/args.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"

MALLOC_DEFINE(M_PARGS, "pargs");

struct pargs *
pargs_alloc(const char *args, size_t len)
{
	struct pargs *ar;

	len = min(len, (size_t)PARGS_MAX);
	ar = kmalloc(sizeof(*ar) + len, &M_PARGS, 0);
	if (ar == NULL)
		return NULL;
	ar->ar_ref = 1;
	ar->ar_len = (uint32_t)len;
	memcpy(ar->ar_args, args, len);
	return ar;
}

struct pargs *
pargs_hold(struct pargs *ar)
{
	if (ar != NULL)
		atomic_add(&ar->ar_ref, 1);
	return ar;
}

void
pargs_rele(struct pargs *ar)
{
	if (atomic_subfetch(&ar->ar_ref, 1) == 0)
		kfree(ar, &M_PARGS);
}
