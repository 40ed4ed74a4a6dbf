/*
 * stop_continue.c -- stops and continuations as the parent sees them, of
 * processes with one and with many threads, that run, sleep, or end.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.16 E76 E77 E81 E89 N2 D01 D02 D16 D40 D41");

#define NTHREADS 6

static int *shared; /* [0] ready, [1] beats, [2] handled */
static volatile int chlds, last_code, last_status;

static void
on_chld(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	last_code = info->si_code;
	last_status = info->si_status;
	chlds++;
}

static void
sleeps(void *arg)
{
	(void)arg;
	add(&shared[0], 1);
	for (;;)
		test_sleep_ms(1000);
}

static void
spins(void *arg)
{
	(void)arg;
	add(&shared[0], 1);
	for (;;) {
		add(&shared[1], 1);
		test_spin();
	}
}

static void
many(void *arg)
{
	static struct mthread t[NTHREADS];

	for (int i = 0; i < NTHREADS; i++)
		mthread_start(&t[i], i & 1 ? spins : sleeps, NULL);
	(arg != NULL ? spins : sleeps)(NULL);
}

static pid_t
start(void (*fn)(void *), void *arg, int ready)
{
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(fn, arg);
	WAIT_UNTIL(load(&shared[0]) == ready);
	return pid;
}

static long
wait_for(pid_t pid, int options, int *status)
{
	struct rusage ru;
	long got;

	*status = 0x5a5a5a5a;
	memset(&ru, 0x5a, sizeof(ru));
	got = sc(SYS_wait4, pid, status, options, &ru);
	if (got == pid && !WIFEXITED(*status) && !WIFSIGNALED(*status))
		for (size_t i = 0; i < sizeof(ru); i++)
			CHECK_EQ(((unsigned char *)&ru)[i], 0); /* D01, D02 */
	if (got == 0)
		CHECK_EQ(*status, 0x5a5a5a5a);
	return got;
}

static bool
stands_still(void)
{
	int before = load(&shared[1]);

	test_sleep_ms(3);
	return load(&shared[1]) == before;
}

/* D40: what is reported has stopped with all its threads. */
static bool
all_stopped(pid_t pid)
{
	int n = test_proclist();

	for (int i = 0; i < n; i++)
		if (test_rows_buf[i].pid == pid &&
		    test_rows_buf[i].lwpstat != LWP_STAT_STOP)
			return false;
	return true;
}

/* t1 to t5, for what runs and what sleeps, with one thread and many. */
static void
stop_and_go(void (*fn)(void *), void *arg, int ready, int sig)
{
	pid_t pid = start(fn, arg, ready);
	int status, chlds_before = chlds;

	CHECK_EQ(kill(pid, sig), 0);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	CHECK_EQ(status, W_STOPCODE(sig));
	CHECK(all_stopped(pid));
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == sig);
	CHECK(!WIFSIGNALED(status) && !WIFEXITED(status));
	CHECK_EQ(test_ps(pid)->stat, PROC_STAT_STOP);
	CHECK(stands_still());
	WAIT_UNTIL(chlds != chlds_before);
	CHECK_EQ(last_code, CLD_STOPPED);
	CHECK_EQ(last_status, sig);
	/* Once; and another stop of what has stopped is none. */
	CHECK_EQ(wait_for(pid, WUNTRACED | WNOHANG, &status), 0);
	CHECK_EQ(kill(pid, sig), 0);
	test_sleep_ms(1);
	CHECK_EQ(wait_for(pid, WUNTRACED | WNOHANG, &status), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(wait_for(pid, WUNTRACED | WCONTINUED, &status), pid);
	CHECK_EQ(status, 19);
	CHECK(WIFCONTINUED(status) && !WIFSIGNALED(status)); /* N2, D41 */
	CHECK_EQ(wait_for(pid, WUNTRACED | WCONTINUED | WNOHANG, &status), 0);
	/* Stop and go before any wait: only the last is seen. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	WAIT_UNTIL(test_ps(pid)->stat == PROC_STAT_STOP);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(wait_for(pid, WUNTRACED | WCONTINUED, &status), pid);
	CHECK_EQ(status, 19);
	/* Who does not ask is not told. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	test_sleep_ms(1);
	CHECK_EQ(wait_for(pid, WNOHANG, &status), 0);
	/* SIGKILL ends what has stopped. */
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

static void
handles(int sig)
{
	(void)sig;
	add(&shared[2], 1);
}

/* Handlers run when it goes on, SIGCONT's among them; pending stops do not
 * outlive it. */
static void
with_handlers(void *arg)
{
	(void)arg;
	signal(SIGCONT, handles);
	signal(SIGUSR1, handles);
	sleeps(NULL);
}

static void
signals_wait_for_cont(void)
{
	pid_t pid;
	int status;

	store(&shared[2], 0);
	pid = start(with_handlers, NULL, 1);
	kill(pid, SIGSTOP);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	kill(pid, SIGUSR1);
	test_sleep_ms(2);
	CHECK_EQ(load(&shared[2]), 0);
	kill(pid, SIGCONT);
	WAIT_UNTIL(load(&shared[2]) == 2);
	kill(pid, SIGTERM);
	CHECK_KILLED(pid, SIGTERM);
}

/* WNOWAIT leaves the report; wait6 tells what it is; an address that cannot be
 * written does not lose it. */
static void
reports_stay(void)
{
	pid_t pid = start(sleeps, NULL, 1);
	siginfo_t info;
	int status;

	kill(pid, SIGTSTP);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), 0);
	CHECK_EQ(info.si_code, CLD_STOPPED);
	CHECK_EQ(info.si_status, SIGTSTP);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(sc(SYS_wait4, pid, 16, WUNTRACED, NULL), -EFAULT);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	CHECK_EQ(status, W_STOPCODE(SIGTSTP));
	kill(pid, SIGCONT);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WCONTINUED), 0);
	CHECK_EQ(info.si_code, CLD_CONTINUED);
	CHECK_EQ(info.si_status, SIGCONT);
	kill(pid, SIGKILL);
	CHECK_EQ(waitid(P_ALL, 0, &info, WEXITED), 0);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGKILL);
}

