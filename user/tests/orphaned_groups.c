/*
 * orphaned_groups.c -- a group with a stopped member that loses the last
 * parent who could let it go on, because one ends or goes to another group or
 * session, gets SIGHUP and SIGCONT, in this order, every member; no other group
 * gets anything.  A tracer is no parent.
 */
#include "user/tests/trace.h"
#include <signal.h>

TEST_ROWS("E46 E47 D39 O14 X40 2.13");

struct member {
	int pid, ready, hups, conts, first;
};
static struct member *m; /* shared: those who tell what they get */
static int *go;		 /* shared */

static int mine; /* which of them this process is */

static void
note(int sig)
{
	struct member *me = &m[mine];

	if (load(&me->first) == 0)
		store(&me->first, sig);
	add(sig == SIGHUP ? &me->hups : &me->conts, 1);
}

/* This process is that one from here on. */
static void
become(int n)
{
	struct sigaction act = {.sa_handler = note};

	mine = n;
	/* One after the other. */
	sigfillset(&act.sa_mask);
	sigaction(SIGHUP, &act, NULL);
	sigaction(SIGCONT, &act, NULL);
	store(&m[n].pid, getpid());
	store(&m[n].ready, 1);
}

static void
member(void *arg)
{
	become((int)(intptr_t)arg);
	WAIT_UNTIL(load(go) == 1);
}

static void
start(int n)
{
	test_fork(member, (void *)(intptr_t)n);
	WAIT_UNTIL(load(&m[n].ready) == 1);
}

static void
stop(int n)
{
	CHECK_EQ(kill(m[n].pid, SIGSTOP), 0);
	WAIT_UNTIL(test_ps(m[n].pid)->stat == PROC_STAT_STOP);
}

static void
told(int n, int times)
{
	WAIT_UNTIL(load(&m[n].hups) >= times && load(&m[n].conts) >= times);
	CHECK_EQ(load(&m[n].hups), times);
	CHECK_EQ(load(&m[n].conts), times);
	if (times != 0)
		CHECK_EQ(load(&m[n].first), SIGHUP);
}

/* The only one in the group whose parent is outside. */
static void
guardian(void *arg)
{
	int stopped = (int)(intptr_t)arg;

	CHECK_EQ(setpgid(0, 0), 0);
	start(0);
	start(1);
	if (stopped)
		stop(0);
}

/* Its child is in a group of its own, which it alone could let go on. */
static void
outside(void *arg)
{
	(void)arg;
	start(0);
	start(1);
	CHECK_EQ(setpgid(m[0].pid, m[0].pid), 0);
	CHECK_EQ(setpgid(m[1].pid, m[0].pid), 0);
	stop(1);
}

/* Both members have a parent who could: one stays. */
static void
other_parent(void *arg)
{
	(void)arg;
	start(0);
	CHECK_EQ(setpgid(m[0].pid, go[2]), 0);
	stop(0);
}

static void
end_member(int n)
{
	pid_t pid = m[n].pid;

	kill(pid, SIGCONT);
	/* It is ours, or our heir's, who buries all. */
	sc(SYS_wait4, pid, NULL, 0, NULL);
	WAIT_UNTIL(kill(pid, 0) == -1);
}

static void
end_members(int n)
{
	store(go, 1);
	for (int i = 0; i < n; i++)
		end_member(i);
	memset(m, 0, 4 * sizeof(*m));
	memset(go, 0, 4 * sizeof(*go));
}

/* A stop of the terminal does nothing where nobody would let go on. */
static void
cannot_stop(int n)
{
	CHECK_EQ(kill(m[n].pid, SIGTSTP), 0);
	CHECK_EQ(kill(m[n].pid, SIGTTIN), 0);
	test_sleep_ms(2);
	CHECK(test_ps(m[n].pid)->stat != PROC_STAT_STOP);
}

/* Nor does it undo another stop. */
static void
stays_stopped(int n)
{
	stop(n);
	CHECK_EQ(kill(m[n].pid, SIGTSTP), 0);
	CHECK_EQ(kill(m[n].pid, SIGTTOU), 0);
	test_sleep_ms(2);
	CHECK_EQ(test_ps(m[n].pid)->stat, PROC_STAT_STOP);
}

/* A group with one more member, whose parent, who is us, stays. */
static void
not_the_last(void)
{
	start(1);
	CHECK_EQ(setpgid(m[1].pid, m[1].pid), 0);
	store(&go[2], m[1].pid);
	CHECK_EXIT(test_fork(other_parent, NULL), 0);
	test_sleep_ms(2);
	told(0, 0);
	told(1, 0);
	CHECK_EQ(test_ps(m[0].pid)->stat, PROC_STAT_STOP);
	end_members(2);
}

static void
waits_for_go(void *arg)
{
	(void)arg;
	start(0);
	CHECK_EQ(setpgid(m[0].pid, m[0].pid), 0);
	store(&go[3], 1);
	WAIT_UNTIL(load(&go[1]) == 1);
}

/* We trace it from beside its group, and its real parent ends: nobody is left.
 * It was told, and stops for its tracer with the signal. */
