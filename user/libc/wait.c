/*
 * wait.c -- the waits that are others with fewer arguments.
 */
#include <errno.h>
#include <string.h>
#include <mayfly.h>

pid_t
wait(int *status)
{
	return wait4(WAIT_ANY, status, 0, NULL);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t
wait3(int *status, int options, struct rusage *ru)
{
	return wait4(WAIT_ANY, status, options, ru);
}

int
waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	int status;
	siginfo_t dummy;

	if (info == NULL)
		info = &dummy;
	/* WNOHANG with nothing to tell leaves it so: POSIX wants zeros. */
	memset(info, 0, sizeof(*info));
	return wait6(type, id, &status, options, NULL, info) == -1 ? -1 : 0;
}
