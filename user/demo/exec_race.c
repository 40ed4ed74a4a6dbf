/*
 * exec_race.c -- demonstration: execve against the other threads.
 *
 * execve ends all other threads of its process.  When one of them is about to
 * _exit, exactly one of the two wins, and the loser ends quietly.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

#define ROUNDS 50
#define EXITED 9

static void
become_true(void)
{
	char name[] = "true";
	char *argv[] = {name, NULL};

	execve("/bin/true", argv, environ);
	scene_fail("/bin/true");
}

static void
exec_among_sleepers(int threads)
{
	for (int i = 1; i < threads; i++)
		scene_thread(scene_sleep, NULL);
	sleep_ms(5);
	become_true();
}

static void
meet(void)
{
	__atomic_add_fetch(&scene->word[0], 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&scene->word[0], __ATOMIC_ACQUIRE) < 2)
		sched_yield();
}

static void
exits(void *delay)
{
	meet();
	for (intptr_t i = (intptr_t)delay; i > 0; i--)
		__asm__ volatile("");
	scene_first();
	_exit(EXITED);
}

static void
race(int delay)
{
	scene_thread(exits, (void *)(intptr_t)delay);
	meet();
	become_true();
}

/* The exit comes a little later each round, so that both win some. */
static void
race_row(void)
{
	int execs = 0, exit_wins = 0, status;
	int64_t ns, sum = 0;
	char text[48];

	for (int i = 0; i < ROUNDS; i++) {
		scene_begin();
		status = scene_wait(scene_fork(race, i * 4000), &ns);
		execs += status == SCENE_EXIT(0);
		if (status == SCENE_EXIT(EXITED)) {
			exit_wins++;
			sum += ns;
		}
	}
	snprintf(
	    text, sizeof(text), "exec won %d, exit won %d", execs, exit_wins);
	scene_row("exec racing exit, 50 rounds", text,
	    exit_wins == 0 ? SCENE_NOTIME : sum / exit_wins, "2 threads",
	    execs + exit_wins == ROUNDS);
}

int
main(void)
{
	scene_open();
	scene_die("exec, the others asleep", exec_among_sleepers, 8,
	    SCENE_EXIT(0), "8 threads");
	race_row();
	return scene_close();
}
