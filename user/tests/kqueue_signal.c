/*
 * kqueue_signal.c -- EVFILT_SIGNAL: every signal is counted, whatever its
 * action; what is ignored by default too; a knote ends with its process, also
 * when the kqueue does not (D37).
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("E60 D37 X48 2.26");

static int handled;

static void
handler(int sig)
{
	(void)sig;
	handled++;
}

static void
set_action(int sig, void (*fn)(int))
{
	struct sigaction act = {.sa_handler = fn};

	CHECK_EQ(sigaction(sig, &act, NULL), 0);
}

/* Ignored by default, ignored, caught, blocked: all are told of. */
static void
actions(int kq)
{
	pid_t me = (pid_t)sc(SYS_getpid);
	struct kevent kev;
	sigset_t set, old;

	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, SIGUSR2, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, SIGTERM, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_QUIET(kq);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(sc(SYS_kill, me, SIGURG), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGURG, EVFILT_SIGNAL, 0, 3);
	CHECK_EQ(kev.flags & (EV_CLEAR | EV_EOF), EV_CLEAR);
	CHECK_QUIET(kq);

	set_action(SIGUSR1, SIG_IGN);
	CHECK_EQ(sc(SYS_kill, me, SIGUSR1), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGUSR1, EVFILT_SIGNAL, 0, 1);

	handled = 0;
	set_action(SIGUSR2, handler);
	CHECK_EQ(sc(SYS_kill, me, SIGUSR2), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGUSR2, EVFILT_SIGNAL, 0, 1);
	CHECK_EQ(handled, 1);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	CHECK_EQ(sc(SYS_kill, me, SIGTERM), 0);
	CHECK_EQ(sc(SYS_kill, me, SIGTERM), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGTERM, EVFILT_SIGNAL, 0, 2);
	set_action(SIGTERM, SIG_IGN);
	set_action(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);

	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
	CHECK_EQ(sc(SYS_kill, me, SIGURG), 0);
	CHECK_QUIET(kq);
	for (int sig = SIGUSR1; sig <= SIGUSR2; sig++)
		CHECK_EQ(kq_change(kq, sig, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, SIGTERM, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
}

/* What a child's end sends to its parent. */
static void
of_children(int kq)
{
	struct kevent kev;

	CHECK_EQ(kq_change(kq, SIGCHLD, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EXIT((pid_t)test_vfork_exit(i), i);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGCHLD, EVFILT_SIGNAL, 0, 3);
	CHECK_EQ(kq_change(kq, SIGCHLD, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
}

/* A thread sleeps in kevent: an ignored signal ends no sleep but this. */
static void
sleeps(void *arg)
{
	struct kevent kev = kq_next(*(int *)arg);

	CHECK_EQ(kev.ident, SIGWINCH);
}

static void
of_a_sleeper(int kq)
{
	struct mthread t;

	CHECK_EQ(
	    kq_change(kq, SIGWINCH, EVFILT_SIGNAL, EV_ADD | EV_ONESHOT, 0, 0),
	    0);
	mthread_start(&t, sleeps, &kq);
	test_sleep_ms(3);
	CHECK_EQ(sc(SYS_kill, (int)sc(SYS_getpid), SIGWINCH), 0);
	mthread_join(&t);
	CHECK_EQ(
	    kq_change(kq, SIGWINCH, EVFILT_SIGNAL, EV_DELETE, 0, 0), -ENOENT);
}

/* A process that shares the table watches its own signals and ends: nothing
 * of that is left but a knote that says nothing. */
static void
outlived(int kq)
{
	struct kevent kev;
	long pid = sc(SYS_rfork, RFPROC);

	REQUIRE(pid >= 0);
	if (pid == 0) {
		CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
		CHECK_EQ(kq_change(kq, SIGIO, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
		test_exit(0);
	}
	CHECK_EXIT((pid_t)pid, 0);
	/* Use the memory of the dead for others. */
	for (int i = 0; i < 8; i++)
		CHECK_EXIT((pid_t)test_vfork_exit(0), 0);
	CHECK_EQ(sc(SYS_kill, (int)sc(SYS_getpid), SIGURG), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, SIGIO, EVFILT_SIGNAL, EV_DELETE, 0, 0), -ENOENT);
	/* Ours from now on. */
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(sc(SYS_kill, (int)sc(SYS_getpid), SIGURG), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, SIGURG, EVFILT_SIGNAL, 0, 1);
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
}

int
main(int argc, char **argv)
{
	static void (*const parts[])(int) = {actions, of_children, of_a_sleeper,
	    outlived, NULL};
	int kq;

	test_begin(argc, argv);
	kq = kq_rounds(test_rounds(20, 500), parts);
	/* With knotes in it. */
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(kq_change(kq, 0, EVFILT_SIGNAL, EV_ADD, 0, 0), -EINVAL);
	CHECK_EQ(kq_change(kq, NSIG, EVFILT_SIGNAL, EV_ADD, 0, 0), -EINVAL);
	return test_done();
}
