/*
 * basic.c -- one life: a system call, fork, vfork, exec, exit, wait.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define SYSCALLS 20000
#define FORKS 200
#define EXECS 50

static uint64_t
null_syscall(int unused)
{
	uint64_t start = now_ns();

	(void)unused;
	for (int i = 0; i < SYSCALLS; i++)
		getppid();
	return (now_ns() - start) / SYSCALLS;
}

static uint64_t
fork_exit_wait(int unused)
{
	uint64_t start = now_ns();

	(void)unused;
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == -1)
			bench_fail("fork");
		if (pid == 0)
			_exit(0);
		reap(pid);
	}
	return (now_ns() - start) / FORKS;
}

static uint64_t
vfork_exit_wait(int unused)
{
	uint64_t start = now_ns();

	(void)unused;
	for (volatile int i = 0; i < FORKS; i++) {
		pid_t pid = vfork();

		if (pid == -1)
			bench_fail("vfork");
		if (pid == 0)
			_exit(0);
		reap(pid);
	}
	return (now_ns() - start) / FORKS;
}

static uint64_t
fork_exec_wait(int unused)
{
	static char path[] = "/bin/true";
	static char *argv[] = {path, NULL};
	uint64_t start = now_ns();

	(void)unused;
	for (int i = 0; i < EXECS; i++) {
		pid_t pid = fork();

		if (pid == -1)
			bench_fail("fork");
		if (pid == 0) {
			execve(path, argv, environ);
			_exit(127);
		}
		reap(pid);
	}
	return (now_ns() - start) / EXECS;
}

void
bench_basic(void)
{
	result("null_syscall", "-", median(null_syscall, 0));
	result("fork_exit_wait", "-", median(fork_exit_wait, 0));
	result("vfork_exit_wait", "-", median(vfork_exit_wait, 0));
	result("fork_exec_wait", "-", median(fork_exec_wait, 0));
}
