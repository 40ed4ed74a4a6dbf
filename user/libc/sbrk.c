/*
 * sbrk.c -- the end of the data segment.
 *
 * newlib's malloc calls sbrk() under its lock, for every few bytes.  The
 * kernel's call takes the new end and counts in pages, so it is made only when
 * a page is begun or given up.  The end is inherited by fork.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>
#include <sys/syscall.h>

extern char _end[];
static uintptr_t curbrk = (uintptr_t)_end;

#define PAGE 4096UL
#define LAST_PAGE(addr) (((addr) - 1) & ~(PAGE - 1))

void *
sbrk(ptrdiff_t incr)
{
	uintptr_t old = curbrk;
	uintptr_t end = old + (uintptr_t)incr;

	if (incr == 0)
		return (void *)old;
	if ((incr > 0) != (end > old) || end < (uintptr_t)_end) {
		errno = ENOMEM;
		return (void *)-1;
	}
	if (LAST_PAGE(end) != LAST_PAGE(old) &&
	    _mayfly_syscall(SYS_break, end) == -1)
		return (void *)-1;
	curbrk = end;
	return (void *)old;
}
