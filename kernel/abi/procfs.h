/*
 * procfs.h -- the stop events of a process, shared by the kernel and user
 * programs (spec 2.18): ioctls on an open /proc/PID/mem.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Events.  What procfs_status.val says: */
#define S_EXEC 0x01 /* a new program is about to run: 0 */
#define S_SIG 0x02  /* a signal is about to be acted on: its number */
#define S_SCE 0x04  /* a system call is entered: how many arguments it has */
#define S_SCX 0x08  /* a system call returns: its number */
#define S_CORE 0x10 /* a core is about to be written: the signal */
#define S_EXIT 0x20 /* the process ends: its wait status */

/* Flags (PIOCSFL): the events outlive the last close of mem. */
#define PF_LINGER 0x01

struct procfs_status {
	int32_t state; /* PIOCSTATUS: 0 stopped, 1 not; PIOCWAIT: 1 */
	int32_t flags; /* PF_* */
	uint64_t events;
	int32_t why; /* S_* of the stop */
	uint64_t val;
};
_Static_assert(sizeof(struct procfs_status) == 32, "procfs_status");
_Static_assert(offsetof(struct procfs_status, why) == 16, "why");
_Static_assert(offsetof(struct procfs_status, val) == 24, "val");

/* The argument itself, not its address: */
#define PIOCBIS 0x80007001UL /* adds events */
#define PIOCBIC 0x80007002UL /* takes events away */
#define PIOCSFL 0x80007003UL /* flags */
#define PIOCCONT 0x80007005UL /* goes on, with a signal or 0 */
/* The address of a struct procfs_status, of an unsigned int: */
#define PIOCWAIT 0x40207004UL	/* waits for a stop */
#define PIOCSTATUS 0x40207006UL
#define PIOCGFL 0x40047007UL
