/*
 * threads.c -- demonstration: the ends of threads, and of processes by them.
 *
 * A thread that leaves by extexit(LWP) ends alone; the last one ends the
 * process, with its status.  _exit() by any thread ends all of them.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

#define CROWD 8

static void
leave_process(int value)
{
	scene_last();
	extexit(EXTEXIT_PROC | EXTEXIT_SIMPLE, value, NULL);
}

static void
leave_alone(int value)
{
	scene_last();
	extexit(EXTEXIT_LWP | EXTEXIT_SIMPLE, value, NULL);
}

static void
thread_leaves(void *word)
{
	scene->word[0] = lwp_gettid();
	if (word == NULL)
		extexit(EXTEXIT_LWP | EXTEXIT_SIMPLE, 9, NULL);
	extexit(EXTEXIT_LWP | EXTEXIT_SETINT, 9, word);
	scene_fail("extexit");
}

/* The other thread is gone when the kernel knows its tid no more. */
static void
one_of_two(int value)
{
	scene_thread(thread_leaves, NULL);
	while (scene->word[0] == 0 || lwp_kill(-1, scene->word[0], 0) == 0)
		sched_yield();
	if (errno != ESRCH)
		scene_fail("lwp_kill");
	scene_last();
	_exit(value);
}

/* The other thread is gone when the kernel has written its word. */
static void
one_of_two_tells(int value)
{
	volatile int *word = &scene->word[1];

	scene_thread(thread_leaves, (void *)(uintptr_t)word);
	scene_await(word, 0);
	scene_last();
	_exit(*word == 9 ? value : 90);
}

/* Lets all threads of a process go at the same moment. */
static int
start_together(void *arg)
{
	volatile int *here = &scene->word[0];

	__atomic_add_fetch(here, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(here, __ATOMIC_ACQUIRE) < CROWD)
		sched_yield();
	return (int)(intptr_t)arg;
}

static void
all_leave(void *arg)
{
	leave_alone(start_together(arg));
	scene_fail("extexit");
}

static void
all_exit(void *arg)
{
	int value = start_together(arg);

	scene_first();
	_exit(value);
}

static void
all_at_once(void (*fn)(void *))
{
	for (intptr_t i = 1; i < CROWD; i++)
		scene_thread(fn, (void *)i);
	fn(NULL);
}

static void
all_leave_at_once(int unused)
{
	(void)unused;
	all_at_once(all_leave);
}

static void
all_exit_at_once(int unused)
{
	(void)unused;
	all_at_once(all_exit);
}

/* A row whose status may be any of the crowd's. */
static void
any_of(const char *way, void (*fn)(int))
{
	int status;
	int64_t ns;

	scene_begin();
	status = scene_wait(scene_fork(fn, 0), &ns);
	scene_status(way, status, ns, "8 threads",
	    (status & 0xff) == 0 && status >> 8 < CROWD);
}

static void
exit_among_sleepers(int value)
{
	for (int i = 0; i < 16; i++)
		scene_thread(scene_sleep, NULL);
	sleep_ms(5);
	scene_last();
	_exit(value);
}

int
main(void)
{
	scene_open();
	scene_die("extexit(PROC)", leave_process, 7, SCENE_EXIT(7), "1 thread");
	scene_die("extexit(LWP) of the only one", leave_alone, 8, SCENE_EXIT(8),
	    "1 thread");
	scene_die("extexit(LWP) of one, exit(3)", one_of_two, 3, SCENE_EXIT(3),
	    "2 threads");
	scene_die("... with SETINT, exit(4)", one_of_two_tells, 4,
	    SCENE_EXIT(4), "2 threads");
	any_of("extexit(LWP) of all at once", all_leave_at_once);
	any_of("_exit(i) by all at once", all_exit_at_once);
	scene_die("exit(5), the others asleep", exit_among_sleepers, 5,
	    SCENE_EXIT(5), "17 threads");
	return scene_close();
}
