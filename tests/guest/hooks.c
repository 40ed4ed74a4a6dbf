/*
 * hooks.c -- for tests/hooks.t: ends processes in several ways and looks at
 * what the kernel's own exit hooks (kernel/test/exit_hooks.c) counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mayfly.h>

#define ROUNDS 50

static struct census_row rows[256];

static long
count(const char *name)
{
	int n = census(rows, 256);

	for (int i = 0; i < n && i < 256; i++)
		if (strcmp(rows[i].name, name) == 0)
			return (long)rows[i].count;
	return -1;
}

static void
end_thread(void *unused)
{
	(void)unused;
}

/* Ends with status; with threads that end before and with it. */
static void
child(int status, int threads)
{
	static char stacks[4][16384];

	for (int i = 0; i < threads; i++)
		thread_create(stacks[i], sizeof(stacks[i]), end_thread, NULL);
	_exit(status);
}

static int
run(int status, int threads)
{
	int wstatus = -1;
	pid_t pid = fork();

	if (pid == 0)
		child(status, threads);
	if (pid == -1 || waitpid(pid, &wstatus, 0) != pid)
		return -1;
	return WEXITSTATUS(wstatus);
}

int
main(void)
{
	long before = count("~hooks:calls");
	int bad = 0;

	for (int i = 0; i < ROUNDS; i++)
		bad += run(i, i % 4) != i;
	bad += run(77, 2) != 78;
	printf("status %s\n", bad == 0 ? "right" : "wrong");
	printf("calls %ld\n", count("~hooks:calls") - before);
	printf("faults %ld\n", count("~hooks:faults"));
	return bad != 0;
}
