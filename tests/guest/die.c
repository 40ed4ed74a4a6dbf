/*
 * die.c -- die WAY: ends in a way that is not exit.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int zero;

int
main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (strcmp(way, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(way, "segv") == 0)
		*(volatile int *)(long)zero = 1;
	if (strcmp(way, "ill") == 0)
		__asm__ volatile("ud2");
	if (strcmp(way, "fpe") == 0)
		__asm__ volatile("divl %0" : : "r"(zero), "a"(1), "d"(0));
	for (;;) {
		if (strcmp(way, "spin") != 0)
			sleep(1000);
	}
}
