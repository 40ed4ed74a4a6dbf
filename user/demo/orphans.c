/*
 * orphans.c -- demonstration: children whose parent died first.
 *
 * They go to the nearest reaper above (procctl), else to init.  Their new
 * parent reaps them; here that is seen by their pid, which is unknown then.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

#define ORPHAN 0   /* words: the orphan's pid ... */
#define ADOPTER 1  /* ... its parent when it had a new one ... */
#define RELEASED 2 /* ... and it may go on */

/* The orphan: who is my parent now? */
static void
orphan(int parent)
{
	scene_await(&scene->word[RELEASED], 0);
	while (getppid() == parent)
		sleep_ms(1);
	scene->word[ADOPTER] = getppid();
	scene_last();
	_exit(42);
}

static void
parent(int unused)
{
	(void)unused;
	scene->word[ORPHAN] = scene_fork(orphan, getpid());
	scene_last();
	_exit(0);
}

/* How long until nobody has this pid; 5 s at most. */
static int
gone(pid_t pid)
{
	for (int ms = 0; ms < 5000; ms++) {
		if (kill(pid, 0) == -1 && errno == ESRCH)
			return 1;
		sleep_ms(1);
	}
	return 0;
}

/* The pids of the row, for its last column. */
static const char *
family(char *text, size_t size)
{
	snprintf(text, size, "orphan %d", scene->word[ORPHAN]);
	return text;
}

static void
by_init(void)
{
	int adopter, ok, status;
	char text[32], who[32];
	int64_t ns;

	scene_begin();
	status = scene_wait(scene_fork(parent, 0), &ns);
	scene_status("parent dies, child lives on", status, ns,
	    family(who, sizeof(who)), status == SCENE_EXIT(0));
	scene_count(&scene->word[RELEASED]);
	ok = gone(scene->word[ORPHAN]);
	adopter = scene->word[ADOPTER];
	snprintf(text, sizeof(text), "ppid %d, %s", adopter,
	    ok ? "reaped by init" : "not reaped");
	scene_row("orphan adopted by init", text, SCENE_NOTIME,
	    family(who, sizeof(who)), ok && adopter == 1);
}

static void
by_reaper(void)
{
	int status;
	int64_t ns;
	char text[48], who[32];

	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_ACQUIRE, NULL) == -1)
		scene_fail("procctl");
	scene_begin();
	status = scene_wait(scene_fork(parent, 0), &ns);
	scene_count(&scene->word[RELEASED]);
	status = scene_wait(scene->word[ORPHAN], &ns);
	snprintf(text, sizeof(text), "exit %d, ppid %d", status >> 8,
	    scene->word[ADOPTER]);
	snprintf(who, sizeof(who), "reaper %d", (int)getpid());
	scene_row("orphan adopted by a reaper", text, ns, who,
	    status == SCENE_EXIT(42) && scene->word[ADOPTER] == getpid());
	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_RELEASE, NULL) == -1)
		scene_fail("procctl");
}

int
main(void)
{
	scene_open();
	by_init();
	by_reaper();
	return scene_close();
}
