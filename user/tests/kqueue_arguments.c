/*
 * kqueue_arguments.c -- kevent's arguments: descriptors, counts, filters,
 * pointers, times; errors that come as events; nothing leaks.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("2.26");

static int kq;
static const uintptr_t bad[] = {8, 0x00007ffffffff000U, 0x0000800000000000U,
    0xffffffff80100000U, UINTPTR_MAX - 2};

static void
filters(void)
{
	struct kevent kev, out[2];

	for (int f = -20; f <= 20; f++) {
		EV_SET(&kev, 1UL << 40, f, EV_ADD, 0, 0, NULL);
		if (f == EVFILT_TIMER || f == EVFILT_USER)
			continue;
		CHECK(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL) < 0);
	}
	/* As an event while there is room, and the next change is made. */
	EV_SET(&kev, -1, EVFILT_READ, EV_ADD, 0, 0, (void *)3);
	memset(out, 0xff, sizeof(out));
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, out, 2, NULL), 1);
	CHECK_EQ(out[0].flags, EV_ERROR);
	CHECK_EQ(out[0].data, EBADF);
	CHECK_EQ(out[0].ident, -1);
	CHECK_EQ((uintptr_t)out[0].udata, 3);
	EV_SET(&kev, 0x7fffffff, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), -ESRCH);
	EV_SET(&kev, 1UL << 32 | 1, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), -ESRCH);
	EV_SET(&kev, 1, EVFILT_PROC, EV_ENABLE, NOTE_EXIT, 0, NULL);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), -ENOENT);
}

static void
pointers(uintptr_t p)
{
	struct kevent kev;

	CHECK_EQ(sc(SYS_kevent, kq, p, 1, NULL, 0, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, 0, p), -EFAULT);
	EV_SET(&kev, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), 0);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, p, 1, NULL), -EFAULT);
	/* It is there still. */
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &kq_at_once), 1);
	EV_SET(&kev, 1, EVFILT_USER, EV_DELETE, 0, 0, NULL);
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), 0);
}

/* Many knotes, left to the close. */
static void
many(void)
{
	static struct kevent out[64];
	struct kevent kev;
	long n, total = 0;

	for (int i = 0; i < 1000; i++) {
		EV_SET(&kev, i, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_TRIGGER, 0,
		    NULL);
		CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), 0);
	}
	while ((n = sc(SYS_kevent, kq, NULL, 0, out, 64, &kq_at_once)) > 0)
		total += n;
	CHECK_EQ(n, 0);
	CHECK_EQ(total, 1000);
}

int
main(int argc, char **argv)
{
	struct timespec ts = {.tv_sec = -1};
	struct kevent kev;
	uint64_t start;

	test_begin(argc, argv);
	CHECK_EQ(sc(SYS_kevent, -1, NULL, 0, NULL, 0, NULL), -EBADF);
	CHECK_EQ(sc(SYS_kevent, 0, NULL, 0, NULL, 0, NULL), -EBADF);
	kq = kq_new();
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, 0, NULL), 0);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, -1, NULL, 0, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, -1, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ts), -EINVAL);
	ts = (struct timespec){.tv_nsec = 1000000000};
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ts), -EINVAL);
	ts = (struct timespec){.tv_nsec = 20000000};
	start = test_now_ns();
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 0x7fffffff, &ts), 0);
	CHECK(test_now_ns() - start >= 20000000);
	CHECK(sc(SYS_read, kq, &kev, sizeof(kev)) < 0);
	CHECK(sc(SYS_write, kq, &kev, sizeof(kev)) < 0);
	filters();
	for (size_t i = 0; i < COUNT(bad); i++)
		pointers(bad[i]);
	many();
	return test_done();
}
