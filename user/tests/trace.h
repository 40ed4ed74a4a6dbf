/*
 * trace.h -- what the tests of ptrace(2) share.
 */
#pragma once

#include <sys/ptrace.h>
#include "user/tests/test.h"

#define PT(request, pid, addr, data) sc(SYS_ptrace, request, pid, addr, data)

/* Waits for that child to stop for that signal. */
#define CHECK_STOPPED(pid, sig) CHECK_EQ(test_wait(pid), W_STOPCODE(sig))

/* Attaches, and waits for the stop. */
__attribute__((unused)) static void
trace_attach(pid_t pid)
{
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), 0);
	CHECK_STOPPED(pid, SIGSTOP);
}

/* Goes on where it is. */
__attribute__((unused)) static void
trace_continue(pid_t pid, int sig)
{
	CHECK_EQ(PT(PT_CONTINUE, pid, 1, sig), 0);
}

/* A child that sleeps until it is killed. */
__attribute__((unused)) static void
trace_sleeper(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000000);
}

/* A child that exits with 3 once *arg is 1. */
__attribute__((unused)) static void
trace_waiter(void *arg)
{
	test_await(arg, 1);
	test_exit(3);
}
