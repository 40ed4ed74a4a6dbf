/*
 * run.c -- a pipeline to processes.
 *
 * A builtin runs in the shell itself when it stands alone; in a pipeline, in
 * the background or with a redirection it runs in a child like any program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/lib/search.h"
#include "user/lib/status.h"
#include "user/sh/sh.h"

static void
complain(const char *what)
{
	fprintf(stderr, "sh: %s: %s\n", what, strerror(errno));
}

/* In the child: this file becomes descriptor `to`. */
static void
open_as(const char *name, int flags, int to)
{
	int fd = open(name, flags, 0666);

	if (fd == -1 || dup2(fd, to) == -1) {
		complain(name);
		_exit(1);
	}
	if (fd != to)
		close(fd);
}

static void __attribute__((noreturn))
child(struct command *cmd, int in, int out)
{
	builtin_fn *fn = builtin_find(cmd->argv[0]);
	int error;

	if (in != 0) {
		dup2(in, 0);
		close(in);
	}
	if (out != 1) {
		dup2(out, 1);
		close(out);
	}
	if (cmd->in != NULL)
		open_as(cmd->in, O_RDONLY, 0);
	if (cmd->out != NULL)
		open_as(cmd->out,
		    O_WRONLY | O_CREAT | (cmd->append ? O_APPEND : O_TRUNC), 1);
	if (cmd->err != NULL)
		open_as(cmd->err, O_WRONLY | O_CREAT | O_TRUNC, 2);
	if (fn != NULL) {
		error = fn(cmd->argc, cmd->argv);
		fflush(stdout);
		_exit(error);
	}
	exec_search(cmd->argv);
	error = errno;
	complain(cmd->argv[0]);
	_exit(exec_status(error));
}

/* Starts one command between two descriptors, which it closes; `spare` is the
 * other end of the pipe at `out`, not for the child. */
static int
start(struct job *job, struct command *cmd, int in, int out, int spare,
    bool foreground)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (job_control)
			job_join(job->pgid, foreground);
		job_control = false;
		if (spare != -1)
			close(spare);
		child(cmd, in, out);
	}
	if (pid == -1) {
		complain("fork");
	} else {
		job->pids[job->n++] = pid;
		job->left++;
		/* Both do it: whoever comes first. */
		if (job_control) {
			if (job->pgid == 0)
				job->pgid = pid;
			setpgid(pid, job->pgid);
		}
	}
	if (in != 0)
		close(in);
	if (out != 1)
		close(out);
	return pid == -1 ? -1 : 0;
}

/* All commands of a pipeline; what could be started is in the job. */
static int
start_all(struct job *job, struct pipeline *pl)
{
	int error, fds[2], in = 0;

	for (int i = 0; i < pl->n - 1; i++) {
		if (pipe(fds) == -1) {
			complain("pipe");
			if (in != 0)
				close(in);
			return -1;
		}
		error = start(job, &pl->cmds[i], in, fds[1], fds[0],
		    !pl->background);
		in = fds[0];
		if (error != 0) {
			close(in);
			return -1;
		}
	}
	return start(
	    job, &pl->cmds[pl->n - 1], in, 1, -1, !pl->background);
}

/* How a program died, unless all was well. */
void
tell(int status)
{
	char text[STATUS_TEXT];

	if (status != 0 && !WIFSTOPPED(status) &&
	    (interactive || !WIFEXITED(status)))
		fprintf(
		    stderr, "%s\n", status_text(status, text, sizeof(text)));
}

static void
run_job(struct pipeline *pl)
{
	struct job *job = job_new(pl->text, pl->len);
	int error;

	if (job == NULL) {
		complain("job");
		last_status = W_EXITCODE(126, 0);
		return;
	}
	error = start_all(job, pl);
	if (error == 0 && pl->background) {
		if (interactive)
			printf("%d\n", (int)job->pids[job->n - 1]);
		last_status = 0;
		return;
	}
	last_status = job_foreground(job, false);
	if (error != 0)
		last_status = W_EXITCODE(126, 0);
	else
		tell(last_status);
}

static void
run_pipeline(struct pipeline *pl)
{
	struct command *cmd = &pl->cmds[0];
	builtin_fn *fn = builtin_find(cmd->argv[0]);

	fflush(stdout);
	if (fn == NULL || pl->n > 1 || pl->background || cmd->in != NULL ||
	    cmd->out != NULL || cmd->err != NULL)
		run_job(pl);
	else
		last_status = W_EXITCODE(fn(cmd->argc, cmd->argv), 0);
}

void
run_line(const char *line)
{
	static struct parser ps;
	static struct pipeline pl;
	int found;

	parse_start(&ps, line);
	while ((found = parse_pipeline(&ps, &pl)) == 1)
		run_pipeline(&pl);
	if (found == -1)
		last_status = W_EXITCODE(2, 0);
}
