/*
 * search.h -- starting a program by its name.
 */
#pragma once

/* Becomes the program argv[0]: the path as given or, when it has no slash,
 * one of that name in /bin, /tests, /demo, /extra.  Returns only when none
 * could be started, with errno set. */
void exec_search(char *const argv[]);
/* The exit status by which a shell tells of errno after a failed exec: 127
 * when there is no such program, otherwise 126. */
int exec_status(int error);
