/*
 * storm_kqueue.c -- attack 3: knotes and the ends of what they hang on, at the
 * same instant.  A process is registered while it exits, by several, and is
 * reaped early or late: who was accepted gets one event, with the status.
 * Processes that share the table put knotes on themselves and die, while others
 * read, close and make again the kqueue.  A kqueue, a pipe and a timer are
 * closed while they fire.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("E59 E60 D37 O20 X48 X57");

#define WATCHERS 3

static struct common {
	int meet, pid, code, early, last;
	int kq, over, fds[2], end;
} * s;

static void
watch_one(int kq)
{
	struct kevent kev;
	pid_t pid;
	long error;

	while ((pid = load(&s->pid)) == 0)
		sc(SYS_umtx_sleep, &s->pid, 0, 0);
	error = kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0);
	if (load(&s->early) && error == -ESRCH)
		return;
	CHECK_EQ(error, 0);
	if (error != 0)
		return;
	kev = kq_next(kq);
	CHECK_EVENT(&kev, pid, EVFILT_PROC, NOTE_EXIT, s->code << 8);
	CHECK_QUIET(kq);
}

static void
watcher(void *arg)
{
	int kq = kq_new();

	(void)arg;
	for (;;) {
		test_barrier(&s->meet, WATCHERS + 1);
		if (load(&s->last))
			break;
		watch_one(kq);
		test_barrier(&s->meet, WATCHERS + 1);
	}
	CHECK_EQ(sc(SYS_close, kq), 0);
}

static void
exits(void *arg)
{
	/* Before, while and after it is registered. */
	for (int i = s->code % 7; i > 0; i--)
		test_yield();
	(void)arg;
	test_exit(s->code);
}

static void
registered_at_exit(int rounds)
{
	struct mthread t[WATCHERS];

	for (int i = 0; i < WATCHERS; i++)
		mthread_start(&t[i], watcher, NULL);
	for (int i = 0; i < rounds; i++) {
		pid_t pid;

		store(&s->pid, 0);
		store(&s->code, i & 255);
		store(&s->early, i & 1);
		test_barrier(&s->meet, WATCHERS + 1);
		pid = test_fork(exits, NULL);
		store(&s->pid, pid);
		sc(SYS_umtx_wakeup, &s->pid, 0);
		if (i & 1)
			CHECK_EXIT(pid, i);
		test_barrier(&s->meet, WATCHERS + 1);
		if (!(i & 1))
			CHECK_EXIT(pid, i);
	}
	store(&s->last, 1);
	test_barrier(&s->meet, WATCHERS + 1);
	for (int i = 0; i < WATCHERS; i++)
		mthread_join(&t[i]);
}

/* Of a process that shares the table with the others. */
static void
watches_itself(int round)
{
	int kq = load(&s->kq), me = (int)sc(SYS_getpid);

	kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0);
	kq_change(kq, SIGWINCH, EVFILT_SIGNAL, EV_ADD, 0, 0);
	kq_change(kq, me, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_TRACK, 0);
	if (round & 1)
		sc(SYS_kill, me, SIGURG);
	if (round & 2)
		kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_DELETE, 0, 0);
	test_exit(0);
}

static void
reader(void *arg)
{
	struct timespec ts = {0, 1000000};
	struct kevent kev[4];

	(void)arg;
	while (load(&s->over) == 0) {
		long n = sc(SYS_kevent, load(&s->kq), NULL, 0, kev, 4, &ts);

		CHECK(n >= 0 || n == -EBADF);
		for (long i = 0; i < n; i++)
			CHECK(kev[i].filter == EVFILT_PROC ||
			      kev[i].filter == EVFILT_SIGNAL);
		if (n < 0)
			test_yield();
	}
}

