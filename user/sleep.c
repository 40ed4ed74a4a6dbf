/*
 * sleep.c -- sleeps for a number of seconds, which may have a fraction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int
main(int argc, char **argv)
{
	struct timespec ts;
	double seconds;
	char *end;

	seconds = argc == 2 ? strtod(argv[1], &end) : -1;
	if (seconds < 0 || seconds > 1e9 || end == argv[1] || *end != '\0') {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	ts.tv_sec = (time_t)seconds;
	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	while (nanosleep(&ts, &ts) == -1) {
		if (errno != EINTR) {
			fprintf(stderr, "sleep: %s\n", strerror(errno));
			return 1;
		}
	}
	return 0;
}
