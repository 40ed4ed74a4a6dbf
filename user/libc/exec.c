/*
 * exec.c -- the faces of execve.
 *
 * There is one folder of programs, so the path that execvp() and execlp()
 * search is PATH, or /bin without one.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAXPATH 1024

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int
execvp(const char *file, char *const argv[])
{
	const char *path = getenv("PATH"), *end;
	char name[MAXPATH];

	if (strchr(file, '/') != NULL)
		return execv(file, argv);
	if (path == NULL)
		path = "/bin";
	for (;; path = end + 1) {
		end = path + strcspn(path, ":");
		if ((size_t)snprintf(name, sizeof(name), "%.*s/%s",
			(int)(end - path), path, file) < sizeof(name))
			execv(name, argv);
		else
			errno = ENAMETOOLONG;
		if ((errno != ENOENT && errno != ENOTDIR) || *end == '\0')
			return -1;
	}
}

/* The number of arguments up to the NULL. */
static size_t
count(va_list ap)
{
	size_t n = 0;

	while (va_arg(ap, char *) != NULL)
		n++;
	return n;
}

/* first and the arguments after it, with the NULL, into argv. */
static void
collect(char **argv, const char *first, va_list *ap)
{
	*argv = (char *)(uintptr_t)first;
	while (*argv != NULL)
		*++argv = va_arg(*ap, char *);
}

/* fn of name and a list of arguments. */
static int
exec_list(int (*fn)(const char *name, char *const argv[]), const char *name,
    const char *first, va_list *ap)
{
	va_list again;
	char **argv;

	va_copy(again, *ap);
	argv = __builtin_alloca((count(again) + 2) * sizeof(*argv));
	va_end(again);
	collect(argv, first, ap);
	return fn(name, argv);
}

int
execl(const char *path, const char *first, ...)
{
	va_list ap;
	int error;

	va_start(ap, first);
	error = exec_list(execv, path, first, &ap);
	va_end(ap);
	return error;
}

int
execle(const char *path, const char *first, ...)
{
	char **argv, *const *envp;
	va_list ap;

	va_start(ap, first);
	argv = __builtin_alloca((count(ap) + 2) * sizeof(*argv));
	va_end(ap);
	va_start(ap, first);
	collect(argv, first, &ap);
	envp = va_arg(ap, char *const *);
	va_end(ap);
	return execve(path, argv, envp);
}

int
execlp(const char *file, const char *first, ...)
{
	va_list ap;
	int error;

	va_start(ap, first);
	error = exec_list(execvp, file, first, &ap);
	va_end(ap);
	return error;
}
