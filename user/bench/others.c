/*
 * others.c -- a byte to and fro, through pipes and a pty; the boot; parents
 * that fork side by side.
 */
#include <errno.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
#include "user/bench/bench.h"
#include "user/lib/clock.h"

#define ROUNDS 500
#define FORKS 500 /* of each parent */
#define BATCHES 40

/* In a child: returns every byte, until there are no more. */
static void
echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1) {
		if (write(out, &c, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static uint64_t
pingpong(int unused)
{
	int there[2], back[2];
	uint64_t ns, start;
	char c = 0;
	pid_t pid;

	(void)unused;
	if (pipe(there) == -1 || pipe(back) == -1)
		bench_fail("pipe");
	pid = fork();
	if (pid == -1)
		bench_fail("fork");
	if (pid == 0) {
		close(there[1]);
		close(back[0]);
		echo(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	start = now_ns();
	for (int i = 0; i < ROUNDS; i++) {
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			bench_fail("pipe");
	}
	ns = (now_ns() - start) / ROUNDS;
	close(there[1]);
	reap(pid);
	close(back[0]);
	return ns;
}

/* The same through a terminal: typed, put out again, and read. */
static uint64_t
pty_pingpong(int unused)
{
	struct termios raw;
	int m, s;
	uint64_t ns, start;
	char c = 'x';
	pid_t pid;

	(void)unused;
	if (openpty(&m, &s, NULL, NULL, NULL) == -1 ||
	    tcgetattr(s, &raw) == -1)
		bench_fail("pty");
	cfmakeraw(&raw);
	if (tcsetattr(s, TCSANOW, &raw) == -1)
		bench_fail("pty");
	pid = fork();
	if (pid == -1)
		bench_fail("fork");
	if (pid == 0) {
		close(m);
		echo(s, s);
	}
	start = now_ns();
	for (int i = 0; i < ROUNDS; i++) {
		if (write(m, &c, 1) != 1 || read(m, &c, 1) != 1)
			bench_fail("pty");
	}
	ns = (now_ns() - start) / ROUNDS;
	close(m);
	reap(pid);
	close(s);
	return ns;
}

void
bench_pipe(void)
{
	result("pipe_pingpong", "-", median(pingpong, 0));
	result("pty_switch", "-", median(pty_pingpong, 0));
}

void
bench_boot(void)
{
	const char *ns = getenv("MAYFLY_BOOT_NS");

	/* init left it for us: see user/init.c. */
	if (ns != NULL)
		result("boot_to_init", "-", strtoul(ns, NULL, 10));
}

/* In a child: one of the parents. */
static void
fork_many(void)
{
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	await(&shared->word);
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == -1)
			bench_fail("fork");
		if (pid == 0)
			_exit(0);
		reap(pid);
	}
	_exit(0);
}

/* All start at once; the time until the last is done, for each child. */
static uint64_t
parallel(int parents)
{
	uint64_t start;
	pid_t pids[2];

	shared_reset();
	for (int i = 0; i < parents; i++) {
		pids[i] = fork();
		if (pids[i] == -1)
			bench_fail("fork");
		if (pids[i] == 0)
			fork_many();
	}
	while (shared->ready < parents)
		sleep_ms(1);
	start = now_ns();
	release(&shared->word);
	for (int i = 0; i < parents; i++)
		reap(pids[i]);
	return (now_ns() - start) / (uint64_t)(parents * FORKS);
}

/* One parent and two in turn, so that both see the same host.  What else the
 * host does only ever adds, so the least of the batches is what it takes. */
void
bench_parallel(void)
{
	uint64_t least[2] = { UINT64_MAX, UINT64_MAX };

	for (int i = 0; i < 2 * BATCHES; i++) {
		uint64_t ns = parallel(1 + i % 2);

		if (ns < least[i % 2])
			least[i % 2] = ns;
	}
	result_n("parallel_fork", 1, least[0]);
	result_n("parallel_fork", 2, least[1]);
}
