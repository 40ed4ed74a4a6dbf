/*
 * signal_threads.c -- signals in a process with many threads: one of those that
 * do not block it takes it, whatever they do, and it is not lost when the one
 * that was told blocks it, takes another, or ends.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.15 E05 E11 E89 D15");

#define NTHREADS 8

static int *shared;        /* [0] handled, [1] in a child: ready */
static int tids[NTHREADS]; /* who has handled */
static int ready, stop, handled;

static sigset_t
only(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void
on_usr1(int sig)
{
	(void)sig;
	add(&handled, 1);
	add(&shared[0], 1);
}

static void
on_usr2(int sig)
{
	int tid = (int)sc(SYS_lwp_gettid);

	(void)sig;
	if (tid >= 0 && tid < NTHREADS)
		add(&tids[tid], 1);
	add(&handled, 1);
}

static void
blocks_and_waits(void *arg)
{
	sigset_t set = only(SIGUSR1);

	(void)arg;
	sigprocmask(SIG_BLOCK, &set, NULL);
	add(&ready, 1);
	while (load(&stop) == 0)
		test_sleep_ms(1);
}

static void
spins_open(void *arg)
{
	(void)arg;
	add(&ready, 1);
	while (load(&stop) == 0)
		test_spin();
}

/* Only one thread may take it: it does, asleep or running. */
static void
the_open_one(void (*open_one)(void *))
{
	struct mthread t[NTHREADS];
	sigset_t set = only(SIGUSR1), old;

	store(&ready, 0);
	store(&stop, 0);
	store(&handled, 0);
	mthread_start(&t[0], open_one, NULL);
	for (int i = 1; i < NTHREADS; i++)
		mthread_start(&t[i], blocks_and_waits, NULL);
	sigprocmask(SIG_BLOCK, &set, &old);
	WAIT_UNTIL(load(&ready) == NTHREADS);
	for (int i = 1; i <= 20; i++) {
		CHECK_EQ(kill(getpid(), SIGUSR1), 0);
		WAIT_UNTIL(load(&handled) == i);
	}
	/* To one thread alone; blocked there, it waits. */
	CHECK_EQ(lwp_kill(-1, t[1].tid, SIGUSR1), 0);
	test_sleep_ms(2);
	CHECK_EQ(load(&handled), 20);
	CHECK_EQ(lwp_kill(-1, t[0].tid, SIGUSR1), 0);
	WAIT_UNTIL(load(&handled) == 21);
	store(&stop, 1);
	lwp_kill(-1, t[0].tid, SIGUSR1);
	for (int i = 0; i < NTHREADS; i++)
		mthread_join(&t[i]);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
sleeps_open(void *arg)
{
	(void)arg;
	add(&ready, 1);
	while (load(&stop) == 0)
		test_sleep_ms(100000);
}

/* Opens and shuts itself, and ends shut, perhaps just told. */
static void
flaps(void *arg)
{
	sigset_t set = only(SIGUSR1);
	int n = (int)(intptr_t)arg;

	for (int i = 0; i < n; i++) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		if (i & 1)
			test_yield();
		sigprocmask(SIG_BLOCK, &set, NULL);
	}
}

/* Whoever is told, flaps and ends: no signal is lost, for there is one that
 * sleeps and could take it. */
static void
none_is_lost(void *arg)
{
	struct mthread sleeper, t[3];
	sigset_t set = only(SIGUSR1);
	int rounds = test_rounds(100, 5000);

	(void)arg;
	store(&handled, 0);
	store(&stop, 0);
	store(&ready, 0);
	mthread_start(&sleeper, sleeps_open, NULL);
	WAIT_UNTIL(load(&ready) == 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < rounds; i++) {
		for (int j = 0; j < 3; j++)
			mthread_start(&t[j], flaps, (void *)(intptr_t)(i % 8));
		for (int j = 0; j < i % 5; j++)
			test_yield();
		CHECK_EQ(kill(getpid(), SIGUSR1), 0);
		WAIT_UNTIL(load(&handled) == i + 1);
		for (int j = 0; j < 3; j++)
			mthread_join(&t[j]);
	}
	store(&stop, 1);
	while (load(&sleeper.done) == 0) {
		lwp_kill(-1, sleeper.tid, SIGUSR1);
		test_yield();
	}
	mthread_join(&sleeper);
}

/* Threads that wait for the same set: each signal to one of them. */
static void
waits_for_one(void *arg)
{
	sigset_t set = only(SIGUSR2);
	siginfo_t info;

	(void)arg;
	add(&ready, 1);
	for (;;) {
		CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR2);
		CHECK_EQ(info.si_pid, getpid());
		if (load(&stop) != 0)
			break;
		add(&handled, 1);
	}
}

static void
shared_wait(void)
{
	struct mthread t[4];
	sigset_t set = only(SIGUSR2);

	signal(SIGUSR2, on_usr2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	store(&ready, 0);
	store(&stop, 0);
	store(&handled, 0);
	for (int i = 0; i < 4; i++)
		mthread_start(&t[i], waits_for_one, NULL);
	WAIT_UNTIL(load(&ready) == 4);
	for (int i = 1; i <= 50; i++) {
		CHECK_EQ(kill(getpid(), SIGUSR2), 0);
		WAIT_UNTIL(load(&handled) == i);
	}
	store(&stop, 1);
	for (int i = 0; i < 4; i++) {
		while (load(&t[i].done) == 0) {
			kill(getpid(), SIGUSR2);
			test_yield();
		}
		mthread_join(&t[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR2, SIG_DFL);
}

/* Two threads wait for the same two signals, which come at once: each has one,
 * whichever. */
static int pair[2];

static void
waits_for_either(void *arg)
{
	sigset_t set = only(pair[0]);

	sigaddset(&set, pair[1]);
	add(&ready, 1);
	store((int *)arg, (int)sc(SYS_sigtimedwait, &set, NULL, NULL));
}

static void
one_each(void *arg)
{
	const int *sigs = arg;
	struct mthread t[2];
	sigset_t set = only(sigs[0]);
	int got[2];

	memcpy(pair, sigs, sizeof(pair));
	sigaddset(&set, sigs[1]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	for (int i = test_rounds(20, 1000); i > 0; i--) {
		store(&ready, 0);
		for (int j = 0; j < 2; j++)
			mthread_start(&t[j], waits_for_either, &got[j]);
		WAIT_UNTIL(load(&ready) == 2);
		test_yield();
		for (int j = 0; j < 2; j++)
			CHECK_EQ(kill(getpid(), sigs[j]), 0);
		for (int j = 0; j < 2; j++)
			mthread_join(&t[j]);
		CHECK((got[0] == sigs[0] && got[1] == sigs[1]) ||
		    (got[0] == sigs[1] && got[1] == sigs[0]));
	}
}

int
main(int argc, char **argv)
{
	static int deadly[] = {SIGUSR1, SIGUSR2}, mild[] = {SIGURG, SIGWINCH};

	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	signal(SIGUSR1, on_usr1);
	for (int i = 0; i < test_scale; i++) {
		the_open_one(spins_open);
		the_open_one(sleeps_open);
		shared_wait();
		CHECK_EXIT(test_fork(none_is_lost, NULL), 0);
		CHECK_EXIT(test_fork(one_each, deadly), 0);
		CHECK_EXIT(test_fork(one_each, mild), 0);
	}
	return test_done();
}
