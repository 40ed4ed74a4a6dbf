/*
 * kqueue_arguments.c -- kevent with bad descriptors, pointers, counts,
 * filters; errors of changes as events; a kqueue used as another file.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("E.EFAULT E.EINVAL 2.26 3.9");

#define BAD ((void *)16)

static void
errors(int kq)
{
	struct timespec bad = {0, 1000000000}, neg = {-1, 0};
	struct kevent kev = {.ident = 1, .filter = EVFILT_USER};
	struct kevent out;

	CHECK_EQ(sc(SYS_kevent, -1, NULL, 0, &out, 1, &kq_at_once), -EBADF);
	CHECK_EQ(
	    sc(SYS_kevent, 0x7fffffff, NULL, 0, &out, 1, &kq_at_once), -EBADF);
	CHECK_EQ(sc(SYS_kevent, 1, NULL, 0, &out, 1, &kq_at_once), -EBADF);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, -1, &out, 1, &kq_at_once), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &out, -1, &kq_at_once), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &out, 1, &bad), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &out, 1, &neg), -EINVAL);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &out, 1, BAD), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, BAD, 1, &out, 1, &kq_at_once), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0x7fffffff, &out, 0, &kq_at_once),
	    -EFAULT);
	/* Without room for events nothing is waited for. */
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, 0, NULL), 0);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, BAD, 0x7fffffff, &kq_at_once), 0);
	kev.flags = EV_ADD;
	kev.fflags = NOTE_TRIGGER;
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, BAD, 1, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &out, 0x7fffffff, NULL), 1);
	CHECK_EQ(out.ident, 1);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

static void
filters(int kq)
{
	for (int filter = -40; filter < 40; filter++) {
		long want = -EINVAL;

		if (filter == EVFILT_READ || filter == EVFILT_WRITE)
			want = -EBADF;
		else if (filter == EVFILT_PROC)
			want = -ESRCH;
		else if (filter == EVFILT_TIMER || filter == EVFILT_USER)
			want = 0;
		CHECK_EQ(kq_change(kq, 0x7ffffff0, filter, EV_ADD, 0, 1000000),
		    want);
		CHECK_EQ(kq_change(kq, 0x7ffffff1, filter, 0, 0, 0),
		    want == -EBADF || want == -EINVAL
			? (filter == EVFILT_SIGNAL ? -ENOENT : want)
			: -ENOENT);
		if (want == 0)
			CHECK_EQ(
			    kq_change(kq, 0x7ffffff0, filter, EV_DELETE, 0, 0),
			    0);
	}
	CHECK_EQ(kq_change(kq, ~0UL, EVFILT_READ, EV_ADD, 0, 0), -EBADF);
	CHECK_EQ(kq_change(kq, 1UL << 32, EVFILT_READ, EV_ADD, 0, 0), -EBADF);
	CHECK_EQ(
	    kq_change(kq, ~0UL, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), -ESRCH);
	CHECK_EQ(kq_change(kq, 1UL << 32, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0),
	    -ESRCH);
}

/* A change that fails is an event, if there is room; the others are made. */
static void
errors_as_events(int kq)
{
	struct kevent ch[3], out[3];

	EV_SET(&ch[0], 0x7ffffff0, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
	EV_SET(&ch[1], 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, 3);
	EV_SET(&ch[2], 2, EVFILT_USER, EV_DELETE, 0, 0, 5);
	CHECK_EQ(sc(SYS_kevent, kq, ch, 3, out, 3, NULL), 2);
	CHECK_EQ(out[0].flags, EV_ERROR);
	CHECK_EQ(out[0].ident, 0x7ffffff0);
	CHECK_EQ(out[0].data, ESRCH);
	CHECK_EQ(out[1].flags, EV_ERROR);
	CHECK_EQ(out[1].udata, 5);
	CHECK_EQ(out[1].data, ENOENT);
	CHECK_EQ(sc(SYS_kevent, kq, ch, 3, out, 0, NULL), -ESRCH);
	CHECK_EQ(kq_look(kq, out, 3), 1);
	CHECK_EQ(out[0].ident, 1);
	CHECK_EQ(out[0].udata, 3);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

/* Nothing is lost by a pointer that is bad. */
static void
pointers(int kq, uintptr_t p)
{
	struct kevent kev;

	CHECK_EQ(sc(SYS_kevent, kq, p, 1, NULL, 0, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, 0, p), -EFAULT);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, p, 1, NULL), -EFAULT);
	CHECK_EQ(kq_look(kq, &kev, 1), 1);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

#define MANY 1000

/* More events than are copied at a time: each once. */
static void
many(int kq)
{
	static struct kevent ev[MANY + 1];
	static char seen[MANY];

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < MANY; i++)
		EV_SET(&ev[i], i, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, i);
	CHECK_EQ(sc(SYS_kevent, kq, ev, MANY, NULL, 0, NULL), 0);
	CHECK_EQ(kq_look(kq, ev, MANY + 1), MANY);
	for (int i = 0; i < MANY; i++)
		seen[ev[i].ident]++;
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(seen[i], 1);
}

int
main(int argc, char **argv)
{
	static const uintptr_t bad[] = {8, 0x00007ffffffff000U,
	    0x0000800000000000U, 0xffffffff80100000U, UINTPTR_MAX - 2};
	struct stat st;
	char c;
	int kq;

	test_begin(argc, argv);
	kq = kq_new();
	errors(kq);
	filters(kq);
	errors_as_events(kq);
	for (size_t i = 0; i < COUNT(bad); i++)
		pointers(kq, bad[i]);
	many(kq);
	CHECK_EQ(sc(SYS_read, kq, &c, 1), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_write, kq, &c, 1), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_lseek, kq, 0, 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sc(SYS_fstat, kq, &st), 0);
	return test_done();
}
