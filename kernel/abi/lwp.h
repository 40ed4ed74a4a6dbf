/*
 * lwp.h -- threads of a process and their exit, shared by the kernel and user
 * programs.  Spec 1.2 and 2.9.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The new thread starts at func(arg) on a stack that ends at stack; its tid
 * goes to *tid1 and *tid2 where these are not NULL. */
struct lwp_params {
	void (*func)(void *);
	void *arg;
	void *stack;
	int32_t *tid1;
	int32_t *tid2;
};
_Static_assert(sizeof(struct lwp_params) == 40, "lwp_params");
_Static_assert(offsetof(struct lwp_params, tid2) == 32, "tid2");

/* extexit(how): what to do ... */
#define EXTEXIT_SIMPLE 0
#define EXTEXIT_SETINT 1
/* ... and who ends. */
#define EXTEXIT_PROC 0
#define EXTEXIT_LWP 0x10000

#define EXTEXIT_ACTION(how) ((how) & 0xffff)
#define EXTEXIT_WHO(how) ((how) & 0xffff0000)
