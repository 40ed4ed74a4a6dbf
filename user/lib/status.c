/*
 * status.c -- signals and wait statuses in words.
 *
 * The demonstration, the shell, kill and init all speak of how programs died:
 * they say it in the same words.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include "user/lib/status.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const names[] = {
    [SIGHUP] = "SIGHUP",
    [SIGINT] = "SIGINT",
    [SIGQUIT] = "SIGQUIT",
    [SIGILL] = "SIGILL",
    [SIGTRAP] = "SIGTRAP",
    [SIGABRT] = "SIGABRT",
    [SIGEMT] = "SIGEMT",
    [SIGFPE] = "SIGFPE",
    [SIGKILL] = "SIGKILL",
    [SIGBUS] = "SIGBUS",
    [SIGSEGV] = "SIGSEGV",
    [SIGSYS] = "SIGSYS",
    [SIGPIPE] = "SIGPIPE",
    [SIGALRM] = "SIGALRM",
    [SIGTERM] = "SIGTERM",
    [SIGURG] = "SIGURG",
    [SIGSTOP] = "SIGSTOP",
    [SIGTSTP] = "SIGTSTP",
    [SIGCONT] = "SIGCONT",
    [SIGCHLD] = "SIGCHLD",
    [SIGTTIN] = "SIGTTIN",
    [SIGTTOU] = "SIGTTOU",
    [SIGIO] = "SIGIO",
    [SIGXCPU] = "SIGXCPU",
    [SIGXFSZ] = "SIGXFSZ",
    [SIGVTALRM] = "SIGVTALRM",
    [SIGPROF] = "SIGPROF",
    [SIGWINCH] = "SIGWINCH",
    [SIGINFO] = "SIGINFO",
    [SIGUSR1] = "SIGUSR1",
    [SIGUSR2] = "SIGUSR2",
    [SIGTHR] = "SIGTHR",
    [SIGCKPT] = "SIGCKPT",
    [SIGCKPTEXIT] = "SIGCKPTEXIT",
};

const char *
signal_name(int sig)
{
	return sig > 0 && (size_t)sig < LEN(names) ? names[sig] : NULL;
}

int
signal_number(const char *word)
{
	char *end;
	long n;

	if (isdigit((unsigned char)word[0])) {
		n = strtol(word, &end, 10);
		return *end == '\0' && n <= SIG_MAXSIG ? (int)n : -1;
	}
	if (strncasecmp(word, "SIG", 3) == 0)
		word += 3;
	for (size_t i = 1; i < LEN(names); i++) {
		if (names[i] != NULL && strcasecmp(names[i] + 3, word) == 0)
			return (int)i;
	}
	return -1;
}

char *
status_text(int status, char *buf, size_t size)
{
	const char *name;

	if (WIFEXITED(status)) {
		snprintf(buf, size, "exit %d", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		name = signal_name(WTERMSIG(status));
		snprintf(buf, size, "killed by %s (%d)%s",
		    name == NULL ? "signal" : name, WTERMSIG(status),
		    WCOREDUMP(status) ? ", core" : "");
	} else if (WIFSTOPPED(status)) {
		snprintf(buf, size, "stopped by signal %d", WSTOPSIG(status));
	} else {
		snprintf(buf, size, "status 0x%x", (unsigned)status);
	}
	return buf;
}

int
status_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
