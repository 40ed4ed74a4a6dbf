/*
 * cored.c -- for tests/core.t: a child with three threads dies and leaves a
 * core, which goes to standard output.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mayfly.h>

static volatile int ready;
volatile double in_xmm5 = 2.5;

__attribute__((noinline)) void
turns_in_circles(void *arg)
{
	(void)arg;
	__asm__ volatile("movsd %0, %%xmm5; lock incl %1; 1: pause; jmp 1b"
			 :
			 : "m"(in_xmm5), "m"(ready)
			 : "memory", "xmm5");
}

__attribute__((noinline)) void
writes_to_nowhere(volatile int *where)
{
	*where = 4711;
}

/* The first thread has come to its pause(). */
static int
pauses(void)
{
	static struct proc_row rows[64];
	int n = proclist(rows, 64);

	for (int i = 0; i < n && i < 64; i++)
		if (rows[i].pid == getpid() && rows[i].tid == 0)
			return strcmp(rows[i].wmesg, "pause") == 0;
	return 0;
}

static void
dies(void *arg)
{
	(void)arg;
	while (ready == 0 || !pauses())
		usleep(1000);
	writes_to_nowhere((volatile int *)24);
}

static void
child(void)
{
	struct rlimit rl = {1 << 24, 1 << 24};

	setrlimit(RLIMIT_CORE, &rl);
	thread_create(NULL, 0, turns_in_circles, NULL);
	thread_create(NULL, 0, dies, NULL);
	for (;;)
		pause();
}

int
main(void)
{
	static char buf[4096];
	int fd, status;
	ssize_t n;

	if (chdir("/") != 0)
		return 1;
	if (fork() == 0)
		child();
	if (wait(&status) < 0 || status != (SIGSEGV | 0x80))
		return 2;
	fd = open("/cored.core", O_RDONLY);
	if (fd < 0)
		return 3;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0, done; at < n; at += done) {
			done = write(1, buf + at, (size_t)(n - at));
			if (done < 0)
				return 4;
		}
	return 0;
}
