/*
 * procctl.h -- reapers, shared by the kernel and user programs.  Spec 1.13.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PROC_REAP_ACQUIRE 1
#define PROC_REAP_RELEASE 2
#define PROC_REAP_STATUS 3

#define REAPER_STAT_OWNED 1    /* the caller is a reaper itself */
#define REAPER_STAT_REALINIT 2 /* the reaper is init */

struct reaper_status {
	uint32_t flags;
	uint32_t refs;
	int64_t reserved1[15];
	int32_t pid_head; /* the reaper's first child, -1: none */
	int32_t reserved2[15];
};
_Static_assert(sizeof(struct reaper_status) == 192, "reaper_status");
_Static_assert(offsetof(struct reaper_status, pid_head) == 128, "pid_head");

union reaper_info {
	struct reaper_status status;
};
