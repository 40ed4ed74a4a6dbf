/*
 * kqueue_timer_user.c -- EVFILT_TIMER and EVFILT_USER.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26");

static void
timers(int kq)
{
	uint64_t start = test_now_ns();
	struct kevent kev;

	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 5), 0);
	kev = kq_next(kq);
	CHECK(test_now_ns() - start >= 5000000U);
	CHECK_EQ(kev.ident, 1);
	CHECK(kev.data >= 1);
	/* It goes on, and counts what nobody has read. */
	test_sleep_ms(20);
	kev = kq_next(kq);
	CHECK(kev.data >= 3);
	CHECK((uint64_t)kev.data <= (test_now_ns() - start) / 5000000U);
	/* Changed while it runs. */
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 1000000), 0);
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, -1), -EINVAL);
	test_sleep_ms(8);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 1), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, 1);
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), -ENOENT);

	CHECK_EQ(kq_change(kq, 2, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 1), 0);
	test_sleep_ms(5);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, 2, EVFILT_TIMER, 0, 1);
	CHECK_EQ(kq_change(kq, 2, EVFILT_TIMER, EV_DELETE, 0, 0), -ENOENT);
	CHECK_EQ(kq_change(kq, 3, EVFILT_TIMER, EV_ADD, 0, -1), -EINVAL);
	CHECK_EQ(
	    kq_change(kq, 3, EVFILT_TIMER, EV_ADD, 0, 0x7fffffffffffffff), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 3, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
}

static void
timeouts(int kq)
{
	struct timespec ts = {0, 5000000};
	uint64_t start = test_now_ns();
	struct kevent kev;

	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ts), 0);
	CHECK(test_now_ns() - start >= 5000000U);
}

static void
users(int kq)
{
	struct kevent kev;

	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, EV_ADD | EV_CLEAR, 0x6, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, 0, NOTE_FFOR | 0x8, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, 0, NOTE_TRIGGER, 5), 0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, 4, EVFILT_USER, 0xe, 5);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, 0,
		     NOTE_FFAND | NOTE_TRIGGER | 0xfffffa, 0),
	    0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, 4, EVFILT_USER, 0xa, 0);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, EV_DISABLE, NOTE_TRIGGER, 0), 0);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, EV_ENABLE, 0, 0), 0);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, 4);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, 0,
		     NOTE_FFCOPY | NOTE_TRIGGER | 0x1, 0),
	    0);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, 4, EVFILT_USER, 0x1, 0);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, 4, EVFILT_USER, 0, NOTE_TRIGGER, 0), -ENOENT);
	/* Without EV_CLEAR it stays. */
	CHECK_EQ(kq_change(kq, 5, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	kev = kq_next(kq);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, 5);
	CHECK_EQ(kq_change(kq, 5, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

static void
triggers(void *arg)
{
	test_sleep_ms(2);
	CHECK_EQ(kq_change(*(int *)arg, 8, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
}

/* A thread wakes another. */
static void
threads(int kq)
{
	struct mthread t;
	struct kevent kev;

	CHECK_EQ(kq_change(kq, 8, EVFILT_USER, EV_ADD | EV_ONESHOT, 0, 0), 0);
	mthread_start(&t, triggers, &kq);
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, 8);
	mthread_join(&t);
}

int
main(int argc, char **argv)
{
	int kq;

	test_begin(argc, argv);
	for (int i = 0; i < test_rounds(5, 100); i++) {
		kq = kq_new();
		timers(kq);
		timeouts(kq);
		users(kq);
		threads(kq);
		/* Closed while one runs. */
		CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 1), 0);
		test_sleep_ms(i % 3);
		CHECK_EQ(sc(SYS_close, kq), 0);
	}
	return test_done();
}
