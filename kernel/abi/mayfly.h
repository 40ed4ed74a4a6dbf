/*
 * mayfly.h -- what only Mayfly tells: counts, the process list and the trace
 * of deaths, shared by the kernel and user programs.
 *
 * Each call copies at most the given number of rows out and returns how many
 * there are.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* census(rows, max): everything that must be let go of in the end. */
struct census_row {
	char name[32];
	int64_t count;
};
_Static_assert(sizeof(struct census_row) == 40, "census_row");

#define PROC_STAT_IDLE 1
#define PROC_STAT_ACTIVE 2
#define PROC_STAT_STOP 3
#define PROC_STAT_ZOMBIE 4
#define LWP_STAT_RUN 1
#define LWP_STAT_STOP 2
#define LWP_STAT_SLEEP 3

/* proclist(rows, max): one row a thread; a zombie without any has one row
 * with tid -1. */
struct proc_row {
	int32_t pid, ppid, pgid, sid;
	uint32_t uid;
	int32_t tid;
	uint8_t stat;
	uint8_t lwpstat;
	uint16_t xstat;
	int32_t cpu;
	int32_t nthreads;
	int32_t holds;
	uint64_t utime_us, stime_us, rss_bytes;
	char comm[20];
	char wmesg[16];
};
_Static_assert(offsetof(struct proc_row, utime_us) == 40, "utime_us");
_Static_assert(sizeof(struct proc_row) == 104, "proc_row");

#define EXIT_TABLE_PROC 0
#define EXIT_TABLE_THREAD 1

/* exittrace(pid, rows, max): the newest steps of dead or dying processes
 * (pid -1: of all), oldest first. */
struct exit_event {
	uint64_t when_ns;
	int32_t pid, tid;
	uint16_t table;
	uint16_t stage;
	uint32_t cpu;
};
_Static_assert(sizeof(struct exit_event) == 24, "exit_event");

/* exitstages(rows, max): both tables of the walk, in order. */
struct exit_stage_row {
	char name[32];
	uint16_t table;
	uint16_t index;
	uint32_t flags;
	char reason[88];
};
_Static_assert(sizeof(struct exit_stage_row) == 128, "exit_stage_row");
