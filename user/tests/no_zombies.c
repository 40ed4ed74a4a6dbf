/*
 * no_zombies.c -- a parent that says it will not wait (SA_NOCLDWAIT, SIGCHLD
 * ignored) gets no zombies; its waits end when no child, or not that child, is
 * left.  And what SIGCHLD tells the others.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E57 E61 E62 E63 E64 N6 2.11 D29 D30 D31 D63 X49");

static int *shared; /* [0] may go */
static volatile int chlds;
static siginfo_t last;

static void
on_chld(int sig, siginfo_t *info, void *uc)
{
	(void)uc;
	last = *info;
	chlds++;
	CHECK_EQ(sig, info->si_signo);
}

static void
waits(void *arg)
{
	WAIT_UNTIL(load(&shared[0]) >= (int)(intptr_t)arg);
	test_exit(9);
}

static void
burns(void *arg)
{
	uint64_t end = test_now_ns() + 20000000;

	(void)arg;
	while (test_now_ns() < end)
		;
}

static void
unwanted(bool ignore)
{
	struct sigaction act = {.sa_handler = ignore ? SIG_IGN : SIG_DFL,
	    .sa_flags = ignore ? 0 : SA_NOCLDWAIT};
	struct rusage ru, ru_before;
	pid_t one, two, burner;
	long got;

	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
	store(&shared[0], 0);
	one = test_fork(waits, (void *)1);
	two = test_fork(waits, (void *)2);
	/* For one pid: when that has gone (E63, D30). */
	store(&shared[0], 1);
	CHECK_EQ(test_wait(one), -ECHILD);
	CHECK_EQ(sc(SYS_wait4, two, NULL, WNOHANG, NULL), 0);
	/* For any: when all have. */
	store(&shared[0], 2);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	WAIT_UNTIL(sc(SYS_kill, two, 0) == -ESRCH);
	/* It is init that has reaped them: nothing is added to ours. */
	CHECK_EQ(sc(SYS_getrusage, RUSAGE_CHILDREN, &ru_before), 0);
	burner = test_fork(burns, NULL);
	CHECK_EQ(test_wait(burner), -ECHILD);
	CHECK_EQ(sc(SYS_getrusage, RUSAGE_CHILDREN, &ru), 0);
	CHECK(memcmp(&ru, &ru_before, sizeof(ru)) == 0);
	/* D29: a clone leaves no zombie either. */
	got = sc(SYS_rfork, RFPROC | RFFDG | (int)RFLINUXTHPN);
	REQUIRE(got >= 0);
	if (got == 0)
		test_exit(3);
	CHECK_EQ(sc(SYS_wait4, got, NULL, (int)WLINUXCLONE, NULL), -ECHILD);
	WAIT_UNTIL(sc(SYS_kill, got, 0) == -ESRCH);
	/* A child that stops is no zombie: it is told of. */
	one = test_fork(waits, (void *)3);
	kill(one, SIGSTOP);
	CHECK_EQ(sc(SYS_wait4, one, NULL, WUNTRACED, NULL), one);
	kill(one, SIGKILL);
	CHECK_EQ(test_wait(one), -ECHILD);
}

/* Its own zombies of before stay its own. */
static void
before(void)
{
	pid_t pid = test_fork(burns, NULL);

	test_await_zombie(pid);
	signal(SIGCHLD, SIG_IGN);
	CHECK_EXIT(pid, 0);
}

static void
not_wanted(void *arg)
{
	before();
	unwanted(arg != NULL);
}

/* One that is its children's heir itself: then they are init's.  Its orphans,
 * too: it wants none of anybody's. */
static void
makes_orphan(void *arg)
{
	store((int *)arg, test_fork(waits, (void *)4));
}

static void
makes_zombie(void *arg)
{
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	pid = test_fork(burns, NULL);
	test_await_zombie(pid);
	store((int *)arg, pid);
}