/* SA_NOCLDSTOP: no signal for the stop, but the report; and one for the end. */
static void
nocldstop(void)
{
	struct sigaction act = {.sa_sigaction = on_chld,
	    .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
	pid_t pid;
	int status, before = chlds;

	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
	pid = start(sleeps, NULL, 1);
	kill(pid, SIGSTOP);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	CHECK_EQ(chlds, before);
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	WAIT_UNTIL(chlds == before + 1);
	CHECK_EQ(last_code, CLD_KILLED);
	act.sa_flags = SA_SIGINFO | SA_RESTART;
	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
}

/* E81: a group stops, parent and child; the parent is told when it goes on. */
static void
parent_in_group(void *arg)
{
	pid_t pid;
	int status;

	(void)arg;
	CHECK_EQ(setpgid(0, 0), 0);
	pid = test_fork(sleeps, NULL);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	CHECK_EQ(wait_for(pid, WUNTRACED | WNOHANG, &status), 0);
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

static void
group_stops(void)
{
	pid_t pid = start(parent_in_group, NULL, 1);
	int status;

	CHECK_EQ(kill(-pid, SIGSTOP), 0);
	CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
	test_sleep_ms(2);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EXIT(pid, 0);
}

/* Threads that end while the others stand still: the stop is complete without
 * them, and is told of. */
static void
comes_and_goes(void *arg)
{
	(void)arg;
}

static void
threads_go(void *arg)
{
	struct mthread t[2];

	(void)arg;
	add(&shared[0], 1);
	for (;;) {
		for (int i = 0; i < 2; i++)
			mthread_start(&t[i], comes_and_goes, NULL);
		for (int i = 0; i < 2; i++)
			mthread_join(&t[i]);
	}
}

static void
stop_against_threads(int rounds)
{
	pid_t pid = start(threads_go, NULL, 1);
	int status;

	for (int i = 0; i < rounds; i++) {
		for (int k = i % 64; k > 0; k--)
			__builtin_ia32_pause();
		kill(pid, SIGSTOP);
		CHECK_EQ(wait_for(pid, WUNTRACED, &status), pid);
		CHECK_EQ(status, W_STOPCODE(SIGSTOP));
		kill(pid, SIGCONT);
		CHECK_EQ(wait_for(pid, WCONTINUED, &status), pid);
		CHECK_EQ(status, 19);
	}
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

/* D16: stops and continuations while it ends, by itself and by a signal. */
static void
ends(void *arg)
{
	static struct mthread t[2];

	(void)arg;
	mthread_start(&t[0], spins, NULL);
	mthread_start(&t[1], sleeps, NULL);
	WAIT_UNTIL(load(&shared[0]) == 2);
	test_exit(44);
}

static void
stop_against_end(int round)
{
	pid_t pid;
	int status, stops = 0;

	store(&shared[0], 0);
	pid = test_fork(ends, NULL);
	for (int i = 0; i < round % 64; i++)
		__builtin_ia32_pause();
	for (;;) {
		if (kill(pid, round & 1 ? SIGSTOP : SIGTSTP) != 0)
			CHECK(!"kill");
		kill(pid, SIGCONT);
		if (wait_for(pid, WUNTRACED | WCONTINUED | WNOHANG, &status) ==
			pid &&
		    WIFEXITED(status))
			break;
		/* Who stops it all the time does not let it come to its end. */
		if (++stops % 8 == 0)
			test_sleep_ms(1);
	}
	CHECK_EQ(status, 44 << 8);
}

int
main(int argc, char **argv)
{
	struct sigaction act = {
	    .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART};

	test_begin(argc, argv);
	/* In an orphaned group the terminal's stops would do nothing. */
	CHECK_EQ(setpgid(0, 0), 0);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sigaction(SIGCHLD, &act, NULL), 0);
	for (int i = 0; i < test_rounds(3, 50); i++) {
		stop_and_go(sleeps, NULL, 1, SIGSTOP);
		stop_and_go(spins, NULL, 1, SIGTSTP);
		stop_and_go(many, NULL, NTHREADS + 1, SIGSTOP);
		stop_and_go(many, "spins", NTHREADS + 1, SIGTTIN);
		signals_wait_for_cont();
		reports_stay();
		nocldstop();
		group_stops();
	}
	for (int i = 0; i < test_rounds(60, 3000); i++)
		stop_against_end(i);
	stop_against_threads(test_rounds(200, 10000));
	return test_done();
}
