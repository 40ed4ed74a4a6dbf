/*
 * builtin.c -- commands that are the shell itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/status.h"
#include "user/sh/sh.h"

static int
do_exit(int argc, char **argv)
{
	exit(argc > 1 ? atoi(argv[1]) : status_code(last_status));
}

static int
do_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf(
	    "COMMAND [ARG...]   a program of /bin, /tests, /demo or /extra\n"
	    "a | b   a ; b      pipes; one after the other\n"
	    "a &                in the background\n"
	    "< f  > f  >> f  2> f   redirections\n"
	    "wait [PID...]      waits for all, or these, in the background\n"
	    "jobs               what runs in the background, or has stopped\n"
	    "fg [PID], bg [PID] lets the last job, or this, go on\n"
	    "^C ^Z              end, or stop, what runs in the foreground\n"
	    "exit [N]           leaves the shell: the machine powers off\n"
	    "help               this\n"
	    "Programs: ps [-t], kill [-SIG] PID, census, stages [PID], ls,\n"
	    "cat, echo, sleep, spin [THREADS], true, false, bench, poweroff;\n"
	    "the demonstration is `ways', its parts are what `ls /demo' "
	    "shows.\n");
	return 0;
}

static int
do_jobs(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	jobs_report();
	jobs_print();
	return 0;
}

static int
do_wait(int argc, char **argv)
{
	struct job *job;
	int code = 0;

	for (int i = 1; i < argc; i++) {
		job = job_find((pid_t)atoi(argv[i]));
		if (job == NULL) {
			fprintf(stderr, "wait: %s: no job of this shell\n",
			    argv[i]);
			return 127;
		}
		if (!job_wait(job))
			return 1;
		code = status_code(job->status);
	}
	/* What has ended is told, and dropped, before the next prompt. */
	for (job = argc == 1 ? job_first() : NULL; job != NULL;
	     job = job->next) {
		if (!job_wait(job))
			return 1;
	}
	return code;
}

/* The job that fg and bg mean. */
static struct job *
job_meant(int argc, char **argv)
{
	struct job *job =
	    argc > 1 ? job_find((pid_t)atoi(argv[1])) : job_last();

	if (job == NULL || job->pgid == 0) {
		fprintf(stderr, "%s: no such job\n", argv[0]);
		return NULL;
	}
	return job;
}

static int
do_fg(int argc, char **argv)
{
	struct job *job = job_meant(argc, argv);
	int status;

	if (job == NULL)
		return 1;
	printf("%s\n", job->text);
	fflush(stdout);
	status = job_foreground(job, true);
	tell(status);
	return status_code(status);
}

static int
do_bg(int argc, char **argv)
{
	struct job *job = job_meant(argc, argv);

	if (job == NULL)
		return 1;
	job_background(job);
	return 0;
}

static const struct {
	const char *name;
	builtin_fn *fn;
} builtins[] = {
    {"bg", do_bg},
    {"exit", do_exit},
    {"fg", do_fg},
    {"help", do_help},
    {"jobs", do_jobs},
    {"wait", do_wait},
};

builtin_fn *
builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].fn;
	}
	return NULL;
}
