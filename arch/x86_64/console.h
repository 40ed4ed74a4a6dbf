/*
 * console.h -- the devices behind console_write(), and the order in which the
 * machine's parts are brought up.
 */
#pragma once

#include <stddef.h>

/* serial.c: COM1.  Polled; serial_write() does nothing without a port. */
void serial_init(void);
void serial_write(const char *s, size_t n);
/* Hands input bytes to fn, on an interrupt thread. */
void serial_set_input(void (*fn)(int c));

/* vga.c: the text screen, where there is one. */
void vga_init(void);
void vga_write(const char *s, size_t n);

/* debugcon.c */
void debugcon_init(void);

/* console.c: both of the above; reads the kernel's arguments. */
void console_init(void);
