/*
 * stackguard.c -- what -fstack-protector calls when a frame was overrun.
 */
#include "kernel/lib/lib.h"
#include "kernel/lib/stackguard.h"

uintptr_t __stack_chk_guard = 0x00000aff0d0a00ff;

void
__stack_chk_fail(void)
{
	panic("stack overrun in the caller of %p",
	    __builtin_return_address(0));
}
