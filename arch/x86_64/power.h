/*
 * power.h -- the ends of the machine; the calls themselves are in kernel/md.h.
 */
#pragma once

/* Looks up what the calls need, while the kernel's arguments can be read. */
void power_init(void);
