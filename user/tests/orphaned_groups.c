/*
 * orphaned_groups.c -- a group with a stopped member that loses the last
 * parent who could let it go on gets SIGHUP and SIGCONT, in this order, every
 * member; no other group gets anything.  A tracer is no parent.
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

/* Says what it is, then waits for signals. */
static void
member(void *arg)
{
	struct sigaction act = {.sa_handler = note};

	mine = (int)(intptr_t)arg;
	/* One after the other. */
	sigfillset(&act.sa_mask);
	sigaction(SIGHUP, &act, NULL);
	sigaction(SIGCONT, &act, NULL);
	store(&m[mine].pid, getpid());
	store(&m[mine].ready, 1);
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

static void
session(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EXIT(test_fork(guardian, (void *)1), 0);
	told(0, 1);
	told(1, 1);
	cannot_stop(1);
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
