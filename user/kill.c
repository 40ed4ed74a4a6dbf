/*
 * kill.c -- sends a signal: kill [-SIG] PID...; SIG by number or name, TERM
 * without one.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/status.h"

static int
usage(void)
{
	fprintf(stderr, "usage: kill [-SIGNAL] PID...\n       kill -l\n");
	return 2;
}

static int
list(void)
{
	for (int sig = 1; sig < NSIG; sig++) {
		if (signal_name(sig) != NULL)
			printf("%2d %s\n", sig, signal_name(sig));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int failed = 0, first = 1, sig = SIGTERM;
	char *end;
	long pid;

	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return list();
	if (argc > 2 && argv[1][0] == '-') {
		sig = signal_number(argv[1] + 1);
		if (sig == -1) {
			fprintf(
			    stderr, "kill: %s: no such signal\n", argv[1] + 1);
			return 2;
		}
		first = 2;
	}
	if (first == argc)
		return usage();
	for (int i = first; i < argc; i++) {
		pid = strtol(argv[i], &end, 10);
		if (end == argv[i] || *end != '\0')
			return usage();
		if (kill((pid_t)pid, sig) == -1) {
			fprintf(
			    stderr, "kill: %ld: %s\n", pid, strerror(errno));
			failed = 1;
		}
	}
	return failed;
}
