/*
 * sh.h -- the shell's parts.
 *
 *	edit.c		a line from the console, key by key
 *	parse.c		a line to pipelines
 *	run.c		a pipeline to processes
 *	jobs.c		what became of them
 *	builtin.c	commands that are the shell itself
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LINE_SIZE 1024
#define MAXARGS 64
#define MAXCMDS 8 /* in one pipeline */

struct command {
	int argc;
	char *argv[MAXARGS + 1];
	const char *in, *out, *err; /* NULL: not redirected */
	bool append;                /* out */
};

struct pipeline {
	int n;
	struct command cmds[MAXCMDS];
	bool background;
	const char *text; /* the line from where it begins ... */
	size_t len;       /* ... to where it ends */
};

/* What is left of a line, and where its words go. */
struct parser {
	const char *pos;
	char *word;
	char words[2 * LINE_SIZE];
};

struct job {
	struct job *next;
	int left;    /* processes not yet reaped */
	int stopped; /* of them */
	int n;
	pid_t pids[MAXCMDS];
	bool is_stopped[MAXCMDS];
	pid_t pgid;  /* its group; 0: ours */
	int status;  /* of the last one in the pipeline */
	char text[];
};

extern bool interactive;
/* Pipelines are groups of their own, and have the terminal in turn. */
extern bool job_control;
extern int last_status; /* as wait4 gave it */

/* edit.c: the line without its end in buf; false: no more input. */
bool edit_line(const char *prompt, char *buf, size_t size);
bool plain_line(int fd, char *buf, size_t size);

/* parse.c: 1 and the next pipeline, 0 at the end of the line, -1 (said why) */
void parse_start(struct parser *ps, const char *line);
int parse_pipeline(struct parser *ps, struct pipeline *pl);

/* run.c: sets last_status. */
void run_line(const char *line);
/* Says how a program ended, unless all was well. */
void tell(int status);

/* jobs.c */
struct job *job_new(const char *text, size_t len); /* NULL and errno */
void job_drop(struct job *job);
/* Waits until all of its processes are reaped, or those left have stopped;
 * false: there was none. */
bool job_wait(struct job *job);
/* The same, with the terminal, after it has been let go on; the status that is
 * to be told.  Drops it when it is over. */
int job_foreground(struct job *job, bool go_on);
/* Lets it go on. */
void job_background(struct job *job);
/* The background job of which this is one process, or group; NULL: none. */
struct job *job_find(pid_t pid);
struct job *job_last(void);
struct job *job_first(void);
void jobs_print(void);
/* Reaps without waiting, tells of finished background jobs. */
void jobs_report(void);

/* The shell gets the terminal, if it has one; keys send it no signals. */
void jobs_start(void);
/* In a child: it is in its job's group, and keys are for it. */
void job_join(pid_t pgid, bool foreground);

/* builtin.c */
typedef int builtin_fn(int argc, char **argv); /* returns an exit status */
builtin_fn *builtin_find(const char *name);
