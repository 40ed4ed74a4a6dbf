/*
 * storm_ptrace.c -- tracer, traced and real parent end in every order, by
 * themselves and by SIGKILL, while the tracer attaches, waits, goes on,
 * detaches, or does not get that far.  Each death is reported once to whose
 * child it is: to the real parent while that waits, else to the reaper.
 */
#include "user/tests/trace.h"

TEST_ROWS("E27 E56 E83 E84 D25 D27 D28 D30 D36 D38 D56 X46 X83 X97");

#define DRIVERS 3

/* Of one round: a family and a tracer. */
struct round {
	int traced;    /* its number, once it is known */
	int at_parent; /* its deaths that the real parent has seen */
	int at_tracer; /* ... and the tracer */
	unsigned seed;
};

static struct round *rounds;

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static void
pauses(unsigned n)
{
	while (n-- > 0)
		test_yield();
}

/* Its end is one of these. */
static void
check_end(int status)
{
	int sig = status & ~_WCORE;

	/* The other two when nobody traces it (any more). */
	CHECK(status == 3 << 8 || sig == SIGKILL || sig == SIGUSR1 ||
	    sig == SIGUSR2);
}

/*
 * The traced.
 */
enum { SLEEPS, ENDS, TRACED_BY_PARENT, THREADS, VFORKED, MODES };

static void
nothing(void *arg)
{
	(void)arg;
}

static void
traced(struct round *r, unsigned mode)
{
	static struct mthread t[2];
	unsigned seed = r->seed + 7;

	if (mode == TRACED_BY_PARENT)
		PT(PT_TRACE_ME, 0, 0, 0);
	store(&r->traced, (int)sc(SYS_getpid));
	if (mode == THREADS)
		for (int i = 0; i < 2; i++)
			mthread_start(
			    &t[i], i & 1 ? nothing : trace_sleeper, NULL);
	pauses(draw(&seed, 12));
	if (mode == SLEEPS)
		trace_sleeper(NULL);
	if (mode == TRACED_BY_PARENT)
		sc(SYS_kill, sc(SYS_getpid), SIGUSR2);
	test_exit(3);
}

__attribute__((noinline)) static pid_t
start_vforked(struct round *r)
{
	pid_t pid = vfork();

	if (pid == 0)
		traced(r, VFORKED);
	return pid;
}

/* The real parent waits for it until there is nothing more to wait for, or
 * ends before that. */
static void
parent(void *arg)
{
	struct round *r = arg;
	unsigned seed = r->seed + 1, mode = r->seed % MODES;
	long pid, got;
	int status;

	if (mode == VFORKED)
		pid = start_vforked(r);
	else
		pid = sc(SYS_fork);
	if (pid == 0)
		traced(r, mode);
	store(&r->traced, (int)pid);
	REQUIRE(pid > 0);
	if (draw(&seed, 3) == 0) {
		pauses(draw(&seed, 10));
		test_exit(4);
	}
	while ((got = sc(SYS_wait4, -1, &status, 0, NULL)) > 0) {
		CHECK_EQ(got, pid);
		if (WIFSTOPPED(status)) {
			PT(PT_CONTINUE, got, 1, 0);
			continue;
		}
		check_end(status);
		CHECK_EQ(add(&r->at_parent, 1), 1);
	}
	CHECK_EQ(got, -ECHILD);
	test_exit(5);
}

/*
 * The tracer.
 */
static void
wait_for_stop(struct round *r, pid_t pid)
{
	int status;
	long got = sc(SYS_wait4, pid, &status, 0, NULL);

	if (got == pid && !WIFSTOPPED(status)) {
		check_end(status);
		CHECK_EQ(add(&r->at_tracer, 1), 1);
	} else {
		CHECK(got == pid || got == -ECHILD);
	}
}

