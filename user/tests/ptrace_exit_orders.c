/*
 * ptrace_exit_orders.c -- tracer, traced and real parent end in every order:
 * what is traced dies with its tracer and is reaped by its real parent, or by
 * that one's heir; everybody hears of each death once.
 */
#include "user/tests/trace.h"
#include <signal.h>

TEST_ROWS("E83 E84 E56 X46 X83 D27 D38 D56 N6");

static int *shared; /* [0] the traced may end; [1] steps of the tracer; [2] the
		       number of the traced; [3] of the tracer */

static void
reset(void)
{
	memset(shared, 0, 4 * sizeof(*shared));
}

/*
 * The tracer, of whom arg says how it ends.
 */
enum tracer_end {
	TRACER_LEAVES, /* with the traced stopped */
	TRACER_RUNS,   /* with it running */
	TRACER_KILLED, /* by SIGKILL, with it stopped */
	TRACER_ZOMBIE, /* with it a zombie that it has not waited for */
	TRACER_WAITS,  /* after its wait */
	TRACER_ENDS
};

static void
tracer(void *arg)
{
	enum tracer_end end = (enum tracer_end)(long)arg;
	pid_t pid = load(&shared[2]);

	trace_attach(pid);
	test_post(&shared[1]);
	test_await(&shared[1], 2);
	if (end != TRACER_LEAVES && end != TRACER_KILLED)
		trace_continue(pid, 0);
	if (end == TRACER_ZOMBIE || end == TRACER_WAITS)
		test_post(&shared[0]);
	if (end == TRACER_ZOMBIE)
		test_await_zombie(pid);
	if (end == TRACER_WAITS)
		CHECK_EXIT(pid, 3);
	if (end == TRACER_KILLED)
		sc(SYS_kill, getpid(), SIGKILL);
}

/* Ends as it may. */
static int
expected(enum tracer_end end)
{
	return end == TRACER_ZOMBIE || end == TRACER_WAITS ? 3 << 8 : SIGKILL;
}

/* The real parent lives on, and has the status in the end. */
static void
parent_lives(enum tracer_end end)
{
	pid_t t;

	reset();
	store(&shared[2], test_fork(trace_waiter, shared));
	t = test_fork(tracer, (void *)(long)end);
	test_await(&shared[1], 1);
	test_post(&shared[1]);
	CHECK_EQ(test_wait(load(&shared[2])) & ~_WCORE, expected(end));
	CHECK_EQ(test_wait(t), end == TRACER_KILLED ? SIGKILL : 0);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

/* The real parent ends while its child is traced, and its reaper has both its
 * death and, in the end, the child. */
static void
parent(void *arg)
{
	(void)arg;
	store(&shared[2], test_fork(trace_waiter, shared));
	test_post(&shared[3]);
	test_await(&shared[1], 1);
	test_exit(4);
}

static void
parent_dies(enum tracer_end end, bool heir_traces)
{
	pid_t p, t = 0;

	reset();
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_ACQUIRE, NULL), 0);
	p = test_fork(parent, NULL);
	test_await(&shared[3], 1);
	if (heir_traces) {
		trace_attach(load(&shared[2]));
		test_post(&shared[1]);
		CHECK_EXIT(p, 4);
		trace_continue(load(&shared[2]), 0);
		test_post(&shared[0]);
		CHECK_EXIT(load(&shared[2]), 3);
	} else {
		t = test_fork(tracer, (void *)(long)end);
		CHECK_EXIT(p, 4);
		/* It is ours, and not to be had yet. */
		CHECK_EQ(
		    sc(SYS_wait4, load(&shared[2]), NULL, WNOHANG, NULL), 0);
		test_post(&shared[1]);
		CHECK_EQ(test_wait(load(&shared[2])) & ~_WCORE, expected(end));
		CHECK_EQ(test_wait(t), end == TRACER_KILLED ? SIGKILL : 0);
	}
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_RELEASE, NULL), 0);
}

