/*
 * exec.h -- a program to run, in kernel memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "kernel/lockcheck.h"

struct lwp;

#define ARG_MAX (256 * 1024) /* strings and their pointers */

/* The strings of argv, then those of envp, one after the other. */
struct exec_args {
	char *ea_path;	 /* OWNER */
	char *ea_buf;	 /* OWNER kmalloc */
	size_t ea_size;	 /* OWNER of ea_buf */
	size_t ea_len;	 /* OWNER used */
	size_t ea_arglen; /* OWNER of it, argv's */
	int ea_argc, ea_envc; /* OWNER */
};

/* Adds a string from user or kernel memory: E2BIG, ENOMEM, EFAULT. */
int exec_args_add_user(struct exec_args *ea, const void *ustr) SLEEPS;
int exec_args_add(struct exec_args *ea, const char *str);
void exec_args_free(struct exec_args *ea);

/* SPEC 2.10.  On success the caller returns to user mode in the new program.
 * ENOENT, EACCES, ENOEXEC, E2BIG, ENOMEM ...: the old one goes on, alone or
 * not.  EINTR: the thread is to die. */
int kern_execve(struct lwp *lp, struct exec_args *ea) SLEEPS;