/* One of what a tracer may do; false: it does not trace it any more. */
static bool
does_something(struct round *r, pid_t pid, unsigned *seed)
{
	int request = draw(seed, 4) != 0 ? PT_CONTINUE : PT_DETACH;
	long got = PT(request, pid, 1, 0);

	CHECK(got == 0 || got == -EBUSY || got == -ESRCH);
	if (got == -ESRCH || (got == 0 && request == PT_DETACH))
		return false;
	if (draw(seed, 2) == 0)
		sc(SYS_kill, pid, draw(seed, 2) == 0 ? SIGUSR1 : SIGKILL);
	pauses(draw(seed, 3));
	if (draw(seed, 3) == 0)
		wait_for_stop(r, pid);
	return load(&r->at_tracer) == 0;
}

static void
tracer(void *arg)
{
	struct round *r = arg;
	unsigned seed = r->seed + 2;
	pid_t pid;
	long got;

	for (int i = 0; i < 300 && load(&r->traced) == 0; i++)
		test_yield();
	pid = load(&r->traced);
	if (pid == 0)
		test_exit(6);
	got = PT(PT_ATTACH, pid, 0, 0);
	/* It may be gone, or its parent's; a zombie has no tracer. */
	CHECK(got == 0 || got == -ESRCH || got == -EBUSY);
	if (got != 0 || draw(&seed, 4) == 0)
		test_exit(6);
	if (draw(&seed, 2) != 0)
		wait_for_stop(r, pid);
	for (int i = (int)draw(&seed, 5); i > 0; i--)
		if (load(&r->at_tracer) != 0 || !does_something(r, pid, &seed))
			break;
	test_exit(6);
}

/*
 * The reaper of all three, who kills one of them sometimes, and whatever still
 * sleeps or stands in the end.
 */
static void
one_round(struct round *r, unsigned seed)
{
	int status, at_reaper = 0, deaths = 0, idle = 0;
	bool killed = false, traces;
	pid_t pids[2];
	long got;

	memset(r, 0, sizeof(*r));
	r->seed = seed;
	pids[0] = test_fork(parent, r);
	pids[1] = test_fork(tracer, r);
	pauses(draw(&seed, 25));
	if (draw(&seed, 2) == 0)
		sc(SYS_kill, pids[draw(&seed, 2)], SIGKILL);
	/* Or we trace it, who are the heir of its real parent. */
	traces = seed % 4 == 0 && load(&r->traced) != 0 &&
	    PT(PT_ATTACH, load(&r->traced), 0, 0) == 0;
	while ((got = sc(SYS_wait4, -1, &status, WNOHANG, NULL)) != -ECHILD) {
		if (got == 0) {
			if (++idle > 20 && load(&r->traced) != 0)
				sc(SYS_kill, load(&r->traced), SIGKILL);
			test_yield();
			continue;
		}
		REQUIRE(got > 0);
		if (WIFSTOPPED(status)) {
			/* Its parent was gone when it asked to be traced. */
			PT(PT_CONTINUE, got, 1, 0);
			continue;
		}
		deaths++;
		if (got == pids[0])
			killed = status == SIGKILL;
		else if (got != pids[1])
			at_reaper++;
		if (got != pids[0] && got != pids[1])
			check_end(status);
	}
	CHECK_EQ(deaths, 2 + at_reaper);
	/* A tracer is told, too; a parent that is killed may not have come to
	 * count it. */
	if (traces)
		CHECK(at_reaper == 1 || at_reaper == 2);
	else if (killed)
		CHECK(at_reaper + load(&r->at_parent) <= 1);
	if (!killed && !traces)
		CHECK_EQ(at_reaper + load(&r->at_parent), 1);
	CHECK(at_reaper + load(&r->at_parent) <= 1 + traces);
}

static void
driver(void *arg)
{
	struct round *r = arg;

	CHECK_EQ(sc(SYS_procctl, P_PID, 0, PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < test_rounds(100, 10000 / DRIVERS); i++)
		one_round(r, (unsigned)(r - rounds) * 1000003U + (unsigned)i);
}

int
main(int argc, char **argv)
{
	pid_t pids[DRIVERS];

	test_begin(argc, argv);
	rounds = test_shared(TEST_PAGE);
	for (int i = 0; i < DRIVERS; i++)
		pids[i] = test_fork(driver, &rounds[i]);
	for (int i = 0; i < DRIVERS; i++)
		CHECK_EXIT(pids[i], 0);
	return test_done();
}
