/*
 * kqueue_signal.c -- EVFILT_SIGNAL: what is posted to this process is counted,
 * whatever its action; the handler runs all the same; a child's knotes are not
 * its parent's.
 */
#include <signal.h>
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26");

static int kq;
static volatile int handled;

static long
change(int sig, int flags)
{
	return kq_change(kq, (uintptr_t)sig, EVFILT_SIGNAL, flags, 0, 0);
}

/* Posted so often since the last look. */
static void
check(int sig, long count)
{
	struct kevent kev = kq_next(kq);

	CHECK_EVENT(&kev, (uintptr_t)sig, EVFILT_SIGNAL, 0, count);
	CHECK_QUIET(kq);
}

static void
handler(int sig)
{
	(void)sig;
	handled++;
}

static void
nothing(void *arg)
{
	(void)arg;
}

int
main(int argc, char **argv)
{
	struct sigaction act = {0};
	sigset_t set;

	test_begin(argc, argv);
	kq = kq_new();
	CHECK_EQ(change(SIGUSR1, EV_ADD), 0);
	CHECK_EQ(change(SIGCHLD, EV_ADD), 0);
	CHECK_EQ(change(0, EV_ADD), -EINVAL);
	CHECK_EQ(change(-1, EV_ADD), -EINVAL);
	CHECK_EQ(change(1000, EV_ADD), -EINVAL);
	CHECK_EQ(change(SIGUSR2, EV_DELETE), -ENOENT);

	/* Caught. */
	act.sa_handler = handler;
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(handled, 1);
	check(SIGUSR1, 1);
	/* Ignored: counted. */
	act.sa_handler = SIG_IGN;
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	check(SIGUSR1, 3);
	/* Blocked: counted each time. */
	act.sa_handler = handler;
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	check(SIGUSR1, 2);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
	CHECK_EQ(handled, 2);
	/* A child's end, whose signal nobody minds. */
	CHECK_EXIT(test_fork(nothing, NULL), 0);
	check(SIGCHLD, 1);
	CHECK_EQ(change(SIGCHLD, EV_DELETE), 0);
	CHECK_EXIT(test_fork(nothing, NULL), 0);
	return test_done();
}
