/*
 * init.c -- the first process: pid 1.
 *
 * The kernel starts it with the console not yet open.  It starts one child at
 * a time, and reaps whatever dies, its own child or an orphan that came to it.
 * The shell is the leader of a session whose terminal is the console; its end
 * takes the console from everybody, and init opens it anew.
 *
 *	/etc/exec exists	`./mayfly exec`: that program is the child, and
 *				the machine ends with its exit status
 *	argv[1] is "demo"	the demonstration, then power-off
 *	otherwise		the demonstration, then a shell; when it exits,
 *				power-off; when it is killed, another shell
 *
 * The environment of all programs is made here; MAYFLY_BOOT_NS is the time
 * from the start of the kernel's clock to init (see user/bench).
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/search.h"
#include "user/lib/status.h"

#define EXEC_FILE "/etc/exec"
#define EXEC_MAX (1 << 20) /* a longer list than execve takes */

/* Standard input, output, error.  Without them nothing can be told: the
 * kernel tells that init has died. */
static void
open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd == -1)
		_exit(1);
	for (int to = 0; to <= 2; to++) {
		if (fd != to && dup2(fd, to) == -1)
			_exit(1);
	}
	if (fd > 2)
		close(fd);
}

static void
make_environment(void)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", (unsigned long)now_ns());
	if (setenv("PATH", "/bin:/tests:/demo:/extra", 1) == -1 ||
	    setenv("HOME", "/", 1) == -1 ||
	    setenv("MAYFLY_BOOT_NS", text, 1) == -1)
		fprintf(stderr, "init: %s\n", strerror(errno));
}

/* Whatever ends here, ends the machine. */
static void __attribute__((noreturn)) end_machine(int how)
{
	reboot(how);
	fprintf(stderr, "init: reboot: %s\n", strerror(errno));
	_exit(1);
}

/* Starts argv[0], in a session of its own; the child does not come back. */
static pid_t
start(char *const argv[], bool session)
{
	pid_t pid = fork();
	int error;

	if (pid != 0)
		return pid;
	if (session && login_tty(dup(0)) == -1)
		fprintf(stderr, "init: console: %s\n", strerror(errno));
	exec_search(argv);
	error = errno;
	fprintf(stderr, "%s: %s\n", argv[0], strerror(error));
	_exit(exec_status(error));
}

/* Reaps everybody until this child has died; its status. */
static int
reap_until(pid_t child)
{
	int status;
	pid_t pid;

	do {
		pid = wait4(-1, &status, 0, NULL);
		if (pid == -1 && errno != EINTR) {
			fprintf(stderr, "init: wait4: %s\n", strerror(errno));
			_exit(1);
		}
	} while (pid != child);
	return status;
}

/* Runs one program to its end; its status. */
static int
run(char *const argv[], bool session)
{
	pid_t pid = start(argv, session);

	if (pid == -1) {
		fprintf(stderr, "init: fork: %s\n", strerror(errno));
		return W_EXITCODE(126, 0);
	}
	return reap_until(pid);
}

/* All bytes of the file, with a NUL behind them; NULL and errno. */
static char *
read_all(int fd, size_t *len)
{
	struct stat st;
	ssize_t n = 0;
	char *buf;

	if (fstat(fd, &st) == -1)
		return NULL;
	if (st.st_size > EXEC_MAX) {
		errno = E2BIG;
		return NULL;
	}
	buf = malloc((size_t)st.st_size + 1);
	if (buf == NULL)
		return NULL;
	for (*len = 0; *len < (size_t)st.st_size; *len += (size_t)n) {
		n = read(fd, buf + *len, (size_t)st.st_size - *len);
		if (n == -1) {
			free(buf);
			return NULL;
		}
		if (n == 0)
			break;
	}
	buf[*len] = '\0';
	return buf;
}

/* The words of buf, each ended by a NUL (the last one by ours, if need be);
 * NULL and errno. */
static char **
split(char *buf, size_t len)
{
	size_t words = 1;
	char **argv;

	for (size_t i = 0; i < len; i++)
		words += buf[i] == '\0' && i + 1 < len;
	if (len == 0) {
		errno = EINVAL;
		return NULL;
	}
	argv = calloc(words + 1, sizeof(*argv));
	if (argv == NULL)
		return NULL;
	for (size_t i = 0; i < words; i++) {
		argv[i] = buf;
		buf += strlen(buf) + 1;
	}
	return argv;
}

/* `./mayfly exec`: does not come back. */
static void __attribute__((noreturn)) exec_mode(int fd)
{
	char **argv, *buf;
	size_t len;

	buf = read_all(fd, &len);
	close(fd);
	argv = buf == NULL ? NULL : split(buf, len);
	if (argv == NULL) {
		fprintf(stderr, "init: %s: %s\n", EXEC_FILE, strerror(errno));
		end_machine(RB_EXEC_STATUS | 126);
	}
	end_machine(RB_EXEC_STATUS | (status_code(run(argv, false)) & 0xff));
}

/* A program of ours without arguments. */
static int
run_path(const char *path, bool session)
{
	char name[32], text[STATUS_TEXT];
	char *argv[] = {name, NULL};
	int status;

	snprintf(name, sizeof(name), "%s", path);
	status = run(argv, session);
	if (session)
		open_console();
	if (!WIFEXITED(status))
		printf("init: %s: %s\n", path,
		    status_text(status, text, sizeof(text)));
	return status;
}

int
main(int argc, char **argv)
{
	int fd, status;

	open_console();
	make_environment();
	fd = open(EXEC_FILE, O_RDONLY | O_CLOEXEC);
	if (fd != -1)
		exec_mode(fd);
	run_path("/demo/ways", false);
	if (argc > 1 && strcmp(argv[1], "demo") == 0)
		end_machine(RB_POWEROFF);
	printf("\nA shell: `help' lists what there is, `exit' powers off.\n");
	do {
		status = run_path("/bin/sh", true);
	} while (!WIFEXITED(status));
	end_machine(RB_POWEROFF);
}
