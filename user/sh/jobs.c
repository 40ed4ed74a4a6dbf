/*
 * jobs.c -- the shell's children, until they are reaped.
 *
 * Every pipeline is a job, those in the foreground too: while the shell waits
 * for one, others may end, and all waits are for any child.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "user/lib/status.h"
#include "user/sh/sh.h"

static struct job *jobs;

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
job_first(void)
{
	return jobs;
}

/* A child of ours has been reaped: whose was it? */
static void
reaped(pid_t pid, int status)
{
	struct job *job = job_find(pid);

	if (job == NULL)
		return;
	if (pid == job->pids[job->n - 1])
		job->status = status;
	job->left--;
}

bool
job_wait(struct job *job)
{
	int status;
	pid_t pid;

	while (job->left > 0) {
		pid = wait4(-1, &status, 0, NULL);
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1) {
			fprintf(stderr, "sh: wait4: %s\n", strerror(errno));
			return false;
		}
		reaped(pid, status);
	}
	return true;
}

void
jobs_print(void)
{
	for (struct job *job = jobs; job != NULL; job = job->next)
		printf(
		    "%d  running  %s\n", (int)job->pids[job->n - 1], job->text);
}

void
jobs_report(void)
{
	struct job *job, *next;
	char text[STATUS_TEXT];
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, NULL)) > 0)
		reaped(pid, status);
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
