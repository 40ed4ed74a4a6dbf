/*
 * ptrace_attach.c -- a process traces one that is not its child: it becomes
 * its parent for a while, and the real parent neither loses the child from
 * sight nor sees what is the tracer's.
 */
#include "user/tests/trace.h"
#include <signal.h>

TEST_ROWS("E47 E83 E27 X83 X97 2.17 2.16 D39 D63");

static int *shared; /* [0], [1] steps of the child and the tracer */
static volatile pid_t chld_pid;
static volatile int chlds;

static void
on_chld(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	if (info->si_pid == chld_pid)
		chlds++;
}

static void
catch_chld(void)
{
	struct sigaction act = {
	    .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART};

	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
}

static void
step(int who, int n)
{
	test_await(&shared[who], n);
}

/* Traces the process at arg to its end. */
static void
traces_to_end(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	trace_attach(pid);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(sc(SYS_setpgid, pid, pid), -ESRCH);
	test_post(&shared[1]);
	step(1, 2);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 3);
	/* It is nobody's child but its parent's now. */
	CHECK_EQ(test_wait(pid), -ECHILD);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), -ESRCH);
	test_exit(7);
}

static void
both_get_status(void)
{
	pid_t pid, tracer;

	store(&shared[0], 0);
	store(&shared[1], 0);
	pid = test_fork(trace_waiter, shared);
	chld_pid = pid;
	chlds = 0;
	tracer = test_fork(traces_to_end, &pid);
	step(1, 1);
	/* No ECHILD, no stop, no signal; and it is still shown as ours. */
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG | WUNTRACED, NULL), 0);
	CHECK_EQ(sc(SYS_wait6, P_PGID, getpgrp(), NULL,
		     WNOHANG | WUNTRACED | WEXITED, NULL, NULL),
	    0);
	CHECK_EQ(test_ps(pid)->ppid, getpid());
	CHECK_EQ(sc(SYS_setpgid, pid, pid), 0);
	CHECK_EQ(sc(SYS_setpgid, pid, getpgrp()), 0);
	CHECK_EQ(chlds, 0);
	test_post(shared);
	test_post(&shared[1]);
	/* The tracer first, then we, the same. */
	CHECK_EXIT(pid, 3);
	WAIT_UNTIL(chlds == 1);
	CHECK_EXIT(tracer, 7);
	CHECK_EQ(test_wait(pid), -ECHILD);
	test_sleep_ms(2);
	CHECK_EQ(chlds, 1);
}

static void
attaches_and_detaches(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	trace_attach(pid);
	test_post(&shared[1]);
	step(1, 2);
	CHECK_EQ(PT(PT_DETACH, pid, 1, 0), 0);
	CHECK_EQ(test_wait(pid), -ECHILD);
	CHECK_EQ(PT(PT_DETACH, pid, 1, 0), -EPERM);
	/* And once more, with a signal at the end. */
	trace_attach(pid);
	CHECK_EQ(PT(PT_DETACH, pid, 1, SIGTERM), 0);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	test_exit(8);
}

static void
detach_returns_it(void)
{
	pid_t pid, tracer;

	store(&shared[0], 0);
	store(&shared[1], 0);
	pid = test_fork(trace_waiter, shared);
	tracer = test_fork(attaches_and_detaches, &pid);
	step(1, 1);
	test_post(&shared[1]);
	CHECK_EXIT(tracer, 8);
	CHECK_KILLED(pid, SIGTERM);
}

/* A wait that sleeps while the child changes hands goes on sleeping. */
static void
traces_and_lets_end(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	test_sleep_ms(2);
	trace_attach(pid);
	test_post(shared);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 3);
}

static void
sleeping_wait(void)
{
	pid_t pid, tracer;

	store(&shared[0], 0);
	pid = test_fork(trace_waiter, shared);
	tracer = test_fork(traces_and_lets_end, &pid);
	CHECK_EXIT(pid, 3);
	CHECK_EXIT(tracer, 0);
}

/* A parent that has no other child, and no handler to wake it: it is told to
 * wait for one, and is woken when it is there. */
static void
lone_parent(void *arg)
{
	int status;
	pid_t pid;

	(void)arg;
	signal(SIGCHLD, SIG_DFL);
	pid = test_fork(trace_waiter, shared);
	store(&shared[2], pid);
	test_await(&shared[1], 1);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), 0);
	test_post(&shared[1]);
	CHECK_EQ(sc(SYS_wait4, -1, &status, 0, NULL), pid);
	CHECK_EQ(status, 3 << 8);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

static void
waits_for_none_else(void)
{
	pid_t parent, pid;

	store(&shared[0], 0);
	store(&shared[1], 0);
	store(&shared[2], 0);
	parent = test_fork(lone_parent, NULL);
	WAIT_UNTIL(load(&shared[2]) != 0);
	pid = load(&shared[2]);
	trace_attach(pid);
	test_post(&shared[1]);
	test_await(&shared[1], 2);
	test_sleep_ms(2);
	test_post(&shared[0]);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 3);
	CHECK_EXIT(parent, 0);
}

/* D39: a tracer of another session does not make its tracee's group one that
 * nobody could let go on: another member's end hangs up on nobody. */
