/*
 * smp.h -- the other CPUs; the calls themselves are in kernel/md.h.
 */
#pragma once

#include <stdbool.h>

struct globaldata;
extern struct globaldata globaldata0; /* the boot CPU's */

/* trampoline.asm */
extern char trampoline_start[], trampoline_end[];
/* From there, on the idle thread's stack, interrupts disabled. */
void smp_ap_main(struct globaldata *gd) __attribute__((noreturn));
/* True on a CPU that a panic on another one is stopping. */
bool smp_is_stopping(void);
