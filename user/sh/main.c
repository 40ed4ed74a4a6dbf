/*
 * main.c -- the shell: sh, sh -c LINE, sh FILE.
 *
 * init runs it on the console.  Without a terminal it reads lines and prints
 * neither prompt nor echo; its exit status is that of the last command.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/status.h"
#include "user/sh/sh.h"

#define PROMPT "mayfly$ "

bool interactive;
int last_status;

static void
read_lines(int fd)
{
	static char line[LINE_SIZE];

	for (;;) {
		jobs_report();
		if (!(interactive ? edit_line(PROMPT, line, sizeof(line))
				  : plain_line(fd, line, sizeof(line))))
			return;
		run_line(line);
	}
}

int
main(int argc, char **argv)
{
	int fd = 0;

	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		if (strlen(argv[2]) >= LINE_SIZE) {
			fprintf(stderr, "sh: the line is too long\n");
			return 2;
		}
		run_line(argv[2]);
		return status_code(last_status);
	}
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: sh [-c LINE | FILE]\n");
		return 2;
	}
	if (argc == 2) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
		if (fd == -1) {
			fprintf(
			    stderr, "sh: %s: %s\n", argv[1], strerror(errno));
			return 127;
		}
	}
	interactive = argc == 1 && isatty(0);
	if (interactive)
		jobs_start();
	read_lines(fd);
	return status_code(last_status);
}
