/*
 * storm_signals.c -- a storm of signals that it handles, ignores, stops for and
 * goes on for, at a process with threads that ends by itself: its status is its
 * own, and no handler runs in it, or is told of it, afterwards.  What is a
 * zombie is signalled and moved about: nothing happens to it.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E29 E58 N1 D12 D16 D43 D44 X18 2.13 2.15");

#define SENDERS 3
#define NTHREADS 3

static int *shared; /* [0] target, [1] stop, [2] handlers run, [3] over */
static const int storm[] = {SIGUSR1, SIGCHLD, SIGCONT, SIGUSR2, SIGSTOP,
    SIGCONT, SIGWINCH, SIGTSTP, SIGCONT, SIGUSR1, SIGIO, SIGCONT};

static void
sender(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;

	while (load(&shared[1]) == 0) {
		pid_t pid = load(&shared[0]);

		if (pid == 0) {
			test_yield();
			continue;
		}
		/* The last of them always lets it go on. */
		kill(pid, storm[i++ % COUNT(storm)]);
		kill(pid, SIGCONT);
		if (i % 8 == 0)
			test_sleep_ms(1);
	}
}

static void
handler(int sig)
{
	(void)sig;
	add(&shared[2], 1);
}

static void
busy(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (int i = 0;; i++) {
		sigprocmask(i & 1 ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
		if (i & 2)
			test_yield();
		(void)arg;
	}
}

static void
target(void *arg)
{
	static struct mthread t[NTHREADS];
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_NODEFER};
	int round = (int)(intptr_t)arg;

	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	signal(SIGWINCH, SIG_IGN);
	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], busy, NULL);
	store(&shared[0], getpid());
	for (int i = 0; i < round % 5; i++)
		test_yield();
	if (round % 3 == 0) {
		sc(SYS_extexit, EXTEXIT_PROC, round & 255, NULL);
	} else if (round % 3 == 1) {
		/* By a signal of its own: its status, too. */
		for (;;)
			kill(getpid(), SIGTERM);
	}
	test_exit(round & 255);
}

static void
zombie_is_left_alone(pid_t pid)
{
	static const int all[] = {0, SIGKILL, SIGSTOP, SIGCONT, SIGUSR1,
	    SIGTERM, SIGTSTP};

	for (size_t i = 0; i < COUNT(all); i++)
		CHECK_EQ(kill(pid, all[i]), 0);
	CHECK_EQ(sc(SYS_setpgid, pid, pid), -ESRCH);
	CHECK_EQ(sc(SYS_setpgid, pid, 0), -ESRCH);
	CHECK_EQ(sc(SYS_getpgid, pid), getpgrp());
	CHECK_EQ(sc(SYS_lwp_kill, pid, 0, SIGKILL), -ESRCH);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WUNTRACED | WCONTINUED | WNOHANG, 16),
	    -EFAULT);
}

int
main(int argc, char **argv)
{
	pid_t senders[SENDERS], pid;
	int rounds, after;

	test_begin(argc, argv);
	rounds = test_rounds(100, 2000);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < SENDERS; i++)
		senders[i] = test_fork(sender, (void *)(intptr_t)(i * 4));
	for (int i = 0; i < rounds; i++) {
		pid = test_fork(target, (void *)(intptr_t)i);
		test_await_zombie(pid);
		after = load(&shared[2]);
		if (i % 4 == 0)
			zombie_is_left_alone(pid);
		CHECK_EQ(load(&shared[2]), after);
		store(&shared[0], 0);
		if (i % 3 == 1)
			CHECK_KILLED(pid, SIGTERM);
		else
			CHECK_EXIT(pid, i & 255);
	}
	store(&shared[1], 1);
	for (int i = 0; i < SENDERS; i++)
		CHECK_EXIT(senders[i], 0);
	CHECK(test_brief || load(&shared[2]) > 0);
	return test_done();
}
