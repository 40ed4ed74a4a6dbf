/*
 * order_of_stages.c -- a dead process has walked through the stages of the
 * process's table in order, each once and none left out, and each of its
 * threads through those of the thread's table; the master's thread after the
 * process's stages, the others before the second of them.  However it ended.
 * And the tables keep the specification's order.
 */
#include "user/tests/test.h"

TEST_ROWS("O1 O2 O6 O16 O17 O20 E08 E28 E54 E58 E67 E70 D12 D25 X57 N4");

#define MAXSTAGES 128
#define MAXEVENTS 1024
#define NTHREADS 3

static struct exit_stage_row stages[MAXSTAGES];
static struct exit_event events[MAXEVENTS];
static int nstages[2];
static int stop;

/* What must come before what, whatever else the tables hold.  Names that are
 * not there are a failure: a stage has been lost. */
static const struct {
	unsigned table;
	const char *first, *then;
} rules[] = {
    {EXIT_TABLE_PROC, "siblings", "peers"},     /* O2 */
    {EXIT_TABLE_PROC, "peers", "handlers"},     /* O4 */
    {EXIT_TABLE_PROC, "handlers", "hooks"},     /* O6 */
    {EXIT_TABLE_PROC, "hooks", "signals"},      /* O6 */
    {EXIT_TABLE_PROC, "signals", "files"},      /* O6 */
    {EXIT_TABLE_PROC, "timers", "publish"},     /* O7 */
    {EXIT_TABLE_PROC, "owners", "publish"},     /* O8 */
    {EXIT_TABLE_PROC, "files", "leave peers"},  /* O9 */
    {EXIT_TABLE_PROC, "files", "memory"},       /* O6 */
    {EXIT_TABLE_PROC, "joiner", "memory"},      /* D12 */
    {EXIT_TABLE_PROC, "memory", "vfork"},       /* O16 */
    {EXIT_TABLE_PROC, "files", "terminal"},	  /* O13 */
    {EXIT_TABLE_PROC, "terminal", "job control"}, /* O13 */
    {EXIT_TABLE_PROC, "job control", "publish"},  /* O14 */
    {EXIT_TABLE_PROC, "vfork", "publish"},      /* O16 D25 */
    {EXIT_TABLE_PROC, "reaper", "orphans"},     /* N4 */
    {EXIT_TABLE_PROC, "publish", "orphans"},    /* O17 */
    {EXIT_TABLE_PROC, "orphans", "tell"},       /* O18 E54 */
    {EXIT_TABLE_PROC, "publish", "knotes"},     /* O20 */
    {EXIT_TABLE_PROC, "knotes", "tell"},        /* O20 X48 */
    {EXIT_TABLE_THREAD, "select", "leave"},     /* X57 */
    {EXIT_TABLE_PROC, "tell", "limits"},        /* E67 */
    {EXIT_TABLE_THREAD, "leave", "joiner"},     /* D12 E06 */
    {EXIT_TABLE_THREAD, "joiner", "scheduler"}, /* E68 */
    {EXIT_TABLE_THREAD, "cred", "scheduler"},   /* E70 E68 */
};

/* Its index in the table; -1. */
static int
stage_named(long n, unsigned table, const char *name)
{
	for (long i = 0; i < n; i++)
		if (stages[i].table == table &&
		    strcmp(stages[i].name, name) == 0)
			return (int)stages[i].index;
	return -1;
}

static void
check_rules(long n)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		int a = stage_named(n, rules[i].table, rules[i].first);
		int b = stage_named(n, rules[i].table, rules[i].then);

		if (a >= 0 && b >= 0 && a < b)
			continue;
		test_note(
		    "%s at %d, %s at %d", rules[i].first, a, rules[i].then, b);
		CHECK(a >= 0 && b >= 0 && a < b);
	}
}