/* The real parent ends while its heir, who is the tracer, waits for the child:
 * it is reported once more, or not, and goes. */
static void
heir_waits(int turn)
{
	int status, deaths = 0;
	pid_t p, pid;

	reset();
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_ACQUIRE, NULL), 0);
	p = test_fork(parent, NULL);
	test_await(&shared[3], 1);
	pid = load(&shared[2]);
	trace_attach(pid);
	trace_continue(pid, 0);
	test_post(&shared[0]);
	test_await_zombie(pid);
	test_post(&shared[1]);
	for (int i = turn % 8; i > 0; i--)
		test_yield();
	CHECK_EXIT(pid, 3);
	while (sc(SYS_wait4, -1, &status, 0, NULL) > 0)
		deaths++;
	CHECK(deaths == 1 || deaths == 2);
	CHECK(test_ps(pid) == NULL && test_ps(p) == NULL);
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_RELEASE, NULL), 0);
}

/* What traces itself by its parent: dies with it, and is init's. */
static void
traced_child(void *arg)
{
	(void)arg;
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	sc(SYS_kill, getpid(), SIGINT);
	test_exit(3);
}

static void
traces_child(void *arg)
{
	pid_t pid = test_fork(traced_child, NULL);

	(void)arg;
	store(&shared[2], pid);
	CHECK_STOPPED(pid, SIGINT);
}

static void
trace_me_dies_with_parent(void)
{
	reset();
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_ACQUIRE, NULL), 0);
	CHECK_EXIT(test_fork(traces_child, NULL), 0);
	CHECK_KILLED(load(&shared[2]), SIGKILL);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_RELEASE, NULL), 0);
}

/* D38: the real parent wants no zombies, the tracer does, and gets one; and
 * the other way round. */
static void
parent_wants_none(void *arg)
{
	struct proc_row *row;

	signal(SIGCHLD, SIG_IGN);
	store(&shared[2], test_fork(trace_waiter, shared));
	test_fork(tracer, (void *)(long)TRACER_WAITS);
	test_await(&shared[1], 1);
	test_post(&shared[1]);
	/* Until both are gone. */
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	row = test_ps(load(&shared[2]));
	CHECK(row == NULL || row->ppid != getpid());
	(void)arg;
}

static void
tracer_wants_none(void *arg)
{
	signal(SIGCHLD, SIG_IGN);
	tracer(arg);
}

static void
no_zombies(void)
{
	pid_t t;

	reset();
	CHECK_EXIT(test_fork(parent_wants_none, NULL), 0);
	reset();
	store(&shared[2], test_fork(trace_waiter, shared));
	t = test_fork(tracer_wants_none, (void *)(long)TRACER_WAITS);
	test_await(&shared[1], 1);
	test_post(&shared[1]);
	CHECK_EXIT(load(&shared[2]), 3);
	CHECK_EXIT(t, 0);
}

/* A tracer of many. */
#define MANY 8

static void
tracer_of_many(void *arg)
{
	const pid_t *pids = arg;

	for (int i = 0; i < MANY; i++) {
		trace_attach(pids[i]);
		if (i & 1)
			trace_continue(pids[i], 0);
	}
}

static void
many(void)
{
	static pid_t pids[MANY];

	for (int i = 0; i < MANY; i++)
		pids[i] = test_fork(trace_sleeper, NULL);
	CHECK_EXIT(test_fork(tracer_of_many, pids), 0);
	for (int i = 0; i < MANY; i++)
		CHECK_KILLED(pids[i], SIGKILL);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < test_rounds(3, 200); i++) {
		for (int end = 0; end < TRACER_ENDS; end++) {
			parent_lives((enum tracer_end)end);
			parent_dies((enum tracer_end)end, false);
		}
		parent_dies(TRACER_WAITS, true);
		trace_me_dies_with_parent();
		for (int turn = 0; turn < 8; turn++)
			heir_waits(turn);
		no_zombies();
		many();
	}
	return test_done();
}
