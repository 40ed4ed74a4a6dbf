/*
 * storms.c -- demonstration: many at once, and a bomb that is held.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"

#define THREADS 64
#define CHILDREN 100
#define LIMIT 32
#define PATIENCE_MS 20000
#define NOBODY 1000 /* a uid without rights: root's forks have no limit */

static void
nothing(void *unused)
{
	(void)unused;
}

static void
thread_storm(int value)
{
	struct thread *th[THREADS];

	for (int i = 0; i < THREADS; i++) {
		th[i] = thread_create(NULL, 8192, nothing, NULL);
		if (th[i] == NULL)
			scene_fail("lwp_create");
	}
	for (int i = 0; i < THREADS; i++) {
		if (thread_join(th[i]) == -1)
			scene_fail("thread_join");
	}
	scene_last();
	_exit(value);
}

static void
leave(int value)
{
	_exit(value);
}

/* All born first, then all waited for: in whatever order they come. */
static void
fork_storm(void)
{
	int right = 0, status;
	pid_t pids[CHILDREN], pid;
	uint64_t start = now_ns();
	char text[40];

	for (int i = 0; i < CHILDREN; i++)
		pids[i] = scene_fork(leave, i);
	for (int n = 0; n < CHILDREN; n++) {
		pid = wait4(-1, &status, 0, NULL);
		for (int i = 0; i < CHILDREN; i++)
			right += pids[i] == pid && status == SCENE_EXIT(i);
	}
	snprintf(text, sizeof(text), "%d of %d right", right, CHILDREN);
	scene_row("fork storm (all of it)", text, (int64_t)(now_ns() - start),
	    "100 pids",
	    right == CHILDREN && wait4(-1, &status, 0, NULL) == -1 &&
		errno == ECHILD);
}

#define BORN 0    /* words: processes of the bomb ... */
#define REFUSED 1 /* ... those that were refused a child, */
#define ERROR 2   /* with this error */
#define RELEASE 3 /* not 0: all may go */

/* Every process of the bomb runs this, its children too. */
static void
fission(void)
{
	while (__atomic_add_fetch(&scene->word[BORN], 1, __ATOMIC_SEQ_CST) <=
	       4 * LIMIT) {
		pid_t pid = fork();

		if (pid == -1) {
			scene->word[ERROR] = errno;
			break;
		}
	}
	__atomic_sub_fetch(&scene->word[BORN], 1, __ATOMIC_SEQ_CST);
	scene_count(&scene->word[REFUSED]);
	scene_await(&scene->word[RELEASE], 0);
	_exit(0);
}

static void
bomb(int limit)
{
	struct rlimit rl = {.rlim_cur = limit, .rlim_max = limit};

	if (setrlimit(RLIMIT_NPROC, &rl) == -1)
		scene_fail("setrlimit");
	if (setuid(NOBODY) == -1)
		scene_fail("setuid");
	scene->word[BORN] = 1;
	fission();
}

/* All processes of the bomb have been refused a child.  Who tries counts as
 * born until the refusal, so that this cannot be true too early. */
static int
stuck(void)
{
	int refused = scene->word[REFUSED];

	return refused > 0 && refused >= scene->word[BORN];
}

/* As a reaper, so that every process of the bomb is waited for here. */
static void
fork_bomb(void)
{
	int reaped = 0, status;
	char text[40], who[32];

	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_ACQUIRE, NULL) == -1)
		scene_fail("procctl");
	scene_begin();
	scene_fork(bomb, LIMIT);
	for (int ms = 0; ms < PATIENCE_MS && !stuck(); ms++)
		sleep_ms(1);
	scene_last();
	scene_count(&scene->word[RELEASE]);
	while (wait4(-1, &status, 0, NULL) > 0)
		reaped += status == SCENE_EXIT(0);
	snprintf(text, sizeof(text), "%s",
	    scene->word[ERROR] == EAGAIN ? "held: fork said EAGAIN"
					 : strerror(scene->word[ERROR]));
	snprintf(who, sizeof(who), "%d pids reaped", reaped);
	scene_row("fork bomb, RLIMIT_NPROC 32", text,
	    (int64_t)(now_ns() - scene->last), who,
	    reaped == LIMIT && scene->word[ERROR] == EAGAIN);
	if (procctl(P_PID, (id_t)getpid(), PROC_REAP_RELEASE, NULL) == -1)
		scene_fail("procctl");
}

int
main(void)
{
	scene_open();
	scene_die("thread storm, exit(9)", thread_storm, 9, SCENE_EXIT(9),
	    "64 threads");
	fork_storm();
	fork_bomb();
	return scene_close();
}