static void
check_tables(void)
{
	long n = sc(SYS_exitstages, stages, MAXSTAGES);
	int next[2] = {0, 0};

	REQUIRE(n > 0 && n <= MAXSTAGES);
	for (long i = 0; i < n; i++) {
		unsigned table = stages[i].table;

		REQUIRE(table <= EXIT_TABLE_THREAD);
		CHECK_EQ(stages[i].index, next[table]++);
		CHECK(stages[i].name[0] != '\0');
		CHECK(stages[i].reason[0] != '\0');
	}
	nstages[0] = next[0];
	nstages[1] = next[1];
	CHECK(nstages[0] > 0 && nstages[1] > 0);
	check_rules(n);
}

/* The steps of one table and, if tid is not -1, thread: strictly upwards. */
static int
check_walk(long n, int table, int tid)
{
	int last = -1, steps = 0;

	for (long i = 0; i < n; i++) {
		if (events[i].table != table ||
		    (tid != -1 && events[i].tid != tid))
			continue;
		CHECK((int)events[i].stage > last);
		CHECK(events[i].stage < nstages[table]);
		last = events[i].stage;
		steps++;
	}
	return steps;
}

/* O2: from the process's second stage on there is no other thread. */
static void
check_alone(long n)
{
	int master = -1;

	for (long i = 0; i < n; i++)
		if (events[i].table == EXIT_TABLE_PROC && events[i].stage > 0)
			master = events[i].tid;
		else if (master != -1)
			CHECK_EQ(events[i].tid, master);
}

static void
check_trace(pid_t pid, int nthreads)
{
	long n = sc(SYS_exittrace, pid, events, MAXEVENTS);
	bool seen[64] = {false};
	int threads = 0, master = -1;
	bool in_thread = false;

	REQUIRE(n > 0 && n <= MAXEVENTS);
	for (long i = 0; i < n; i++) {
		CHECK_EQ(events[i].pid, pid);
		if (i > 0)
			CHECK(events[i].when_ns >= events[i - 1].when_ns);
		if (events[i].table == EXIT_TABLE_PROC) {
			CHECK(master == -1 || master == events[i].tid);
			master = events[i].tid;
			/* The master's own end has not begun. */
			CHECK(!in_thread);
			continue;
		}
		if (events[i].tid == master)
			in_thread = true;
		if (events[i].tid >= 0 && events[i].tid < 64 &&
		    !seen[events[i].tid]) {
			seen[events[i].tid] = true;
			threads++;
			CHECK_EQ(
			    check_walk(n, EXIT_TABLE_THREAD, events[i].tid),
			    nstages[EXIT_TABLE_THREAD]);
		}
	}
	CHECK_EQ(check_walk(n, EXIT_TABLE_PROC, -1), nstages[EXIT_TABLE_PROC]);
	check_alone(n);
	CHECK_EQ(threads, nthreads);
}

static void
waits(void *arg)
{
	(void)arg;
	while (load(&stop) == 0)
		test_yield();
}

/* how 0: exit alone; 1: with threads; 2: a fault; 3: killed; 4: all leave, one
 * after the other. */
static void
die(void *arg)
{
	struct mthread t[NTHREADS];
	int how = (int)(intptr_t)arg;

	if (how == 1 || how == 4)
		for (int i = 0; i < NTHREADS; i++)
			mthread_start(&t[i], waits, NULL);
	switch (how) {
	case 2:
		test_poke(8, 1);
		break;
	case 3:
		sc(SYS_kill, getpid(), SIGKILL);
		break;
	case 4:
		store(&stop, 1);
		sc(SYS_extexit, EXTEXIT_LWP, 0, NULL);
		break;
	}
	test_exit(0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	check_tables();
	for (int how = 0; how <= 4; how++) {
		pid_t pid = test_fork(die, (void *)(intptr_t)how);

		CHECK(test_wait(pid) >= 0);
		check_trace(pid, how == 1 || how == 4 ? NTHREADS + 1 : 1);
	}
	CHECK_EQ(sc(SYS_exittrace, -1, events, 0) >= 0, 1);
	return test_done();
}
