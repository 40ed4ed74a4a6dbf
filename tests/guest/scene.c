/*
 * scene.c -- processes and threads in known states, for tests/gdb.t.
 *
 * A zombie, a child that reads from a pipe, threads that sleep and children
 * that spin.  When all are in place: one call that nobody else makes
 * (exitstages), where gdb stops; then a thread more, which ends.
 */
#include <mayfly.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#define SPINNERS 4
#define SLEEPERS 2
#define ROWS 64

static volatile int word;

static void
sleeper(void *unused)
{
	(void)unused;
	for (;;)
		umtx_sleep(&word, 0, 0);
}

static void
passer(void *unused)
{
	(void)unused;
}

static void
children(void)
{
	siginfo_t info;
	int ends[2], status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	wait6(P_PID, pid, &status, WEXITED | WNOWAIT, NULL, &info);
	pipe(ends);
	if (fork() == 0) {
		char c;

		read(ends[0], &c, 1);
		_exit(0);
	}
	for (int i = 0; i < SPINNERS; i++) {
		if (fork() == 0) {
			for (;;)
				;
		}
	}
}

/* How many threads sleep for this reason? */
static int
asleep(const char *why)
{
	static struct proc_row rows[ROWS];
	int n = proclist(rows, ROWS), found = 0;

	for (int i = 0; i < n && i < ROWS; i++)
		found += strcmp(rows[i].wmesg, why) == 0;
	return found;
}

int
main(void)
{
	struct thread *th;

	children();
	for (int i = 0; i < SLEEPERS; i++)
		thread_create(NULL, 0, sleeper, NULL);
	while (asleep("umtx") < SLEEPERS || asleep("piperd") < 1)
		usleep(10 * 1000);
	exitstages(NULL, 0);
	th = thread_create(NULL, 0, passer, NULL);
	thread_join(th);
	return 0;
}
