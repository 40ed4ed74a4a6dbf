/*
 * ls.c -- what is in folders: kind, size and name of each file.
 *
 * -1 prints the names alone.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int names_only;

static char
kind(mode_t mode)
{
	if (S_ISDIR(mode))
		return 'd';
	if (S_ISCHR(mode))
		return 'c';
	if (S_ISFIFO(mode))
		return 'p';
	return '-';
}

static int
list_one(const char *path, const char *name)
{
	struct stat st;

	if (names_only) {
		printf("%s\n", name);
		return 0;
	}
	if (stat(path, &st) == -1) {
		printf("%c %10s %s (%s)\n", '?', "", name, strerror(errno));
		return 1;
	}
	printf("%c %10ld %s%s\n", kind(st.st_mode), (long)st.st_size, name,
	    S_ISDIR(st.st_mode) ? "/" : "");
	return 0;
}

static int
list(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *de;
	int failed = 0;
	char full[1024];

	if (dir == NULL && errno == ENOTDIR)
		return list_one(path, path);
	if (dir == NULL) {
		fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
		return 1;
	}
	for (errno = 0; (de = readdir(dir)) != NULL; errno = 0) {
		if (de->d_name[0] == '.')
			continue;
		snprintf(full, sizeof(full), "%s/%s", path, de->d_name);
		failed |= list_one(full, de->d_name);
	}
	if (errno != 0) {
		fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
		failed = 1;
	}
	closedir(dir);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0, i = 1;

	if (i < argc && strcmp(argv[i], "-1") == 0) {
		names_only = 1;
		i++;
	}
	if (i == argc)
		return list("/");
	for (; i < argc; i++) {
		if (argc - i > 1 || i > 2)
			printf("%s:\n", argv[i]);
		failed |= list(argv[i]);
	}
	return failed;
}
