/*
 * ioapic.h -- how device interrupts reach the CPUs.
 */
#pragma once

#include <stdbool.h>

/* pic.c: silences the PC's first interrupt controllers for good. */
void pic_mask_all(void);

/* ioapic.c: all inputs masked.  Lines are numbered through all I/O APICs. */
void ioapic_init(void);
/* Does the line stay up until its device has been served? */
bool ioapic_is_level(unsigned line);
