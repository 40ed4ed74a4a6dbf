/*
 * pids.c -- for tests/pids.t, with a small space of numbers: goes round it
 * several times while a zombie, a group without its leader, a session without
 * its leader and a terminal's foreground group without members keep their
 * numbers, which nobody else may get.  What stood for a process or a group that
 * is gone, a file of /proc or the owner of a pipe, does not stand for the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mayfly.h>

#define FORKS 3000
#define PID_SPACE 100000

static int seen[PID_SPACE];

/* Leads a group or a session, leaves a member in it, and ends. */
static void
leader(int session, int out)
{
	pid_t member;

	if (_mayfly_syscall(session ? SYS_setsid : SYS_setpgid, 0, 0) == -1)
		_exit(1);
	member = fork();
	if (member == 0) {
		/* A group of its own: the session alone keeps the number. */
		if (session && _mayfly_syscall(SYS_setpgid, 0, 0) == -1)
			_exit(1);
		for (;;)
			sleep(1000);
	}
	write(out, &member, sizeof(member));
	_exit(0);
}

/* The number of a leader that is gone; *memberp keeps it reserved. */
static pid_t
abandoned(int session, pid_t *memberp)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds) == -1 || (pid = fork()) == -1)
		exit(2);
	if (pid == 0)
		leader(session, fds[1]);
	if (read(fds[0], memberp, sizeof(*memberp)) != sizeof(*memberp) ||
	    waitpid(pid, NULL, 0) != pid)
		exit(3);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

/* Leads a session whose terminal's foreground group is gone, and lives. */
static void
of_terminal(int slave, int out)
{
	pid_t pid;

	if (setsid() == -1 || ioctl(slave, TIOCSCTTY) == -1)
		_exit(1);
	pid = fork();
	if (pid == 0)
		for (;;)
			sleep(1000);
	if (pid == -1 || setpgid(pid, pid) == -1 ||
	    tcsetpgrp(slave, pid) == -1 || kill(pid, SIGKILL) == -1 ||
	    waitpid(pid, NULL, 0) != pid)
		_exit(1);
	write(out, &pid, sizeof(pid));
	for (;;)
		sleep(1000);
}

/* The number of a group that only a terminal names, while *leaderp lives. */
static pid_t
foreground(pid_t *leaderp)
{
	int fds[2], master, slave;
	pid_t pid;

	if (openpty(&master, &slave, NULL, NULL, NULL) == -1 ||
	    pipe(fds) == -1 || (*leaderp = fork()) == -1)
		exit(8);
	if (*leaderp == 0)
		of_terminal(slave, fds[1]);
	close(fds[1]);
	if (read(fds[0], &pid, sizeof(pid)) != sizeof(pid))
		exit(9);
	close(fds[0]);
	return pid;
}

static pid_t
zombie(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	return pid;
}

/* Uses up the numbers that are given out once only, after the start. */
static void
use_up(pid_t below)
{
	pid_t pid;

	do {
		pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid == -1 || waitpid(pid, NULL, 0) != pid)
			exit(5);
	} while (pid < below);
}

/* A child that sleeps, whose number is `wanted' (0: any). */
static pid_t
sleeper(pid_t wanted)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == -1)
			exit(6);
		if (pid == 0)
			for (;;)
				sleep(1000);
		if (wanted == 0 || pid == wanted)
			return pid;
		kill(pid, SIGKILL);
		if (waitpid(pid, NULL, 0) != pid)
			exit(7);
	}
}

/* Files of /proc stay dead when their number stands for another process. */
static const char *
stale_files(void)
{
	static const char *const names[] = {"status", "mem", "cmdline"};
	char path[64], buf[16];
	int fds[3], bad = 0;
	pid_t pid = sleeper(0);

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, names[i]);
		fds[i] = open(path, O_RDONLY);
		bad += fds[i] == -1;
	}
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	bad += chdir(path) == -1;
	kill(pid, SIGKILL);
	bad += waitpid(pid, NULL, 0) != pid;
	bad += sleeper(pid) != pid;
	for (int i = 0; i < 3; i++) {
		lseek(fds[i], i == 1 ? 0x400000 : 0, SEEK_SET);
		bad += read(fds[i], buf, sizeof(buf)) != -1 || errno != EIO;
		/* The new one's own are open to all. */
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, names[i]);
		close(fds[i]);
		fds[i] = open(path, O_RDONLY);
		bad += fds[i] == -1;
		close(fds[i]);
	}
	bad += open("status", O_RDONLY) != -1;
	bad += chdir("/") == -1;
	kill(pid, SIGKILL);
	bad += waitpid(pid, NULL, 0) != pid;
	return bad == 0 ? "dead" : "alive";
}

static void
on_io(int sig)
{
	(void)sig;
	_exit(9);
}

static void
on_usr1(int sig)
{
	(void)sig;
	_exit(7);
}

/* A process or a group of that number hears nothing of input that was for the
 * one that had it before. */
static int
hears_of_input(int group)
{
	int fds[2], status, heard;
	pid_t pid;

	signal(SIGIO, on_io);
	signal(SIGUSR1, on_usr1);
	pid = sleeper(0);
	if (pipe(fds) == -1 || (group && setpgid(pid, pid) == -1) ||
	    fcntl(fds[0], F_SETOWN, group ? -pid : pid) == -1 ||
	    fcntl(fds[0], F_SETFL, O_ASYNC) == -1)
		exit(10);
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid || sleeper(pid) != pid ||
	    (group && setpgid(pid, pid) == -1))
		exit(11);
	write(fds[1], "x", 1);
	/* SIGIO, whose number is lower, would be first. */
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	heard = !WIFEXITED(status) || WEXITSTATUS(status) != 7;
	signal(SIGIO, SIG_DFL);
	close(fds[0]);
	close(fds[1]);
	return heard;
}

int
main(void)
{
	int taken = 0, rounds = 0, status;
	pid_t kept[4], member[3];

	use_up(150);
	kept[0] = zombie();
	kept[1] = abandoned(0, &member[0]);
	kept[2] = abandoned(1, &member[1]);
	kept[3] = foreground(&member[2]);

	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid == -1 || waitpid(pid, NULL, 0) != pid)
			return 4;
		for (int k = 0; k < 4; k++)
			taken += pid == kept[k];
		if (++seen[pid] > rounds)
			rounds = seen[pid];
	}
	printf("went round: %s\n", rounds >= 3 ? "yes" : "no");
	printf("taken: %d\n", taken);
	printf("zombie: %d\n",
	    waitpid(kept[0], &status, 0) == kept[0] ? WEXITSTATUS(status) : -1);
	printf("stale files: %s\n", stale_files());
	printf("stale owners: %d\n", hears_of_input(0) + hears_of_input(1));
	kill(member[0], SIGKILL);
	kill(member[2], SIGKILL);
	kill(member[1], SIGKILL);
	return 0;
}
