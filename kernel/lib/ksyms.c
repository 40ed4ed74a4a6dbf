/*
 * ksyms.c -- from an address to the function that holds it.
 */
#include "kernel/lib/ksyms.h"
#include "kernel/lib/lib.h"

extern char __text_start[], __text_end[];

const char *
ksym_lookup(uintptr_t addr, uintptr_t *offset)
{
	uint64_t lo = 0, hi = ksym_count;

	if (addr < (uintptr_t)__text_start || addr >= (uintptr_t)__text_end)
		return NULL;
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (ksym_addrs[mid] <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	if (offset != NULL)
		*offset = addr - ksym_addrs[lo - 1];
	return ksym_names[lo - 1];
}
