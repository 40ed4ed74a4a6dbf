/*
 * stackguard.h -- the compiler's check of stack frames.
 *
 * -fstack-protector puts the guard's value below the return address on entry
 * and compares on return.  The boot code sets the value once, in a function
 * that does not return.
 */
#pragma once

#include <stdint.h>

extern uintptr_t __stack_chk_guard;
void __stack_chk_fail(void) __attribute__((noreturn));
