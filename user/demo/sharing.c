/*
 * sharing.c -- demonstration: children that live in their parent's memory.
 *
 * A child of vfork keeps its parent asleep until it execs or exits; a child of
 * rfork(RFMEM) runs beside it.  What either writes, the parent sees, and the
 * memory outlives whichever of them dies first.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

static volatile int written;

static void
vfork_exits(void)
{
	int status;
	int64_t ns;
	char text[40];
	pid_t pid;

	scene_begin();
	written = 0;
	pid = vfork();
	if (pid == -1)
		scene_fail("vfork");
	if (pid == 0) {
		written = 1;
		scene_last();
		_exit(6);
	}
	status = scene_wait(pid, &ns);
	snprintf(text, sizeof(text), "exit %d, write %s", status >> 8,
	    written ? "seen" : "not seen");
	scene_row("vfork, _exit(6)", text, ns, "2 pids",
	    written == 1 && status == SCENE_EXIT(6));
}

static void
vfork_execs(void)
{
	char name[] = "false";
	char *argv[] = {name, NULL};
	int64_t ns;
	int status;
	pid_t pid;

	scene_begin();
	pid = vfork();
	if (pid == -1)
		scene_fail("vfork");
	if (pid == 0) {
		execve("/bin/false", argv, environ);
		_exit(127);
	}
	status = scene_wait(pid, &ns);
	scene_status("vfork, execve of false", status, ns, "2 pids",
	    status == SCENE_EXIT(1));
}

/* Runs as a child on a stack of its own, in this program's memory. */
static int
sharer(void *unused)
{
	(void)unused;
	written = 2;
	scene->last = now_ns();
	return 7;
}

static void
rfork_shares(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	int status;
	int64_t ns;
	char text[40];
	pid_t pid;

	scene_begin();
	written = 0;
	pid = rfork_thread(
	    RFPROC | RFMEM | RFFDG, stack + sizeof(stack), sharer, NULL);
	if (pid == -1)
		scene_fail("rfork");
	status = scene_wait(pid, &ns);
	snprintf(text, sizeof(text), "exit %d, write %s", status >> 8,
	    written == 2 ? "seen" : "not seen");
	scene_row("rfork(RFMEM), return 7", text, ns, "2 pids",
	    written == 2 && status == SCENE_EXIT(7));
}

/* The first of two sharers of one memory dies; the other goes on in it. */
static int
survivor(void *word)
{
	scene_await(word, 0);
	written = 3;
	scene_last();
	return 8;
}

static void
first_dies(int unused)
{
	static char stack[16384] __attribute__((aligned(16)));
	pid_t pid;

	(void)unused;
	pid = rfork_thread(RFPROC | RFMEM | RFFDG, stack + sizeof(stack),
	    survivor, (void *)(uintptr_t)&scene->word[0]);
	if (pid == -1)
		scene_fail("rfork");
	scene->word[1] = pid;
	_exit(0);
}

/* The survivor becomes this program's child: it is the reaper meanwhile. */
static void
rfork_outlives(void)
{
	int64_t ns;
	int status;

	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_ACQUIRE, NULL) == -1)
		scene_fail("procctl");
	scene_begin();
	status = scene_wait(scene_fork(first_dies, 0), &ns);
	if (status != SCENE_EXIT(0)) {
		scene_status("rfork(RFMEM), parent first", status, ns, "-", 0);
	} else {
		scene_count(&scene->word[0]);
		status = scene_wait(scene->word[1], &ns);
		scene_status("rfork(RFMEM), parent first", status, ns, "2 pids",
		    status == SCENE_EXIT(8));
	}
	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_RELEASE, NULL) == -1)
		scene_fail("procctl");
}

int
main(void)
{
	scene_open();
	vfork_exits();
	vfork_execs();
	rfork_shares();
	rfork_outlives();
	return scene_close();
}
