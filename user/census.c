/*
 * census.c -- prints the kernel's counts of everything that must be let go of.
 *
 * -a shows those that are 0, too.  A name that begins with '~' is for the
 * reader only: it grows with the kernel's caches.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/lib/census.h"

int
main(int argc, char **argv)
{
	int all = argc == 2 && strcmp(argv[1], "-a") == 0;
	struct census_list list = {0};

	if (argc > 2 || (argc == 2 && !all)) {
		fprintf(stderr, "usage: census [-a]\n");
		return 2;
	}
	if (census_read(&list) == -1) {
		fprintf(stderr, "census: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 0; i < list.n; i++) {
		if (all || list.rows[i].count != 0)
			printf("%-32s %12ld\n", list.rows[i].name,
			    (long)list.rows[i].count);
	}
	census_free(&list);
	return 0;
}
