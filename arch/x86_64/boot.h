/*
 * boot.h -- between the files that take the machine over from the loader.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/param.h"

/* What the entries of boot/ hand to boot_main(). */
#define BOOT_MAGIC_PVH 0x336ec578
#define BOOT_MAGIC_MULTIBOOT2 0x36d76289

/* linker.ld; the kernel is linked this much above where it is loaded. */
#define KERNEL_BASE 0xffffffff80000000UL
extern char __text_start[], __text_end[], __rodata_start[], __rodata_end[];
extern char __data_start[], __boot_stack_guard[], __kernel_end[];
extern char __boot_start[]; /* physical, the lowest byte of all */

/* The first stack, thread0's; the page below it holds nothing. */
extern char boot_stack[KSTACK_SIZE];
/* A page below 1 MiB for the other CPUs' first steps; 0: none was free. */
extern uint64_t boot_trampoline_page;

/* What the loader says of the screen. */
enum boot_screen {
	SCREEN_UNKNOWN,	 /* it says nothing: look at the hardware */
	SCREEN_TEXT,	 /* text, 80 columns */
	SCREEN_GRAPHICS, /* or none that a text console could use */
};
extern enum boot_screen boot_screen;

/* boot_main.c: from boot/, on the temporary page table. */
void boot_main(uint32_t magic, uint64_t info_pa)
    __attribute__((noreturn));
/* Looks at memory that the loader left, in the direct map's first 4 GiB;
 * NULL when [pa, pa + len) is not within it. */
const void *boot_peek(uint64_t pa, uint64_t len);
void boot_set_cmdline(const char *s, size_t max);
void boot_set_module(uint64_t start, uint64_t len);
/* boot_pvh.c, boot_mb2.c: fill bootinfo, call bootmem_*(). */
void boot_parse_pvh(uint64_t info_pa);
void boot_parse_mb2(uint64_t info_pa);

/* bootmem.c: the memory map.  add and reserve may come in any order; memory
 * that is both is reserved. */
void bootmem_add(uint64_t start, uint64_t len);
void bootmem_reserve(uint64_t start, uint64_t len);
/* Fills bootinfo's ranges and chooses the trampoline's page. */
void bootmem_finish(void);
/* A page of zeroes below 4 GiB, taken out of bootinfo's ranges; for
 * pmap_init() and the like, until page_init() takes the ranges over.  Panics
 * when there is none. */
uint64_t boot_page_alloc(void);
/* No address at or above it exists on this machine's bus. */
uint64_t boot_phys_limit(void);
/* One past the highest address that the loader's map names, 4 GiB at least:
 * what the direct map has to cover. */
uint64_t boot_phys_end(void);
/* Memory that is not RAM to use but has to be readable: ACPI tables. */
void bootmem_tables(uint64_t start, uint64_t len);
