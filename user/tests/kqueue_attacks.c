/*
 * kqueue_attacks.c -- what nobody means to do with kqueue, poll and select:
 * descriptors, pids and times out of range, circles and deep chains of
 * kqueues, tables that are shared or copied, descriptors that are closed under
 * a sleeper, memory that comes and goes under the events, very long calls that
 * are killed.
 */
#include <poll.h>
#include <sys/select.h>
#include "user/tests/kqueue_test.h"

TEST_ROWS("E11 E60 E69 D37 2.26");

static struct shared {
	int ready, over, told;
	int kq, fds[2];
	char *page;
} * s;

/* Processes that are none, oneself, init, and those of the kernel. */
static void
processes(int kq)
{
	static const long none[] = {-1, -2, INT32_MIN, INT32_MAX,
	    1L << 31, 1L << 32, (1L << 32) + 1, INT64_MIN, INT64_MAX};
	int me = (int)sc(SYS_getpid);
	struct kevent kev;

	for (size_t i = 0; i < COUNT(none); i++) {
		CHECK_EQ(kq_change(kq, (uintptr_t)none[i], EVFILT_PROC, EV_ADD,
			     NOTE_EXIT | NOTE_TRACK, 0),
		    -ESRCH);
		CHECK_EQ(kq_change(kq, (uintptr_t)none[i], EVFILT_PROC,
			     EV_DELETE, 0, 0),
		    -ENOENT);
		CHECK_EQ(kq_change(kq, (uintptr_t)none[i], EVFILT_SIGNAL,
			     EV_ADD, 0, 0),
		    -EINVAL);

			CHECK_EQ(kq_change(kq, (uintptr_t)none[i], EVFILT_READ,
				     EV_ADD, 0, 0),
			    -EBADF);
	}
	CHECK_EQ(kq_change(kq, 1, EVFILT_PROC, EV_ADD, ~0U, 0), 0);
	CHECK_EQ(kq_change(kq, me, EVFILT_PROC, EV_ADD, ~0U, 0), 0);
	CHECK_EXIT(test_vfork_exit(1), 1);
	kev = kq_next(kq);
	CHECK(kev.fflags & (NOTE_FORK | NOTE_CHILD));
	CHECK_EQ(kq_change(kq, me, EVFILT_PROC, EV_DELETE, 0, 0), 0);
	CHECK_EQ(kq_change(kq, 1, EVFILT_PROC, EV_DELETE, 0, 0), 0);
	/* Those of the child are left. */
	while (kq_look(kq, &kev, 1) == 1)
		CHECK(kev.ident != 1 && kev.ident != (uintptr_t)me);
}

/* Watches itself and its children, and ends with the kqueue. */
static void
watches_itself(void *arg)
{
	int kq = kq_new();

	(void)arg;
	CHECK_EQ(kq_change(kq, sc(SYS_getpid), EVFILT_PROC, EV_ADD, ~0U, 0), 0);
	for (int sig = 1; sig < NSIG; sig++)
		CHECK_EQ(kq_change(kq, sig, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EXIT(test_vfork_exit(1), 1);
}

/* Times that are negative, none, or hardly end. */
static void
times(int kq)
{
	static const int64_t bad[] = {-1, INT64_MIN, INT32_MIN};
	static const int64_t secs[] = {
	    INT32_MAX, 1L << 32, INT64_MAX / 1000000000, INT64_MAX};
	struct kevent kev;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct timespec ts = {bad[i], 0}, ns = {0, bad[i]};
		struct timeval tv = {bad[i], 0}, us = {0, bad[i]};

		CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ts), -EINVAL);
		CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ns), -EINVAL);
		CHECK_EQ(sc(SYS_select, 0, NULL, NULL, NULL, &tv), -EINVAL);
		CHECK_EQ(sc(SYS_select, 0, NULL, NULL, NULL, &us), -EINVAL);
		CHECK_EQ(
		    sc(SYS_pselect, 0, NULL, NULL, NULL, &ts, NULL), -EINVAL);
		CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, bad[i]),
		    -EINVAL);
	}
	/* So long that the sum with now would not do: no time has passed. */
	CHECK_EQ(kq_change(kq, 5, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 10), 0);
	for (size_t i = 0; i < COUNT(secs); i++) {
		struct timespec ts = {secs[i], 999999999};
		struct timeval tv = {secs[i], 999999};
		fd_set in;

		CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, secs[i]), 0);
		CHECK_EQ(kq_change(kq, 5, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0,
			     1),
		    0);
		FD_ZERO(&in);
		FD_SET(kq, &in);
		CHECK_EQ(sc(SYS_select, kq + 1, &in, NULL, NULL, &tv), 1);
		CHECK_EQ(sc(SYS_kevent, kq, NULL, 0, &kev, 1, &ts), 1);
		CHECK_EQ(kev.ident, 5);
	}
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
}

