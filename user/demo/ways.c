/*
 * ways.c -- the demonstration: every way to die, and that nothing is left.
 *
 * init runs this at boot.  It prints the head of the table, runs the programs
 * that print its rows, and compares the census before and after.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/census.h"
#include "user/lib/clock.h"
#include "user/lib/scene.h"
#include "user/lib/status.h"

#define SETTLE_MS 3000

static const char *const programs[][2] = {
    {"values", "values"},
    {"threads", "threads"},
    {"killed", "killed by others"},
    {"faults", "killed by themselves"},
    {"exec_race", "exec"},
    {"orphans", "orphans"},
    {"zombie", "a zombie"},
    {"sharing", "shared memory"},
    {"storms", "storms"},
};
#define NPROGRAMS (sizeof(programs) / sizeof(programs[0]))

/* Runs a program; 0, or 1 when it did not go as it should. */
static int
run(const char *folder, const char *name)
{
	char path[64], text[STATUS_TEXT];
	char *argv[] = {path, NULL};
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fflush(stdout);
	pid = fork();
	if (pid == -1) {
		printf("fork: %s\n", strerror(errno));
		return 1;
	}
	if (pid == 0) {
		execve(path, argv, environ);
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		_exit(127);
	}
	if (wait4(pid, &status, 0, NULL) == -1) {
		printf("wait4: %s\n", strerror(errno));
		return 1;
	}
	if (status == 0)
		return 0;
	printf("%s: %s\n", path, status_text(status, text, sizeof(text)));
	return 1;
}

/* Takes the census when it is as it was, or after a while: the dead are freed
 * by threads of the kernel, and orphans reaped by init, a moment later. */
static int
settle(struct census_list *after, const struct census_list *before)
{
	for (int ms = 0; ms < SETTLE_MS; ms += 10) {
		if (census_read(after) == -1)
			return -1;
		if (census_growth(before, after) == 0)
			break;
		sleep_ms(10);
	}
	return 0;
}

/* Two rows a line; what is nothing before and after is left out. */
static void
print_census(const struct census_list *before, const struct census_list *after)
{
	int shown = 0;

	for (int i = 0; i < 2; i++)
		printf("%-18s%9s%9s%s", "census", "before", "after",
		    i == 0 ? "   " : "\n");
	for (int i = 0; i < after->n; i++) {
		const struct census_row *row = &after->rows[i];
		long was = census_count(before, row->name);

		if (census_uncompared(row->name) ||
		    (was == 0 && row->count == 0))
			continue;
		printf("%-18.18s%9ld%9ld%s", row->name, was, (long)row->count,
		    row->count > was ? " +" : "  ");
		printf(shown++ % 2 == 0 ? " " : "\n");
	}
	if (shown % 2 != 0)
		printf("\n");
}

/* Prints both and says what has grown; 0: nothing. */
static int
compare(const struct census_list *before, struct census_list *after)
{
	int grown;

	if (settle(after, before) == -1) {
		printf("census: %s\n", strerror(errno));
		return 1;
	}
	printf("\n");
	print_census(before, after);
	grown = census_growth(before, after);
	if (grown == 0)
		printf("\nNothing left over.\n");
	for (int i = 0; i < after->n && grown > 0; i++) {
		const struct census_row *row = &after->rows[i];
		long diff = row->count - census_count(before, row->name);

		if (!census_uncompared(row->name) && diff > 0)
			printf("Left over: %ld more of %s\n", diff, row->name);
	}
	return grown;
}

int
main(void)
{
	struct census_list after = {0}, before = {0};
	int failed = 0, grown;

	printf("\nEvery way to die, and what the parent saw.  The time is from "
	       "_exit (or kill,\nor the fault) to the return of the parent's "
	       "wait.\n\n");
	printf(SCENE_LINE, "way to die", "what wait reported", "us",
	    "threads/pids");
	setenv("MAYFLY_WAYS", "1", 1);
	/* What the first life makes for good is not what death leaves, nor is
	 * the memory that the second census goes to. */
	run("/bin", "true");
	if (census_read(&after) == -1 || census_read(&before) == -1) {
		printf("census: %s\n", strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < NPROGRAMS; i++) {
		printf("-- %s --\n", programs[i][1]);
		failed += run("/demo", programs[i][0]);
	}
	grown = compare(&before, &after);
	census_free(&after);
	census_free(&before);
	if (failed != 0)
		printf("\n%d of %d demonstrations did not go as expected.\n",
		    failed, (int)NPROGRAMS);
	fflush(stdout);
	return failed != 0 || grown != 0;
}
