/*
 * maxproc.c -- for tests/maxproc.t, with few processes allowed: root forks
 * until it may not, twice; the second time there is as much room as before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 500

static pid_t pids[MANY];

static int
bomb(void)
{
	int n = 0;

	while (n < MANY && (pids[n] = fork()) > 0)
		n++;
	if (n < MANY && pids[n] == 0)
		for (;;)
			sleep(1000);
	printf("stopped: %s\n", n < MANY && errno == EAGAIN ? "EAGAIN" : "no");
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < n; i++)
		waitpid(pids[i], NULL, 0);
	return n;
}

int
main(void)
{
	int first = bomb(), second = bomb();

	printf("room: %s\n", first > 20 && first < 60 ? "right" : "wrong");
	printf("the same again: %s\n", first == second ? "yes" : "no");
	return 0;
}
