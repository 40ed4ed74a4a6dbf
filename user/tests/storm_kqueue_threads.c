/*
 * storm_kqueue_threads.c -- threads that share what they take events from: each
 * event is told to exactly one, each signal is counted once.  Kqueues that
 * watch one, and signals, come and go while it becomes active and is closed,
 * and signals are sent; and so do descriptors that are polled.
 */
#include <poll.h>
#include "user/tests/kqueue_test.h"

TEST_ROWS("E60 E69 D37 2.26");

#define MOST 4
#define EVENTS 60
#define SIGNALS 500
#define WATCHERS 60
#define ENTRIES 10

static int kq, over, counts[EVENTS], fds[2];

static void
run(int n, void (*first)(void *), void (*second)(void *), struct mthread *t)
{
	store(&over, 0);
	for (int i = 0; i < n; i++)
		mthread_start(&t[i], i % 2 ? second : first, NULL);
}

static void
join(int n, struct mthread *t)
{
	store(&over, 1);
	for (int i = 0; i < n; i++)
		mthread_join(&t[i]);
}

static void
takes(void *arg)
{
	struct timespec ts = {0, 2000000};
	struct kevent kev[3];

	(void)arg;
	while (!load(&over)) {
		long n = sc(SYS_kevent, kq, NULL, 0, kev, 3, &ts);

		CHECK(n >= 0);
		for (long i = 0; i < n; i++)
			add(&counts[kev[i].ident], (int)kev[i].data);
	}
}

static bool
all_told(int times)
{
	for (int i = 0; i < EVENTS; i++)
		if (load(&counts[i]) < times)
			return false;
	return true;
}

static void
to_one_of_many(int rounds)
{
	int me = (int)sc(SYS_getpid);
	struct mthread t[4];

	kq = kq_new();
	run(4, takes, takes, t);
	for (int r = 1; r <= rounds; r++) {
		for (int i = 0; i < EVENTS; i++)
			CHECK_EQ(kq_change(kq, i, EVFILT_USER,
				     EV_ADD | EV_ONESHOT, NOTE_TRIGGER, 1),
			    0);
		WAIT_UNTIL(all_told(r));
	}
	for (int i = 0; i < EVENTS; i++)
		CHECK_EQ(load(&counts[i]), rounds);
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	store(&counts[SIGURG], 0);
	for (int r = 0; r < SIGNALS; r++)
		CHECK_EQ(sc(SYS_kill, me, SIGURG), 0);
	WAIT_UNTIL(load(&counts[SIGURG]) >= SIGNALS);
	join(4, t);
	CHECK_EQ(load(&counts[SIGURG]), SIGNALS);
	CHECK_QUIET(kq);
	CHECK_EQ(sc(SYS_close, kq), 0);
}

static void
toggles(void *arg)
{
	(void)arg;
	for (int turn = 0; !load(&over); turn++) {
		int now = load(&kq);

		kq_change(now, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0);
		kq_change(now, 1, EVFILT_USER, EV_DELETE, 0, 0);
		if (turn % 4 == 0)
			CHECK_EQ(
			    sc(SYS_kill, (int)sc(SYS_getpid), SIGURG), 0);
		test_yield();
	}
}

static void
watches(void *arg)
{
	struct kevent kev[2];
	int k[WATCHERS];

	(void)arg;
	while (!load(&over)) {
		for (int i = 0; i < WATCHERS; i++) {
			k[i] = kq_new();
			kq_change(k[i], load(&kq), EVFILT_READ,
			    EV_ADD | (i & 1 ? EV_CLEAR : 0), 0, 0);
			CHECK_EQ(kq_change(k[i], SIGURG, EVFILT_SIGNAL, EV_ADD,
				     0, 0),
			    0);
		}
		for (int i = 0; i < WATCHERS; i++)
			CHECK(kq_look(k[i], kev, 2) >= 0);
		for (int i = 0; i < WATCHERS; i++)
			CHECK_EQ(sc(SYS_close, k[i * 7 % WATCHERS]), 0);
		test_yield();
	}
}

static void
watchers_come_and_go(int rounds)
{
	struct mthread t[MOST];

	store(&kq, kq_new());
	run(MOST, toggles, watches, t);
	for (int r = 0; r < rounds; r++) {
		int old = load(&kq);

		test_sleep_ms(1);
		store(&kq, kq_new());
		CHECK_EQ(sc(SYS_close, old), 0);
	}
	join(MOST, t);
	CHECK_EQ(sc(SYS_close, kq), 0);
}

static void
polls(void *arg)
{
	struct pollfd p[ENTRIES];

	(void)arg;
	while (!load(&over)) {
		for (int i = 0; i < ENTRIES; i++)
			p[i] = (struct pollfd){
			    .fd = load(&fds[0]), .events = POLLIN};
		CHECK(sc(SYS_poll, p, ENTRIES, 3) >= 0);
		if (p[0].revents & POLLNVAL)
			test_sleep_ms(1);
	}
}

static void
closed_under_polls(int rounds)
{
	struct mthread t[4];

	run(4, polls, polls, t);
	for (int r = 0; r < rounds; r++) {
		int both[2];

		REQUIRE(pipe(both) == 0);
		store(&fds[0], both[0]);
		if (r % 3 == 0)
			test_sleep_ms(1);
		else
			test_yield();
		CHECK_EQ(sc(SYS_write, both[1], "x", 1), 1);
		CHECK_EQ(sc(SYS_close, both[r & 1]), 0);
		CHECK_EQ(sc(SYS_close, both[!(r & 1)]), 0);
	}
	join(4, t);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	to_one_of_many(test_rounds(40, 500));
	watchers_come_and_go(test_rounds(20, 100));
	closed_under_polls(test_rounds(200, 3000));
	return test_done();
}
