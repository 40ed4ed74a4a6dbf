/*
 * scene.c -- the table of ways to die, shared by the demonstrations.
 *
 * Times go through memory that parent and child share: the child writes the
 * clock there as the last thing it does, the parent looks at the clock as the
 * first thing after its wait has returned.  Children leave by _exit() alone,
 * so that nothing in the buffers of stdio is printed twice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/scene.h"
#include "user/lib/status.h"

struct scene_shared *scene;
static int surprises;

void
scene_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(98);
}

void
scene_open(void)
{
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_SHARED, -1, 0);
	if (scene == MAP_FAILED)
		scene_fail("mmap");
	if (getenv("MAYFLY_WAYS") == NULL)
		printf(SCENE_LINE, "way to die", "what wait reported", "us",
		    "threads/pids");
	fflush(stdout);
}

int
scene_close(void)
{
	munmap(scene, sizeof(*scene));
	return surprises == 0 ? 0 : 1;
}

void
scene_begin(void)
{
	memset((void *)scene, 0, sizeof(*scene));
}

void
scene_last(void)
{
	scene->last = now_ns();
}

void
scene_first(void)
{
	uint64_t none = 0;

	__atomic_compare_exchange_n(&scene->first, &none, now_ns(), 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

pid_t
scene_fork(void (*fn)(int), int arg)
{
	pid_t pid = fork();

	if (pid == -1)
		scene_fail("fork");
	if (pid == 0) {
		fn(arg);
		_exit(99);
	}
	return pid;
}

int
scene_wait(pid_t pid, int64_t *ns)
{
	int status = 0;
	uint64_t now, stamp;

	if (wait4(pid, &status, 0, NULL) != pid)
		scene_fail("wait4");
	now = now_ns();
	stamp = scene->first != 0 ? scene->first : scene->last;
	*ns = stamp == 0 ? SCENE_NOTIME : (int64_t)(now - stamp);
	return status;
}

void
scene_die(
    const char *way, void (*fn)(int), int arg, int expected, const char *who)
{
	char text[32];
	int64_t ns;
	int status;
	pid_t pid;

	scene_begin();
	pid = scene_fork(fn, arg);
	status = scene_wait(pid, &ns);
	if (who == NULL) {
		snprintf(text, sizeof(text), "pid %d", (int)pid);
		who = text;
	}
	/* With or without a core: either is what was expected. */
	scene_status(way, status, ns, who, (status & ~0x80) == expected);
}

void
scene_row(
    const char *way, const char *report, int64_t ns, const char *who, int ok)
{
	char time[24] = "-";

	if (ns != SCENE_NOTIME)
		snprintf(time, sizeof(time), "%ld.%ld", (long)(ns / 1000),
		    (long)(ns % 1000 / 100));
	printf(SCENE_LINE, way, report, time, who);
	if (!ok) {
		printf("%-28s ^ this is not what was expected\n", "");
		surprises++;
	}
	fflush(stdout);
}

void
scene_status(const char *way, int status, int64_t ns, const char *who, int ok)
{
	char text[STATUS_TEXT];

	scene_row(way, status_text(status, text, sizeof(text)), ns, who, ok);
}

void
scene_thread(void (*fn)(void *), void *arg)
{
	if (thread_create(NULL, 16384, fn, arg) == NULL)
		scene_fail("lwp_create");
}

void
scene_await(volatile int *word, int value)
{
	/* The second is for a wake-up that never comes: the table shows it,
	 * the demonstration goes on. */
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
		umtx_sleep(word, value, 1000000);
}

int
scene_count(volatile int *word)
{
	int n = __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);

	umtx_wakeup(word, 0);
	return n;
}

void
scene_sleep(void *unused)
{
	(void)unused;
	for (;;)
		sleep_ms(1000000);
}
