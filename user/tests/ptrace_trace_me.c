/*
 * ptrace_trace_me.c -- a child that its own parent traces stops for every
 * signal but SIGKILL, and for an exec; its parent says what becomes of the
 * signal; its end is reported once.
 */
#include "user/tests/trace.h"
#include <signal.h>

TEST_ROWS("E84 E27 D27 X83 2.17 2.10");

static int *shared; /* [0] what the child has seen */
static volatile int chlds;

static void
on_chld(int sig)
{
	(void)sig;
	chlds++;
}

static void
on_usr1(int sig)
{
	add(&shared[0], sig);
}

static void
raises(void *arg)
{
	const int *sigs = arg;

	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), -EBUSY);
	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, SIG_IGN);
	for (; *sigs != 0; sigs++)
		sc(SYS_kill, getpid(), *sigs);
	test_exit(3);
}

/* Every kind of action; the parent lets none through. */
static void
stops_for_all(void)
{
	static int sigs[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGURG,
	    SIGSTOP, SIGTSTP, SIGCONT, SIGSEGV, 0};
	pid_t pid;

	signal(SIGCHLD, on_chld);
	chlds = 0;
	pid = test_fork(raises, sigs);
	for (int i = 0; sigs[i] != 0; i++) {
		CHECK_STOPPED(pid, sigs[i]);
		CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
		/* The wait may be told before the handler is. */
		WAIT_UNTIL(chlds == i + 1);
		trace_continue(pid, 0);
	}
	CHECK_EXIT(pid, 3);
	CHECK_EQ(chlds, COUNT(sigs));
	CHECK_EQ(load(&shared[0]), 0);
	/* D27: no second report, no second signal. */
	CHECK_EQ(test_wait(pid), -ECHILD);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	test_sleep_ms(2);
	CHECK_EQ(chlds, COUNT(sigs));
	signal(SIGCHLD, SIG_DFL);
}

/* The same signal, or another in its place. */
static void
passes_on(void)
{
	static int usr1[] = {SIGUSR1, SIGUSR1, 0}, term[] = {SIGTERM, 0};
	pid_t pid = test_fork(raises, usr1);

	CHECK_STOPPED(pid, SIGUSR1);
	trace_continue(pid, SIGUSR1);
	CHECK_STOPPED(pid, SIGUSR1);
	CHECK_EQ(load(&shared[0]), SIGUSR1);
	trace_continue(pid, SIGUSR2);
	CHECK_EXIT(pid, 3);
	CHECK_EQ(load(&shared[0]), SIGUSR1);

	pid = test_fork(raises, term);
	CHECK_STOPPED(pid, SIGTERM);
	trace_continue(pid, SIGTERM);
	CHECK_KILLED(pid, SIGTERM);
	pid = test_fork(raises, usr1);
	CHECK_STOPPED(pid, SIGUSR1);
	trace_continue(pid, SIGHUP);
	CHECK_KILLED(pid, SIGHUP);
	pid = test_fork(raises, usr1);
	CHECK_STOPPED(pid, SIGUSR1);
	CHECK_EQ(PT(PT_KILL, pid, 0, 0), 0);
	CHECK_KILLED(pid, SIGKILL);
}

static void
killed(void)
{
	static int term[] = {SIGTERM, 0}, kill[] = {SIGKILL, 0};
	pid_t pid = test_fork(raises, term);

	CHECK_STOPPED(pid, SIGTERM);
	/* A signal does not let it go on; this one does. */
	CHECK_EQ(sc(SYS_kill, pid, SIGCONT), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_KILLED(test_fork(raises, kill), SIGKILL);
}

static void
execs(void *arg)
{
	static char *argv[] = {"ptrace_trace_me", "again", NULL};

	(void)arg;
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	sc(SYS_execve, "/tests/ptrace_trace_me", argv, NULL);
}

static void
stops_at_exec(void)
{
	pid_t pid = test_fork(execs, NULL);

	CHECK_STOPPED(pid, SIGTRAP);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 5);
}

/* One that is asleep, and has threads: the report comes when all stand
 * still. */
static void
runs(void *arg)
{
	(void)arg;
	for (;;) {
		add(&shared[1], 1);
		test_yield();
	}
}

static void
threaded(void *arg)
{
	static struct mthread t[4];

	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	for (int i = 0; i < 4; i++)
		mthread_start(&t[i], i & 1 ? runs : trace_sleeper, NULL);
	test_post(&shared[2]);
	trace_sleeper(arg);
}

static void
stops_threads(void)
{
	pid_t pid = test_fork(threaded, NULL);
	int beats;

	test_await(&shared[2], 1);
	CHECK_EQ(sc(SYS_kill, pid, SIGINT), 0);
	CHECK_STOPPED(pid, SIGINT);
	beats = load(&shared[1]);
	test_sleep_ms(5);
	CHECK_EQ(load(&shared[1]), beats);
	trace_continue(pid, 0);
	WAIT_UNTIL(load(&shared[1]) > beats);
	CHECK_EQ(sc(SYS_kill, pid, SIGINT), 0);
	CHECK_STOPPED(pid, SIGINT);
	trace_continue(pid, SIGINT);
	CHECK_KILLED(pid, SIGINT);
}

/* Signals to several threads at once: each stops for its own, and goes on with
 * what it is told, and nobody else is. */
#define NSIGNALLED 5

static void
counts(void *arg)
{
	static struct mthread t[NSIGNALLED];

	(void)arg;
	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, on_usr1);
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	for (int i = 0; i < NSIGNALLED; i++)
		mthread_start(&t[i], i & 1 ? runs : trace_sleeper, NULL);
	for (int i = 0; i < NSIGNALLED; i++)
		sc(SYS_lwp_kill, -1, load(&t[i].tid), SIGUSR1);
	test_post(&shared[3]);
	trace_sleeper(NULL);
}

static void
signals_threads(void)
{
	pid_t pid;
	int want = 0;

	store(&shared[0], 0);
	store(&shared[3], 0);
	pid = test_fork(counts, NULL);
	for (int i = 0; i < NSIGNALLED; i++) {
		int with = i % 3 == 0 ? 0 : i % 3 == 1 ? SIGUSR1 : SIGUSR2;

		CHECK_STOPPED(pid, SIGUSR1);
		want += with;
		trace_continue(pid, with);
	}
	WAIT_UNTIL(load(&shared[0]) == want);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(load(&shared[0]), want);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0)
		test_exit(5);
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	stops_for_all();
	passes_on();
	killed();
	stops_at_exec();
	stops_threads();
	for (int i = 0; i < 4; i++)
		signals_threads();
	return test_done();
}
