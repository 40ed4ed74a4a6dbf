/*
 * killed.c -- demonstration: killed by another process, running or asleep.
 *
 * The time is from just before kill() to the return of the wait.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

static void
ready(void)
{
	scene_count(&scene->word[0]);
}

static void
spin(void *unused)
{
	(void)unused;
	ready();
	for (;;)
		__asm__ volatile("");
}

static void
spinning(int threads)
{
	for (int i = 1; i < threads; i++)
		scene_thread(spin, NULL);
	spin(NULL);
}

static void
sleeping(int unused)
{
	(void)unused;
	ready();
	scene_sleep(NULL);
}

static void
reading(int unused)
{
	int fds[2];
	char c;

	(void)unused;
	if (pipe(fds) == -1)
		scene_fail("pipe");
	ready();
	read(fds[0], &c, 1);
}

static void
grandchild(int unused)
{
	(void)unused;
	ready();
	scene_await(&scene->word[1], 0);
	scene_count(&scene->word[2]);
	_exit(0);
}

static void
waiting(int unused)
{
	(void)unused;
	scene_fork(grandchild, 0);
	wait4(-1, NULL, 0, NULL);
}

/* Kills a child when it has been doing for 3 ms what it does. */
static void
kill_row(const char *way, void (*fn)(int), int threads, const char *who)
{
	int status;
	int64_t ns;
	pid_t pid;

	scene_begin();
	pid = scene_fork(fn, threads);
	for (int n = 0; n < threads; n = scene->word[0])
		scene_await(&scene->word[0], n);
	sleep_ms(3);
	scene_last();
	if (kill(pid, SIGKILL) == -1)
		scene_fail("kill");
	status = scene_wait(pid, &ns);
	scene_count(&scene->word[1]);
	/* The next scene clears the words: not under a grandchild's eyes. */
	if (fn == waiting)
		scene_await(&scene->word[2], 0);
	scene_status(way, status, ns, who, status == SCENE_KILLED(SIGKILL));
}

static void
kill_self(int unused)
{
	(void)unused;
	scene_last();
	kill(getpid(), SIGKILL);
}

int
main(void)
{
	scene_open();
	kill_row("SIGKILL while running", spinning, 1, "1 thread");
	kill_row("SIGKILL, all threads running", spinning, 4, "4 threads");
	kill_row("SIGKILL in nanosleep", sleeping, 1, "1 thread");
	kill_row("SIGKILL in a pipe's read", reading, 1, "1 thread");
	kill_row("SIGKILL in wait4", waiting, 1, "2 pids");
	scene_die(
	    "SIGKILL to itself", kill_self, 0, SCENE_KILLED(SIGKILL), NULL);
	return scene_close();
}
