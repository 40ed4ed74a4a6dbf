/*
 * scene.h -- the table of ways to die: a row a way, and how a row is made.
 *
 * A demonstration calls scene_open(), then for each way scene_die() or, when
 * it needs more than one child that ends, scene_begin(), what it needs, and
 * scene_row(); at last it returns scene_close() from main().
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Lines of 79 columns at most: way, report, microseconds, threads and pids. */
#define SCENE_LINE "%-28s %-24s %8s  %s\n"

/* Memory that the child shares with its parent. */
struct scene_shared {
	volatile uint64_t last;  /* when the latest of scene_last() was */
	volatile uint64_t first; /* ... and the earliest of scene_first() */
	volatile int word[8];    /* zero at scene_begin(): for the scene */
};
extern struct scene_shared *scene;

/* A wait status that a way to die may end in. */
#define SCENE_EXIT(code) ((code) << 8)
#define SCENE_KILLED(sig) (sig)

#define SCENE_NOTIME (-1)

/* Prints the head of the table, unless init's /demo/ways did. */
void scene_open(void);
/* The exit status of the program: 1 when a row was not as expected. */
int scene_close(void);

/* Before each way: the shared memory is as new. */
void scene_begin(void);
/* Called by who dies, as the last thing it does. */
void scene_last(void);
void scene_first(void);

/* Forks a child that runs fn(arg), and _exit(99) when fn comes back; reports
 * and ends the program when there cannot be one. */
pid_t scene_fork(void (*fn)(int), int arg);
/* Waits for this child; *ns: from the child's stamp to the return of the
 * wait.  The status. */
int scene_wait(pid_t pid, int64_t *ns);

/* One whole row: a child that runs fn(arg) and must end with `expected`. */
void scene_die(
    const char *way, void (*fn)(int), int arg, int expected, const char *who);

/* One row of the table; ok: this is what was expected. */
void scene_row(
    const char *way, const char *report, int64_t ns, const char *who, int ok);
/* The same, the report made from a wait status. */
void scene_status(
    const char *way, int status, int64_t ns, const char *who, int ok);

/* Starts a thread that runs fn(arg); the process ends when that fails. */
void scene_thread(void (*fn)(void *), void *arg);
/* Sleeps until the word is no longer `value`. */
void scene_await(volatile int *word, int value);
/* Adds one to the word and wakes who awaits it; the new value. */
int scene_count(volatile int *word);
/* Sleeps for ever; as a thread's function too. */
void scene_sleep(void *unused);

/* Prints what failed with errno, and ends this process with status 98. */
void scene_fail(const char *what) __attribute__((noreturn));
