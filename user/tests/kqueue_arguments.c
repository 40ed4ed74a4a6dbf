/*
 * kqueue_arguments.c -- kevent with bad descriptors, pointers, counts,
 * filters, flags; errors of changes as events; events that cannot be copied
 * out, or not all of them; a kqueue used as another file.
 */
#include <poll.h>
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

/* What nobody knows is refused, what only events have is not. */
static void
flags(int kq)
{
	for (unsigned bit = 1; bit <= EV_EOF; bit <<= 1) {
		unsigned known = EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE |
				 EV_ONESHOT | EV_CLEAR | EV_SYSFLAGS;
		long want = bit & known ? 0 : -EINVAL;

		CHECK_EQ(
		    kq_change(kq, 1, EVFILT_USER, (int)(EV_ADD | bit), 0, 0),
		    bit == EV_DELETE ? -ENOENT : want);
		CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0),
		    bit == EV_DELETE || want != 0 ? -ENOENT : 0);
	}
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

/* The only event cannot be told there: it stays, and is told in full. */
static void
stays(int kq, uintptr_t p, uintptr_t ident, int filter, uint32_t fflags,
    int64_t data)
{
	struct kevent kev;

	for (int i = 0; i < 2; i++)
		CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, p, 1, &kq_at_once),
		    -EFAULT);
	CHECK_EQ(kq_look(kq, &kev, 1), 1);
	CHECK_EVENT(&kev, ident, filter, fflags, data);
}

/* Nothing is lost by a pointer that is bad. */
static void
pointers(int kq, uintptr_t p)
{
	struct pollfd here = {.fd = kq, .events = POLLIN};
	int me = (int)sc(SYS_getpid);
	pid_t pid;

	CHECK_EQ(sc(SYS_kevent, kq, p, 1, NULL, 0, NULL), -EFAULT);
	CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, NULL, 0, p), -EFAULT);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 4), 0);
	stays(kq, p, 1, EVFILT_USER, 0, 4);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_ADD | EV_ONESHOT,
		     NOTE_TRIGGER | 2, 5),
	    0);
	stays(kq, p, 1, EVFILT_USER, 2, 5);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), -ENOENT);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR,
		     NOTE_TRIGGER | 2, 5),
	    0);
	stays(kq, p, 1, EVFILT_USER, 2, 5);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(sc(SYS_kill, me, SIGURG), 0);
	CHECK_EQ(sc(SYS_kill, me, SIGURG), 0);
	stays(kq, p, SIGURG, EVFILT_SIGNAL, 0, 2);
	CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, 2, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 1), 0);
	CHECK_EQ(sc(SYS_poll, &here, 1, -1), 1);
	stays(kq, p, 2, EVFILT_TIMER, 0, 1);
	pid = test_vfork_exit(6);
	test_await_zombie(pid);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), 0);
	stays(kq, p, (uintptr_t)pid, EVFILT_PROC, NOTE_EXIT, 6 << 8);
	CHECK_EXIT(pid, 6);
	CHECK_QUIET(kq);
}

/* Room for the first two of five is all that there is: they are told, and the
 * others the next time.  off: the third is partly in the page that is there. */
static void
half_mapped(int kq, size_t off, int filter_flags)
{
	char *pages = test_private(2 * TEST_PAGE);
	struct kevent *at, rest[6];
	int seen = 0;

	CHECK_EQ(sc(SYS_mprotect, pages + TEST_PAGE, TEST_PAGE, PROT_READ), 0);
	at = (void *)(pages + TEST_PAGE - 2 * sizeof(*at) - off);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(kq_change(kq, i, EVFILT_USER, EV_ADD | filter_flags,
			     NOTE_TRIGGER, 0),
		    0);
	CHECK_EQ(kq_look(kq, at, 6), 2);
	seen |= 1 << at[0].ident | 1 << at[1].ident;
	CHECK_EQ(kq_look(kq, (void *)(pages + TEST_PAGE), 6),
	    -EFAULT);
	CHECK_EQ(kq_look(kq, rest, 6), 3);
	for (int i = 0; i < 3; i++)
		seen |= 1 << rest[i].ident;
	CHECK_EQ(seen, 31);
	CHECK_QUIET(kq);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(kq_change(kq, i, EVFILT_USER, EV_DELETE, 0, 0),
		    filter_flags == EV_ONESHOT ? -ENOENT : 0);
	CHECK_EQ(sc(SYS_munmap, pages, 2 * TEST_PAGE), 0);
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
	flags(kq);
	errors_as_events(kq);
	for (size_t i = 0; i < COUNT(bad); i++)
		pointers(kq, bad[i]);
	half_mapped(kq, 0, EV_CLEAR);
	half_mapped(kq, 24, EV_CLEAR);
	half_mapped(kq, 0, EV_ONESHOT);
	half_mapped(kq, 8, EV_ONESHOT);
	many(kq);
	CHECK_EQ(sc(SYS_read, kq, &c, 1), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_write, kq, &c, 1), -EOPNOTSUPP);
	CHECK_EQ(sc(SYS_lseek, kq, 0, 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sc(SYS_fstat, kq, &st), 0);
	return test_done();
}