static void
heir_wants_none(void *arg)
{
	pid_t pid;

	(void)arg;
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	signal(SIGCHLD, SIG_IGN);
	pid = test_fork(burns, NULL);
	CHECK_EQ(test_wait(pid), -ECHILD);
	WAIT_UNTIL(sc(SYS_kill, pid, 0) == -ESRCH);
	CHECK_EQ(test_wait(test_fork(makes_orphan, &shared[1])), -ECHILD);
	store(&shared[0], 4);
	pid = load(&shared[1]);
	CHECK_EQ(test_wait(pid), -ECHILD);
	WAIT_UNTIL(sc(SYS_kill, pid, 0) == -ESRCH);
	/* Nor those that were zombies before they were its own. */
	CHECK_EQ(test_wait(test_fork(makes_zombie, &shared[1])), -ECHILD);
	pid = load(&shared[1]);
	WAIT_UNTIL(sc(SYS_kill, pid, 0) == -ESRCH);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

static void
dies_of(void *arg)
{
	if (arg == NULL)
		test_exit(0x1234);
	kill(getpid(), (int)(intptr_t)arg);
}

static void
told(void)
{
	struct sigaction act = {
	    .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART};
	pid_t pid;
	int before_one = chlds;

	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
	pid = test_fork(dies_of, NULL);
	CHECK_EXIT(pid, 0x34);
	WAIT_UNTIL(chlds == before_one + 1);
	CHECK_EQ(last.si_code, CLD_EXITED);
	CHECK_EQ(last.si_status, 0x1234);
	CHECK_EQ(last.si_pid, pid);
	CHECK_EQ(last.si_uid, getuid());
	pid = test_fork(dies_of, (void *)SIGTERM);
	CHECK_KILLED(pid, SIGTERM);
	WAIT_UNTIL(chlds == before_one + 2);
	CHECK_EQ(last.si_code, CLD_KILLED);
	CHECK_EQ(last.si_status, SIGTERM);
	CHECK_EQ(last.si_pid, pid);
	signal(SIGCHLD, SIG_DFL);
}

/* E64 through E65: what a clone's end tells is SIGUSR1. */
static void
clones_tell(void)
{
	struct sigaction act = {
	    .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART};
	long pid;
	int before_it = chlds;

	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	pid = sc(SYS_rfork, RFPROC | RFFDG | (int)RFLINUXTHPN);
	REQUIRE(pid >= 0);
	if (pid == 0)
		test_exit(4);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, NULL), -ECHILD);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, (int)WLINUXCLONE, NULL), pid);
	WAIT_UNTIL(chlds == before_it + 1);
	CHECK_EQ(last.si_signo, SIGUSR1);
	CHECK_EQ(last.si_code, CLD_EXITED);
	CHECK_EQ(last.si_pid, pid);
	signal(SIGUSR1, SIG_DFL);
}

/* SIGCHLD and its end cross, in a parent that changes its mind. */
static void
storm(void *arg)
{
	pid_t pid;

	(void)arg;
	for (int i = 0; i < test_rounds(200, 10000); i++) {
		signal(SIGCHLD, i & 1 ? SIG_IGN : SIG_DFL);
		pid = test_fork(dies_of, i & 2 ? (void *)SIGKILL : NULL);
		signal(SIGCHLD, i & 4 ? SIG_IGN : SIG_DFL);
		if (i & 8) {
			long got = test_wait(pid);

			CHECK(got == -ECHILD || got == SIGKILL ||
			      got == 0x34 << 8);
		}
	}
	while (sc(SYS_wait4, -1, NULL, 0, NULL) != -ECHILD)
		;
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < test_scale; i++) {
		CHECK_EXIT(test_fork(not_wanted, NULL), 0);
		CHECK_EXIT(test_fork(not_wanted, "ignored"), 0);
		CHECK_EXIT(test_fork(heir_wants_none, NULL), 0);
		told();
		clones_tell();
		CHECK_EXIT(test_fork(storm, NULL), 0);
	}
	return test_done();
}