static void
counts(int kq)
{
	struct pollfd pfd = {.fd = kq, .events = POLLIN};
	struct timeval zero = {0, 0};
	char *two = test_private(2 * TEST_PAGE);
	uint64_t *half = (uint64_t *)(two + TEST_PAGE - 8);

	CHECK_EQ(sc(SYS_munmap, two + TEST_PAGE, TEST_PAGE), 0);
	CHECK_EQ(sc(SYS_poll, &pfd, 1UL << 31, 0), -EINVAL);
	CHECK_EQ(sc(SYS_poll, &pfd, 65537, 0), -EINVAL);
	CHECK_EQ(sc(SYS_poll, &pfd, 65536, 0), -EFAULT);
	CHECK_EQ(sc(SYS_poll, half, 1, 0), 0);
	CHECK_EQ(sc(SYS_poll, half, 2, 0), -EFAULT);
	*half = 0;
	CHECK_EQ(sc(SYS_select, 64, half, half, half, &zero), 0);
	CHECK_EQ(sc(SYS_select, 65, half, NULL, NULL, &zero), -EFAULT);
	CHECK_EQ(sc(SYS_select, 65537, half, NULL, NULL, &zero), -EINVAL);
	CHECK_EQ(sc(SYS_munmap, two, TEST_PAGE), 0);
	/* All the descriptors that there could be: the first bad one counts. */
	half = test_private(8192);
	CHECK_EQ(sc(SYS_select, 65536, half, NULL, half, &zero), 0);
	half[1023] = 1UL << 63;
	CHECK_EQ(sc(SYS_select, 65536, half, NULL, NULL, &zero), -EBADF);
	/* Only readable: nothing is told where it cannot be. */
	CHECK_EQ(sc(SYS_mprotect, half, 8192, PROT_READ), 0);
	CHECK_EQ(sc(SYS_select, 64, half, NULL, NULL, &zero), -EFAULT);
	CHECK_EQ(sc(SYS_poll, half, 1, 0), -EFAULT);
	CHECK_EQ(sc(SYS_munmap, half, 8192), 0);
}

