/*
 * elf_image.h -- a program's memory, built from an ELF file.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

struct exec_args;
struct file;
struct ucred;
struct vmspace;

struct elf_image {
	struct vmspace *ei_vm; /* one reference */
	uintptr_t ei_entry, ei_sp;
	uintptr_t ei_sigtramp; /* where signal handlers return to; 0: none */
};

/* Builds the memory of a static ELF64 program with its arguments on the
 * stack.  ENOEXEC: not such a file, or a damaged one; ENOMEM, E2BIG. */
int elf_load(struct file *fp, const struct exec_args *ea, size_t stacklimit,
    const struct ucred *cr, struct elf_image *img) SLEEPS;
