/*
 * sysinit.h -- start-up functions, sorted by (subsystem, order): spec 2.42.
 *
 * SYSINIT places a record in the section .sysinit; kmain() sorts and runs
 * them on the boot CPU.  From SI_SUB_SMP on the other CPUs run too.
 */
#pragma once

#include <stdint.h>

enum sysinit_sub {
	SI_SUB_COPYRIGHT = 0x0800001,	/* the banner */
	SI_SUB_VM = 0x1000000,		/* pages, objcaches, kmalloc */
	SI_SUB_CPU = 0x1800000,		/* rings, callouts of each CPU */
	SI_SUB_BOOT2_USCHED = 0x1e80000,
	SI_SUB_BOOT2_PROC0 = 0x1f00000,
	SI_SUB_SMP = 0x2200000,		/* the other CPUs come up */
	SI_SUB_CREATE_INIT = 0x2300000,
	SI_SUB_PRE_DRIVERS = 0x2380000, /* task queues */
	SI_SUB_DRIVERS = 0x2400000,
	SI_SUB_CONFIGURE = 0x3800000,	/* the reaper's lists */
	SI_SUB_VFS = 0x4000000,
	SI_SUB_KTEST = 0x9000000,	/* in-kernel tests, when asked for */
	SI_SUB_KICK_SCHEDULER = 0xa000000,
	SI_SUB_RUN_SCHEDULER = 0xfffffff,
};

enum sysinit_order {
	SI_ORDER_FIRST = 0,
	SI_ORDER_SECOND = 1,
	SI_ORDER_THIRD = 2,
	SI_ORDER_MIDDLE = 0x1000000,
	SI_ORDER_ANY = 0xfffffff,
};

struct sysinit {
	uint32_t si_sub;
	uint32_t si_order;
	void (*si_fn)(void);
	const char *si_name;
};

#define SYSINIT(name, sub, order, fn)                                          \
	static const struct sysinit sysinit_##name                             \
	    __attribute__((used, section(".sysinit"), aligned(8))) = { sub,    \
		    order, fn, #name }

/* Runs all of them, each once, in order. */
void sysinit_run(void);