static void
tracer_is_no_parent(void)
{
	pid_t pid = test_fork(waits_for_go, NULL);
	int status;

	WAIT_UNTIL(load(&go[3]) == 1);
	trace_attach(m[0].pid);
	store(&go[1], 1);
	CHECK_EXIT(pid, 0);
	trace_continue(m[0].pid, 0);
	CHECK_EQ(sc(SYS_wait4, m[0].pid, &status, WUNTRACED, NULL), m[0].pid);
	CHECK_EQ(status, W_STOPCODE(SIGHUP));
	CHECK_EQ(PT(PT_DETACH, m[0].pid, 1, 0), 0);
	end_members(1);
}

/*
 * By leaving.
 */

/* What a process in the middle does, step by step: go[1] is the step. */
static void
await_step(int n)
{
	WAIT_UNTIL(load(&go[1]) == n);
}

static void
next_step(int n)
{
	store(&go[1], n);
	WAIT_UNTIL(load(&go[2]) == n);
}

/* Its child, in a group of its own, loses it to another session. */
static void
leaves_session(void *arg)
{
	(void)arg;
	start(0);
	CHECK_EQ(setpgid(m[0].pid, m[0].pid), 0);
	stop(0);
	await_step(1);
	CHECK_EQ(sc(SYS_setsid), getpid());
	store(&go[2], 1);
	await_step(2);
}

/* pid, which has told that it is ready, takes its step: that orphans the group
 * of the stopped member, which is told then, and not before. */
static void
guardian_goes(pid_t pid)
{
	told(0, 0);
	next_step(1);
	told(0, 1);
	store(&go[1], 2);
	CHECK_EXIT(pid, 0);
	end_members(1);
}

static void
orphaned_by_setsid(void)
{
	pid_t pid = test_fork(leaves_session, NULL);

	WAIT_UNTIL(load(&m[0].ready) == 1 &&
	    test_ps(m[0].pid)->stat == PROC_STAT_STOP);
	guardian_goes(pid);
}

/* Its group's other member has its parent outside of the session, once that
 * has ended. */
static void
makes_member(void *arg)
{
	(void)arg;
	start(0);
}

static void
leaves_group(void *arg)
{
	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_EXIT(test_fork(makes_member, NULL), 0);
	stop(0);
	store(&go[2], -1);
	await_step(1);
	CHECK_EQ(setpgid(0, getppid()), 0);
	store(&go[2], 1);
	await_step(2);
}

/* The group has lost its own guardian, who is in ours now. */
static void
orphaned_by_a_member(void)
{
	pid_t pid = test_fork(leaves_group, NULL);

	WAIT_UNTIL(load(&go[2]) == -1);
	guardian_goes(pid);
}

/* Its own parent has ended: it is its child's only guardian, but not of a group
 * that it is in. */
static void
comes_and_goes(void *arg)
{
	pid_t sid = getpgrp();

	(void)arg;
	become(1);
	start(0);
	CHECK_EQ(setpgid(m[0].pid, m[0].pid), 0);
	store(&go[2], -1);
	await_step(1);
	CHECK_EQ(setpgid(0, m[0].pid), 0);
	store(&go[2], 1);
	await_step(2);
	CHECK_EQ(setpgid(0, sid), 0);
	store(&go[2], 2);
	await_step(3);
	CHECK_EQ(sc(SYS_setsid), getpid());
	store(&go[2], 3);
	WAIT_UNTIL(load(go) == 1);
}

static void
is_no_guardian(void *arg)
{
	test_fork(comes_and_goes, arg);
	WAIT_UNTIL(load(&go[2]) == -1);
}

/* The parent joins its child's group, leaves it again, and goes for good: two
 * groups that become orphaned, and each stopped member is told each time. */
static void
orphaned_by_the_parent(void)
{
	CHECK_EXIT(test_fork(is_no_guardian, NULL), 0);
	stop(0);
	told(0, 0);
	next_step(1);
	told(0, 1);
	told(1, 1);
	next_step(2);
	stop(0);
	told(0, 1);
	next_step(3);
	told(0, 2);
	told(1, 1);
	end_members(2);
}

static void
session(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	orphaned_by_setsid();
	orphaned_by_a_member();
	orphaned_by_the_parent();
	CHECK_EXIT(test_fork(guardian, (void *)1), 0);
	told(0, 1);
	told(1, 1);
	cannot_stop(1);
	stays_stopped(1);
	end_members(2);
	CHECK_EXIT(test_fork(guardian, NULL), 0);
	test_sleep_ms(2);
	told(0, 0);
	told(1, 0);
	end_members(2);
	CHECK_EXIT(test_fork(outside, NULL), 0);
	told(0, 1);
	told(1, 1);
	end_members(2);
	not_the_last();
	tracer_is_no_parent();
}

int
main(int argc, char **argv)
{
	int status;

	test_begin(argc, argv);
	m = test_shared(TEST_PAGE);
	go = test_shared(TEST_PAGE);
	/* The heir is outside of the session, and so nobody's guardian. */
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	test_fork(session, NULL);
	while (sc(SYS_wait4, -1, &status, 0, NULL) > 0)
		CHECK_EQ(status, 0);
	return test_done();
}
