/*
 * storm_kqueue.c -- knotes whose kqueue, descriptor and process end at the same
 * instant: registered while the process exits and is reaped, in a table that
 * outlives the process, closed while events fire.
 *
 * Whoever has been told that his knote is there gets the one last event, with
 * the status; whoever comes too late is told so.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("E59 E60 D37 O20 2.26");

#define WATCHERS 3

static int meeting, gone, victim, code, told, late;

static void
watches(void *arg)
{
	int rounds = *(int *)arg, kq = kq_new();

	for (int i = 0; i < rounds; i++) {
		struct kevent kev;
		uintptr_t pid;
		long got;

		test_barrier(&meeting, WATCHERS + 1);
		pid = (uintptr_t)load(&victim);
		got = kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0);
		if (got == 0) {
			kev = kq_next(kq);
			CHECK_EVENT(&kev, pid, EVFILT_PROC, NOTE_EXIT,
			    load(&code) << 8);
			add(&told, 1);
		} else {
			CHECK_EQ(got, -ESRCH);
			add(&late, 1);
		}
		CHECK_QUIET(kq);
		test_barrier(&gone, WATCHERS + 1);
	}
	sc(SYS_close, kq);
}

static void
exits(void *arg)
{
	test_exit((int)(intptr_t)arg);
}

static void
register_against_exit(int rounds)
{
	struct mthread t[WATCHERS];

	for (int i = 0; i < WATCHERS; i++)
		mthread_start(&t[i], watches, &rounds);
	for (int i = 0; i < rounds; i++) {
		store(&code, i & 127);
		store(&victim, test_fork(exits, (void *)(intptr_t)(i & 127)));
		test_barrier(&meeting, WATCHERS + 1);
		CHECK_EXIT(victim, i & 127);
		test_barrier(&gone, WATCHERS + 1);
	}
	for (int i = 0; i < WATCHERS; i++)
		mthread_join(&t[i]);
	test_note("told %d, too late %d", told, late);
}

/* The child has our table: its knotes are in our kqueue, which we close before,
 * while or after it ends. */
static void
outlive(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		int kq = kq_new();
		long pid = sc(SYS_rfork, RFPROC);

		REQUIRE(pid >= 0);
		if (pid == 0) {
			uintptr_t me = (uintptr_t)sc(SYS_getpid);

			kq_change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0);
			kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0);
			kq_change(kq, me, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0);
			sc(SYS_kill, me, SIGURG);
			test_exit(0);
		}
		if (i % 3 == 0)
			CHECK_EQ(sc(SYS_close, kq), 0);
		CHECK_EXIT((pid_t)pid, 0);
		if (i % 3 == 1) {
			struct kevent kev[4];

			/* The signal that came, and the end. */
			CHECK_EQ(kq_look(kq, kev, 4), 2);
			CHECK_QUIET(kq);
			CHECK_EQ(kq_change(kq, SIGUSR1, EVFILT_SIGNAL,
			             EV_DELETE, 0, 0),
			    -ENOENT);
		}
		if (i % 3 != 0)
			CHECK_EQ(sc(SYS_close, kq), 0);
	}
}

static int fds[2], stop;

static long
watch(int kq, int ident, int filter, int64_t data)
{
	return kq_change(kq, (uintptr_t)ident, filter, EV_ADD, 0, data);
}

static void
fires(void *arg)
{
	char c = 0;

	(void)arg;
	while (load(&stop) == 0) {
		CHECK_EQ(sc(SYS_write, fds[1], &c, 1), 1);
		CHECK_EQ(sc(SYS_read, fds[0], &c, 1), 1);
		sc(SYS_kill, sc(SYS_getpid), SIGURG);
	}
}

/* Kqueues and descriptors are closed while their events fire. */
static void
close_against_fire(int rounds)
{
	struct mthread t;

	REQUIRE(pipe(fds) == 0);
	mthread_start(&t, fires, NULL);
	for (int i = 0; i < rounds; i++) {
		int kq = kq_new(), outer = kq_new();
		int other = (int)sc(SYS_dup, fds[0]);
		struct kevent kev[8];

		CHECK_EQ(watch(kq, fds[0], EVFILT_READ, 0), 0);
		CHECK_EQ(watch(kq, other, EVFILT_READ, 0), 0);
		CHECK_EQ(watch(kq, SIGURG, EVFILT_SIGNAL, 0), 0);
		CHECK_EQ(watch(kq, 1, EVFILT_TIMER, 1), 0);
		CHECK_EQ(watch(outer, kq, EVFILT_READ, 0), 0);
		CHECK_EQ(sc(SYS_close, other), 0);
		CHECK(kq_look(kq, kev, 8) >= 0);
		CHECK(kq_look(outer, kev, 8) >= 0);
		CHECK_EQ(sc(SYS_close, i & 1 ? outer : kq), 0);
		CHECK_EQ(sc(SYS_close, i & 1 ? kq : outer), 0);
	}
	store(&stop, 1);
	mthread_join(&t);
	close(fds[0]);
	close(fds[1]);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	register_against_exit(test_rounds(150, 5000));
	outlive(test_rounds(90, 3000));
	close_against_fire(test_rounds(100, 3000));
	return test_done();
}
