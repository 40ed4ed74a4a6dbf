/*
 * bench.h -- the parts of the benchmark program.
 *
 * All figures are nanoseconds of the clock since boot for one operation; with
 * `./mayfly bench`'s instruction clock that is the number of instructions.
 * The program keeps itself small (no stdio, big tables only while needed):
 * what fork copies and exit frees is part of what is measured.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* main.c: one figure, or why there is none (errno). */
void result(const char *op, const char *param, uint64_t ns);
void result_n(const char *op, long param, uint64_t ns);
void skipped(const char *op, long param, const char *what);
/* Ends the program: something that never fails has failed. */
void bench_fail(const char *what) __attribute__((noreturn));

/* The median of five runs of batch(arg), which gives ns for one operation. */
uint64_t median(uint64_t (*batch)(int), int arg);

/* Reaps this child, which must have exited with 0. */
void reap(pid_t pid);
/* Memory for tables, zeroed; NULL and errno.  Not from malloc: it goes away.
 * It is shared, so that a fork need not copy it. */
void *table_alloc(size_t size);
void table_free(void *table, size_t size);

/* A page that all processes of a benchmark share. */
struct shared {
	volatile int word;       /* 0: sleep on it */
	volatile int ready;      /* how many do */
	volatile int other;      /* a second word to sleep on */
	volatile uint64_t stamp; /* when somebody began to exit */
	volatile uint64_t figure;
};
extern struct shared *shared;
/* All zero again. */
void shared_reset(void);
void await(volatile int *word);   /* sleeps until it is not 0 */
void release(volatile int *word); /* sets it to 1, wakes all */
int await_main(void *word);       /* await() as a child's function */

/* crowd.c: many children that share this program's memory, each a process
 * with hardly more than a kernel stack. */
struct crowd {
	int n;
	pid_t *pids;
	char *stacks;
};
/* n children that run fn(arg) and exit with its result, on a small stack; -1
 * and errno, with no child left. */
int crowd_make(struct crowd *crowd, int n, int (*fn)(void *), void *arg);
/* Children that have exited, and are off their CPUs, but not reaped. */
int crowd_zombies(struct crowd *crowd, int n);
/* Children that sleep until release(word). */
int crowd_living(struct crowd *crowd, int n, volatile int *word);
/* Reaps all that have not been, and lets go of the tables. */
void crowd_reap(struct crowd *crowd);
void crowd_free(struct crowd *crowd);

/* The benchmarks, a file a group. */
void bench_basic(void);
void bench_threads(void);
void bench_waits(void);
void bench_orphans(void);
void bench_memory(void);
void bench_pipe(void);
void bench_signals(void);
void bench_events(void);
void bench_boot(void);
void bench_parallel(void);
void bench_stages(void); /* not a group: prints a table of its own */
