/*
 * status.h -- signals and wait statuses in words.
 */
#pragma once

#include <stddef.h>

/* "SIGKILL"; NULL: no such signal. */
const char *signal_name(int sig);
/* From "9", "KILL" or "SIGKILL"; -1: neither. */
int signal_number(const char *word);

#define STATUS_TEXT 40
/* "exit 3", "killed by SIGSEGV (11), core": what the status of a wait says.
 * Returns buf. */
char *status_text(int status, char *buf, size_t size);
/* As a shell tells it: the exit status, or 128 + the signal. */
int status_code(int status);