/* Circles of kqueues, with EV_CLEAR and without: they come to rest. */
static void
circles(int flags)
{
	int a = kq_new(), b = kq_new(), c = kq_new();
	struct kevent kev[4];

	CHECK_EQ(kq_change(a, b, EVFILT_READ, EV_ADD | flags, 0, 0), 0);
	CHECK_EQ(kq_change(b, c, EVFILT_READ, EV_ADD | flags, 0, 0), 0);
	CHECK_EQ(kq_change(c, a, EVFILT_READ, EV_ADD | flags, 0, 0), 0);
	CHECK_EQ(kq_change(c, b, EVFILT_READ, EV_ADD | flags, 0, 0), 0);
	CHECK_EQ(kq_change(a, a, EVFILT_READ, EV_ADD | flags, 0, 0), -EINVAL);
	CHECK_QUIET(a);
	CHECK_EQ(kq_change(a, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	CHECK(kq_look(a, kev, 4) >= 1);
	CHECK(kq_look(b, kev, 4) >= 1);
	CHECK(kq_look(c, kev, 4) >= 1);
	CHECK_EQ(kq_change(a, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
	kq_look(a, kev, 4);
	kq_look(b, kev, 4);
	CHECK_EQ(sc(SYS_close, b), 0);
	CHECK_EQ(sc(SYS_close, a), 0);
	CHECK_EQ(sc(SYS_close, c), 0);
}

/*
 * A sleeper in kevent, under which everything goes.
 */

static void
sleeps_in(void *arg)
{
	struct kevent kev[4];
	long n;

	(void)arg;
	test_post(&s->ready);
	do {
		n = sc(SYS_kevent, load(&s->kq), NULL, 0, kev, 4, NULL);
		CHECK(n > 0 || n == -EBADF);
		add(&s->told, 1);
	} while (load(&s->over) == 0);
}

static int
asleep_in_kevent(void)
{
	int rows = test_proclist(), n = 0;

	for (int i = 0; i < rows; i++)
		n += test_rows_buf[i].pid == getpid() &&
		    strcmp(test_rows_buf[i].wmesg, "kqread") == 0;
	return n;
}

static void
closed_under_sleepers(void)
{
	struct mthread t[3];

	store(&s->over, 0);
	store(&s->ready, 0);
	store(&s->told, 0);
	store(&s->kq, kq_new());
	REQUIRE(pipe(s->fds) == 0);
	CHECK_EQ(kq_change(s->kq, s->fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	for (int i = 0; i < 3; i++)
		mthread_start(&t[i], sleeps_in, NULL);
	test_await(&s->ready, 3);
	WAIT_UNTIL(asleep_in_kevent() == 3);
	/* The kqueue's number goes, and is another file's; they sleep on. */
	CHECK_EQ(sc(SYS_dup2, s->fds[1], s->kq), s->kq);
	test_sleep_ms(2);
	CHECK_EQ(load(&s->told), 0);
	store(&s->over, 1);
	CHECK_EQ(sc(SYS_write, s->fds[1], "x", 1), 1);
	for (int i = 0; i < 3; i++)
		mthread_join(&t[i]);
	CHECK_EQ(sc(SYS_close, s->fds[0]), 0);
	CHECK_EQ(sc(SYS_close, s->fds[1]), 0);
	CHECK_EQ(sc(SYS_close, s->kq), 0);
}

/* A process that shares the table ends, or goes its own way, in kevent. */
static void
shares(int how)
{
	int kq = kq_new();
	struct kevent kev;
	long pid;

	store(&s->ready, 0);
	pid = sc(SYS_rfork, RFPROC);
	REQUIRE(pid >= 0);
	if (pid == 0) {
		static const char *argv[] = {"/bin/true", NULL};

		kq_change(kq, sc(SYS_getpid), EVFILT_PROC, EV_ADD, ~0U, 0);
		kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0);
		kq_change(kq, 1, EVFILT_TIMER, EV_ADD, 0, 1000000);
		if (how == 1)
			CHECK_EQ(sc(SYS_rfork, RFFDG), 0);
		if (how == 1)
			CHECK_EQ(kq_look(kq, &kev, 1), -EBADF);
		if (how == 2)
			sc(SYS_execve, argv[0], argv, NULL);
		test_post(&s->ready);
		if (how == 3)
			sc(SYS_kevent, kq, NULL, 0, &kev, 1, NULL);
		test_exit(0);
	}
	if (how == 3) {
		test_await(&s->ready, 1);
		CHECK_EQ(kq_change(kq, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
		CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		CHECK_KILLED((pid_t)pid, SIGKILL);
	} else {
		CHECK_EXIT((pid_t)pid, 0);
	}
	kev = kq_next(kq);
	CHECK_EQ(kev.ident, pid);
	CHECK_EQ(sc(SYS_close, kq), 0);
}

/*
 * Memory that comes and goes under the events: whatever is told is counted, and
 * nothing is lost.
 */

#define EVENTS 40

static void
protects(void *arg)
{
	(void)arg;
	while (load(&s->over) == 0) {
		sc(SYS_mprotect, s->page, TEST_PAGE, PROT_READ);
		test_yield();
		sc(SYS_mprotect, s->page, TEST_PAGE, PROT_READ | PROT_WRITE);
		test_yield();
	}
}

static void
memory_goes(int kq, int rounds)
{
	char *pages = test_private(2 * TEST_PAGE);
	struct mthread t;

	store(&s->over, 0);
	s->page = pages + TEST_PAGE;
	mthread_start(&t, protects, NULL);
	for (int i = 0; i < rounds; i++) {
		struct kevent *kev = (void *)(pages + TEST_PAGE -
					      (i % EVENTS) * sizeof(*kev) - 8);
		int told = 0;

		for (int k = 0; k < EVENTS; k++)
			CHECK_EQ(kq_change(kq, k, EVFILT_USER,
				     EV_ADD | EV_ONESHOT, NOTE_TRIGGER, 0),
			    0);
		while (told < EVENTS) {
			long n = kq_look(kq, kev, EVENTS);

			CHECK(n > 0 || n == -EFAULT);
			if (n == 0)
				break;
			told += n > 0 ? (int)n : 0;
		}
		CHECK_EQ(told, EVENTS);
		CHECK_QUIET(kq);
	}
	store(&s->over, 1);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_munmap, pages, 2 * TEST_PAGE), 0);
}

/*
 * Two thousand million changes, made of a little memory that is mapped over and
 * over.
 */

#define PIECE (4UL << 20)
#define ALL ((1UL << 31) * sizeof(struct kevent))

static void
changes_for_ever(void *arg)
{
	static struct kevent some[2048];
	int fd = (int)sc(SYS_open, "/kqueue_attacks", O_RDWR | O_CREAT, 0600);
	long base = sc(SYS_mmap, 0, ALL, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1,
	    0, 0);
	int kq = kq_new();

	(void)arg;
	REQUIRE(fd >= 0 && base > 0);
	CHECK_EQ(sc(SYS_unlink, "/kqueue_attacks"), 0);
	for (size_t i = 0; i < COUNT(some); i++)
		EV_SET(&some[i], 1, EVFILT_USER, EV_ADD, 0, 0, 0);
	for (size_t at = 0; at < PIECE; at += sizeof(some))
		REQUIRE(sc(SYS_write, fd, some, sizeof(some)) > 0);
	for (size_t at = 0; at < ALL; at += PIECE)
		REQUIRE(sc(SYS_mmap, base + at, PIECE, PROT_READ,
			    MAP_SHARED | MAP_FIXED, fd, 0, 0) > 0);
	test_post(&s->ready);
	sc(SYS_kevent, kq, base, INT32_MAX, NULL, 0, NULL);
}

static void
killed_in_changes(void)
{
	pid_t pid;

	store(&s->ready, 0);
	pid = test_fork(changes_for_ever, NULL);
	test_await(&s->ready, 1);
	test_sleep_ms(2);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

int
main(int argc, char **argv)
{
	int kq;

	test_begin(argc, argv);
	s = test_shared(sizeof(*s));
	kq = kq_new();
	processes(kq);
	times(kq);
	counts(kq);
	for (int i = 0; i < test_rounds(10, 100); i++) {
		CHECK_EXIT(test_fork(watches_itself, NULL), 0);
		circles(0);
		circles(EV_CLEAR);
		closed_under_sleepers();
		for (int how = 0; how < 4; how++)
			shares(how);
	}
	memory_goes(kq, test_rounds(100, 5000));
	killed_in_changes();
	return test_done();
}