static void
session(void *arg)
{
	pid_t other;

	(void)arg;
	CHECK(sc(SYS_setsid) > 0);
	store(&shared[2], test_fork(trace_waiter, shared));
	CHECK_EQ(sc(SYS_setpgid, load(&shared[2]), 0), 0);
	test_await(&shared[1], 1);
	other = test_fork(trace_sleeper, NULL);
	CHECK_EQ(sc(SYS_setpgid, other, load(&shared[2])), 0);
	CHECK_EQ(sc(SYS_kill, other, SIGKILL), 0);
	CHECK_KILLED(other, SIGKILL);
	test_post(&shared[1]);
	CHECK_EXIT(load(&shared[2]), 3);
}

static void
group_is_not_orphaned(void)
{
	pid_t parent, pid;

	store(&shared[0], 0);
	store(&shared[1], 0);
	store(&shared[2], 0);
	parent = test_fork(session, NULL);
	WAIT_UNTIL(load(&shared[2]) != 0);
	pid = load(&shared[2]);
	trace_attach(pid);
	test_post(&shared[1]);
	test_await(&shared[1], 2);
	trace_continue(pid, 0);
	test_sleep_ms(2);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	test_post(&shared[0]);
	CHECK_EXIT(pid, 3);
	CHECK_EXIT(parent, 0);
}

/* Its own child. */
static void
own_child(void)
{
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(trace_waiter, shared);
	trace_attach(pid);
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), -EBUSY);
	test_post(shared);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 3);
	CHECK_EQ(test_wait(pid), -ECHILD);
}

/* One that has stopped before: the tracer is told all the same. */
static void
traces_stopped(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	trace_attach(pid);
	trace_continue(pid, 0);
	test_post(&shared[1]);
	CHECK_EXIT(pid, 3);
}

static void
already_stopped(void)
{
	int status;
	pid_t pid, tracer;

	store(&shared[0], 0);
	store(&shared[1], 0);
	pid = test_fork(trace_waiter, shared);
	CHECK_EQ(sc(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	tracer = test_fork(traces_stopped, &pid);
	step(1, 1);
	test_post(shared);
	CHECK_EXIT(pid, 3);
	CHECK_EXIT(tracer, 0);
}

/* Its tracer leaves it with a stop: so it has stopped, for whatever it had
 * before. */
static void
left_stopped(bool before)
{
	int status;
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(trace_waiter, shared);
	if (before) {
		CHECK_EQ(sc(SYS_kill, pid, SIGSTOP), 0);
		CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	}
	trace_attach(pid);
	test_post(shared);
	CHECK_EQ(PT(PT_DETACH, pid, 1, SIGSTOP), 0);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	CHECK_EQ(sc(SYS_kill, pid, SIGCONT), 0);
	CHECK_EXIT(pid, 3);
}

static volatile int handled;

static void
handles(int sig)
{
	handled = sig;
}

static void
suspends(void *arg)
{
	sigset_t none, both;

	(void)arg;
	sigemptyset(&none);
	both = none;
	sigaddset(&both, SIGUSR1);
	sigaddset(&both, SIGUSR2);
	sigprocmask(SIG_BLOCK, &both, NULL);
	signal(SIGUSR2, handles);
	test_post(&shared[1]);
	test_await(shared, 1);
	sigsuspend(&none);
	test_exit(handled == SIGUSR2 ? 3 : 4);
}

/* The tracer makes nothing of what has ended a sigsuspend: what has come
 * meanwhile is handled before that returns, for it is blocked then. */
static void
suspended(void)
{
	pid_t pid;

	store(&shared[0], 0);
	store(&shared[1], 0);
	pid = test_fork(suspends, NULL);
	step(1, 1);
	trace_attach(pid);
	trace_continue(pid, 0);
	test_post(shared);
	CHECK_EQ(sc(SYS_kill, pid, SIGUSR1), 0);
	CHECK_STOPPED(pid, SIGUSR1);
	CHECK_EQ(sc(SYS_kill, pid, SIGUSR2), 0);
	trace_continue(pid, 0);
	CHECK_STOPPED(pid, SIGUSR2);
	trace_continue(pid, SIGUSR2);
	CHECK_EXIT(pid, 3);
}

/* A child may trace its parent; a wait of both goes on as before. */
static void
traces_parent(void *arg)
{
	pid_t parent = getppid();

	(void)arg;
	CHECK_EQ(PT(PT_ATTACH, parent, 0, 0), 0);
	CHECK_STOPPED(parent, SIGSTOP);
	CHECK_EQ(PT(PT_READ_D, parent, &chlds, 0), chlds);
	CHECK_EQ(PT(PT_DETACH, parent, 1, 0), 0);
	test_exit(6);
}

static void
traced_by_child(void *arg)
{
	(void)arg;
	CHECK_EXIT(test_fork(traces_parent, NULL), 6);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	catch_chld();
	for (int i = 0; i < test_rounds(3, 100); i++) {
		both_get_status();
		detach_returns_it();
		sleeping_wait();
		waits_for_none_else();
		group_is_not_orphaned();
		own_child();
		already_stopped();
		left_stopped(false);
		left_stopped(true);
		suspended();
		CHECK_EXIT(test_fork(traced_by_child, NULL), 0);
	}
	return test_done();
}
