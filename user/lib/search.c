/*
 * search.c -- starting a program by its name.
 *
 * init and the shell find programs in the same folders.  A name that is found
 * but cannot be started hides the others, except where it is not a program at
 * all: "demo" is a folder of the root, and may be a program too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/search.h"

#define MAXPATH 1024
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const folders[] = {"/bin", "/tests", "/demo", "/extra"};

void
exec_search(char *const argv[])
{
	char path[MAXPATH];
	int error;

	execve(argv[0], argv, environ);
	error = errno;
	if (strchr(argv[0], '/') != NULL)
		return;
	for (size_t i = 0; i < LEN(folders); i++) {
		if (error != ENOENT && error != ENOTDIR && error != EACCES &&
		    error != EISDIR)
			break;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folders[i],
			argv[0]) >= sizeof(path)) {
			error = ENAMETOOLONG;
			break;
		}
		execve(path, argv, environ);
		/* An earlier "cannot" says more than a later "is not". */
		if (error == ENOENT || (errno != ENOENT && errno != ENOTDIR))
			error = errno;
	}
	errno = error;
}

int
exec_status(int error)
{
	return error == ENOENT || error == ENOTDIR ? 127 : 126;
}
