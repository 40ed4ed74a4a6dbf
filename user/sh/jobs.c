/*
 * jobs.c -- the shell's children, until they are reaped.
 *
 * Every pipeline is a job, those in the foreground too: while the shell waits
 * for one, others may end, and all waits are for any child.
 *
 * On a terminal each is a group of its own.  The one in the foreground has the
 * terminal while the shell waits; when it ends or stops (^Z) the shell takes
 * the terminal back, and its modes.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/lib/status.h"
#include "user/sh/sh.h"

static struct job *jobs;
static struct termios modes; /* the terminal's, while the shell has it */

bool job_control;

static const int key_signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
#define NKEYS (sizeof(key_signals) / sizeof(key_signals[0]))

static void
key_actions(_sig_func_ptr action)
{
	for (size_t i = 0; i < NKEYS; i++)
		signal(key_signals[i], action);
}

void
jobs_start(void)
{
	pid_t pgid;

	/* Not before the terminal is ours. */
	while ((pgid = tcgetpgrp(0)) != -1 && pgid != getpgrp())
		kill(0, SIGTTIN);
	if (pgid == -1)
		return;
	key_actions(SIG_IGN);
	setpgid(0, 0);
	job_control =
	    tcsetpgrp(0, getpgrp()) == 0 && tcgetattr(0, &modes) == 0;
}

void
job_join(pid_t pgid, bool foreground)
{
	setpgid(0, pgid);
	if (foreground)
		tcsetpgrp(0, getpgrp());
	key_actions(SIG_DFL);
}

struct job *
job_new(const char *text, size_t len)
{
	struct job *job = calloc(1, sizeof(*job) + len + 1);
	struct job **end = &jobs;

	if (job == NULL)
		return NULL;
	memcpy(job->text, text, len);
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
	return job;
}

void
job_drop(struct job *job)
{
	struct job **link = &jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	free(job);
}

struct job *
job_find(pid_t pid)
{
	for (struct job *job = jobs; job != NULL; job = job->next) {
		for (int i = 0; i < job->n; i++) {
			if (job->pids[i] == pid)
				return job;
		}
	}
	return NULL;
}

struct job *
job_last(void)
{
	struct job *job = jobs;

	while (job != NULL && job->next != NULL)
		job = job->next;
	return job;
}

struct job *
job_first(void)
{
	return jobs;
}

static void
set_stopped(struct job *job, int i, bool stopped)
{
	job->stopped += stopped - job->is_stopped[i];
	job->is_stopped[i] = stopped;
}

/* A child of ours has been reaped, or has stopped: whose was it? */
static void
heard_of(pid_t pid, int status)
{
	struct job *job = job_find(pid);
	int i = 0;

	if (job == NULL)
		return;
	while (job->pids[i] != pid)
		i++;
	if (i == job->n - 1 || WIFSTOPPED(status))
		job->status = status;
	set_stopped(job, i, WIFSTOPPED(status));
	if (!WIFSTOPPED(status))
		job->left--;
}

bool
job_wait(struct job *job)
{
	int status;
	pid_t pid;

	while (job->left > job->stopped) {
		pid = wait4(-1, &status, WUNTRACED, NULL);
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1) {
			fprintf(stderr, "sh: wait4: %s\n", strerror(errno));
			return false;
		}
		heard_of(pid, status);
	}
	return true;
}

static void
go_on(struct job *job)
{
	for (int i = 0; i < job->n; i++)
		set_stopped(job, i, false);
	kill(-job->pgid, SIGCONT);
}

void
job_background(struct job *job)
{
	if (job->pgid != 0)
		go_on(job);
}

/* It has stopped: that is told, and it is kept. */
static void
tell_stopped(const struct job *job)
{
	printf("\n%d  stopped  %s\n", (int)job->pids[job->n - 1], job->text);
	fflush(stdout);
}

int
job_foreground(struct job *job, bool continued)
{
	int status = W_EXITCODE(126, 0);
	bool waited;

	if (job->pgid != 0)
		tcsetpgrp(0, job->pgid);
	if (continued)
		go_on(job);
	waited = job_wait(job);
	if (job->pgid != 0) {
		tcsetpgrp(0, getpgrp());
		tcsetattr(0, TCSADRAIN, &modes);
	}
	if (waited)
		status = job->status;
	if (waited && job->left > 0)
		tell_stopped(job);
	else
		job_drop(job);
	return status;
}

void
jobs_print(void)
{
	for (struct job *job = jobs; job != NULL; job = job->next)
		printf("%d  %s  %s\n", (int)job->pids[job->n - 1],
		    job->left == job->stopped ? "stopped" : "running",
		    job->text);
}

void
jobs_report(void)
{
	struct job *job, *next;
	char text[STATUS_TEXT];
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG | WUNTRACED, NULL)) > 0)
		heard_of(pid, status);
	for (job = jobs; job != NULL; job = next) {
		next = job->next;
		if (job->left > 0)
			continue;
		if (interactive)
			printf("%d  %s  %s\n", (int)job->pids[job->n - 1],
			    status_text(job->status, text, sizeof(text)),
			    job->text);
		job_drop(job);
	}
	fflush(stdout);
}
