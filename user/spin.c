/*
 * spin.c -- runs on N threads (default 1) until it is killed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mayfly.h>

static void __attribute__((noreturn)) spin(void *unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("");
}

int
main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 1;

	if (argc > 2 || n < 1) {
		fprintf(stderr, "usage: spin [THREADS]\n");
		return 2;
	}
	while (--n > 0) {
		if (thread_create(NULL, 8192, spin, NULL) == NULL) {
			fprintf(
			    stderr, "spin: lwp_create: %s\n", strerror(errno));
			return 1;
		}
	}
	spin(NULL);
}
