/*
 * cat.c -- copies files, or standard input ("-" or no argument), to standard
 * output.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
complain(const char *name)
{
	fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return 1;
}

static int
copy(int fd, const char *name)
{
	static char buf[8192];
	ssize_t done, len, n;

	while ((len = read(fd, buf, sizeof(buf))) > 0) {
		for (done = 0; done < len; done += n) {
			n = write(1, buf + done, (size_t)(len - done));
			if (n == -1)
				return complain("standard output");
		}
	}
	return len == -1 ? complain(name) : 0;
}

static int
copy_named(const char *name)
{
	int fd, failed;

	if (strcmp(name, "-") == 0)
		return copy(0, "standard input");
	fd = open(name, O_RDONLY);
	if (fd == -1)
		return complain(name);
	failed = copy(fd, name);
	close(fd);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 1)
		return copy_named("-");
	for (int i = 1; i < argc; i++)
		failed |= copy_named(argv[i]);
	return failed;
}
