/*
 * mark.c -- mark PROGRAM [ARG...]: writes a line that tells the host where
 * the program's output begins, and becomes the program.
 *
 * `./mayfly exec` uses it when firmware has written to the console before
 * (tools/after-mark is the other end).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static const char mark[] = "\036mayfly: the program begins\036\n";

	if (argc < 2)
		return 2;
	write(STDOUT_FILENO, mark, sizeof(mark) - 1);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
