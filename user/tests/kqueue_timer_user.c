/*
 * kqueue_timer_user.c -- EVFILT_TIMER and EVFILT_USER.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26");

static int kq;

static long
change(int id, int filter, int flags, unsigned fflags, long data)
{
	return kq_change(kq, (uintptr_t)id, filter, flags, fflags, data);
}

static void
timers(void)
{
	struct kevent kev;
	uint64_t start = test_now_ns();
	long count = 0;

	CHECK_EQ(change(1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 20), 0);
	CHECK_QUIET(kq);
	kev = kq_next(kq);
	CHECK(test_now_ns() - start >= 20000000);
	CHECK_EVENT(&kev, 1, EVFILT_TIMER, 0, 1);
	CHECK_EQ(change(1, EVFILT_TIMER, EV_DELETE, 0, 0), -ENOENT);

	start = test_now_ns();
	CHECK_EQ(change(2, EVFILT_TIMER, EV_ADD, 0, 2), 0);
	while (count < 10) {
		kev = kq_next(kq);
		CHECK(kev.data >= 1);
		count += kev.data;
	}
	CHECK(test_now_ns() - start >= 20000000);
	/* Set anew: for long; then taken away. */
	CHECK_EQ(change(2, EVFILT_TIMER, EV_ADD, 0, 1000000), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(change(2, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
	CHECK_EQ(change(3, EVFILT_TIMER, EV_ADD, 0, -1), -EINVAL);
	/* One that is left to the close. */
	CHECK_EQ(change(4, EVFILT_TIMER, EV_ADD, 0, 1), 0);
}

static void
user(void)
{
	struct kevent kev;

	CHECK_EQ(change(7, EVFILT_USER, EV_ADD | EV_CLEAR, 1, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(change(7, EVFILT_USER, EV_ADD | EV_CLEAR,
	             NOTE_FFOR | NOTE_TRIGGER | 2, 42),
	    0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, 7, EVFILT_USER, 3, 42);
	CHECK_QUIET(kq);
	CHECK_EQ(change(7, EVFILT_USER, EV_ADD, NOTE_FFCOPY | 0xff, 0), 0);
	CHECK_EQ(change(7, EVFILT_USER, EV_ADD, NOTE_FFAND | 0x0f, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(change(7, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.fflags, 0x0f);
	CHECK_EQ(change(7, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

static void
triggers(void *arg)
{
	(void)arg;
	test_sleep_ms(10);
	CHECK_EQ(change(8, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
}

/* A thread wakes another. */
static void
threads(void)
{
	struct mthread t;
	struct kevent kev;

	CHECK_EQ(change(8, EVFILT_USER, EV_ADD | EV_ONESHOT, 0, 0), 0);
	mthread_start(&t, triggers, NULL);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, 8);
	mthread_join(&t);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	kq = kq_new();
	timers();
	CHECK_EQ(sc(SYS_close, kq), 0);
	kq = kq_new();
	user();
	threads();
	return test_done();
}