static void
outlives(int rounds)
{
	struct mthread t;
	long pid[2];

	store(&s->over, 0);
	store(&s->kq, kq_new());
	mthread_start(&t, reader, NULL);
	for (int i = 0; i < rounds; i++) {
		for (int k = 0; k < 2; k++) {
			pid[k] = sc(SYS_rfork, RFPROC);
			REQUIRE(pid[k] >= 0);
			if (pid[k] == 0)
				watches_itself(i + k);
		}
		sc(SYS_kill, pid[i & 1], SIGWINCH);
		if (i % 3 == 0) {
			sc(SYS_close, load(&s->kq));
			store(&s->kq, kq_new());
		}
		CHECK_EXIT((pid_t)pid[1], 0);
		CHECK_EXIT((pid_t)pid[0], 0);
		/* Whatever hangs on the dead would be touched now. */
		sc(SYS_kill, (int)sc(SYS_getpid), SIGURG);
		kq_change(load(&s->kq), SIGURG, EVFILT_SIGNAL, EV_DELETE, 0, 0);
	}
	store(&s->over, 1);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_close, load(&s->kq)), 0);
}

static void
fires(void *arg)
{
	char c = 'x';

	(void)arg;
	while (load(&s->over) == 0) {
		struct kevent kev;

		sc(SYS_write, s->fds[1], &c, 1);
		kq_change(load(&s->kq), 1, EVFILT_USER, 0, NOTE_TRIGGER, 0);
		kq_change(
		    load(&s->kq), load(&s->end), EVFILT_READ, EV_ADD, 0, 0);
		sc(SYS_kevent, load(&s->kq), NULL, 0, &kev, 1, &kq_at_once);
		sc(SYS_read, s->fds[0], &c, 1);
		sc(SYS_kill, (int)sc(SYS_getpid), SIGURG);
		test_yield();
	}
}

static void
closed_while_it_fires(int rounds)
{
	struct mthread t[2];
	int outer = kq_new();

	REQUIRE(pipe(s->fds) == 0);
	CHECK_EQ(sc(SYS_fcntl, s->fds[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sc(SYS_fcntl, s->fds[1], F_SETFL, O_NONBLOCK), 0);
	store(&s->over, 0);
	store(&s->kq, -1);
	for (int i = 0; i < 2; i++)
		mthread_start(&t[i], fires, NULL);
	for (int i = 0; i < rounds; i++) {
		int kq = kq_new(), dup = (int)sc(SYS_dup, s->fds[0]), other[2];

		/* One that is watched while it is closed, for good. */
		REQUIRE(pipe(other) == 0);
		store(&s->end, other[0]);

		kq_change(kq, dup, EVFILT_READ, EV_ADD, 0, 0);
		kq_change(kq, s->fds[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0);
		kq_change(kq, s->fds[1], EVFILT_WRITE, EV_ADD, 0, 0);
		kq_change(kq, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, 0, 0);
		kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 1);
		kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0);
		kq_change(outer, kq, EVFILT_READ, EV_ADD, 0, 0);
		store(&s->kq, kq);
		for (int k = i % 5; k > 0; k--)
			test_yield();
		CHECK_EQ(sc(SYS_close, other[0]), 0);
		CHECK_EQ(sc(SYS_close, other[1]), 0);
		if (i & 1)
			CHECK_EQ(sc(SYS_close, dup), 0);
		CHECK_EQ(sc(SYS_close, kq), 0);
		if (!(i & 1))
			CHECK_EQ(sc(SYS_close, dup), 0);
	}
	store(&s->over, 1);
	mthread_join(&t[0]);
	mthread_join(&t[1]);
	CHECK_QUIET(outer);
	sc(SYS_close, outer);
	sc(SYS_close, s->fds[0]);
	sc(SYS_close, s->fds[1]);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	s = test_shared(sizeof(*s));
	rounds = test_rounds(300, 6000);
	registered_at_exit(rounds / 3 + 1);
	outlives(rounds);
	closed_while_it_fires(rounds);
	return test_done();
}
