/*
 * signals.c -- a signal to oneself, with a handler and back; and how long it
 * takes from a child's exit until its parent's handler has been told.
 */
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define SIGNALS 2000
#define CHILDREN 100

static volatile uint64_t told; /* when the handler ran; 0: not yet */

static void
nothing(int sig)
{
	(void)sig;
}

static void
note_time(int sig)
{
	(void)sig;
	told = now_ns();
}

/* The call, the delivery, the handler, and the return from it. */
static uint64_t
signal_return(int unused)
{
	pid_t self = getpid();
	uint64_t start;

	(void)unused;
	signal(SIGUSR1, nothing);
	start = now_ns();
	for (int i = 0; i < SIGNALS; i++)
		kill(self, SIGUSR1);
	return (now_ns() - start) / SIGNALS;
}

/* The parent is in sigsuspend, and has SIGCHLD blocked otherwise. */
static uint64_t
sigchld_latency(int unused)
{
	sigset_t block, none;
	uint64_t sum = 0;

	(void)unused;
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	signal(SIGCHLD, note_time);
	sigprocmask(SIG_BLOCK, &block, NULL);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == -1)
			bench_fail("fork");
		if (pid == 0) {
			/* When the parent sleeps, on one CPU at least. */
			shared->stamp = now_ns();
			_exit(0);
		}
		told = 0;
		while (told == 0)
			sigsuspend(&none);
		sum += told - shared->stamp;
		reap(pid);
	}
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	return sum / CHILDREN;
}

void
bench_signals(void)
{
	result("signal_return", "-", median(signal_return, 0));
	result("sigchld_latency", "-", median(sigchld_latency, 0));
}
