/*
 * kqueue_no_memory.c -- each allocation that kqueue, kevent, poll and select
 * make fails in turn: ENOMEM, and nothing is left behind; a child that cannot
 * be followed is told of by its parent's knote.
 */
#include <poll.h>
#include "user/tests/kqueue_test.h"

TEST_ROWS("E75 E88 2.26 2.43");

#define TRIES 100

/* The call with ever more of its allocations going well, until it has all that
 * it wants: its result. */
static long
in_the_end(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	uint64_t args[7] = {a, b, c, d, e, 0};
	long n = 0, got;

	do {
		got = sc(SYS_failcall, "*", n, 1, nr, args);
		if (sc(SYS_failpoint, NULL, 0, 0) == 0)
			break;
		CHECK_EQ(got, -ENOMEM);
	} while (++n < TRIES);
	CHECK(n > 0 && n < TRIES);
	return got;
}

static void
calls(void)
{
	struct pollfd pfd[2];
	struct kevent kev;
	uint64_t set;
	int kq, fds[2];

	REQUIRE(pipe(fds) == 0);
	kq = (int)in_the_end(SYS_kqueue, 0, 0, 0, 0, 0);
	REQUIRE(kq >= 0);
	EV_SET(&kev, fds[0], EVFILT_READ, EV_ADD, 0, 0, 0);
	CHECK_EQ(in_the_end(SYS_kevent, kq, (uintptr_t)&kev, 1, 0, 0), 0);
	EV_SET(&kev, 1, EVFILT_TIMER, EV_ADD, 0, 1000, 0);
	CHECK_EQ(in_the_end(SYS_kevent, kq, (uintptr_t)&kev, 1, 0, 0), 0);
	EV_SET(&kev, SIGURG, EVFILT_SIGNAL, EV_ADD, 0, 0, 0);
	CHECK_EQ(in_the_end(SYS_kevent, kq, (uintptr_t)&kev, 1, 0, 0), 0);
	EV_SET(&kev, sc(SYS_getpid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, 0);
	CHECK_EQ(in_the_end(SYS_kevent, kq, (uintptr_t)&kev, 1, 0, 0), 0);
	/* An ADD of what is there wants no memory. */
	CHECK_EQ(sc(SYS_kevent, kq, &kev, 1, NULL, 0, NULL), 0);
	pfd[0] = (struct pollfd){.fd = fds[0], .events = POLLIN};
	pfd[1] = (struct pollfd){.fd = fds[1], .events = POLLOUT};
	CHECK_EQ(in_the_end(SYS_poll, (uintptr_t)pfd, 2, -1UL, 0, 0), 1);
	set = 1UL << fds[1];
	CHECK_EQ(in_the_end(SYS_select, 64, 0, (uintptr_t)&set, 0, 0), 1);
	CHECK_EQ(set, 1UL << fds[1]);
	sc(SYS_close, kq);
	sc(SYS_close, fds[0]);
	sc(SYS_close, fds[1]);
}

/* A fork with its n-th allocation failing: how many failed; *errors counts
 * those that were the child's knote. */
static long
fork_tracked(int kq, long n, int *errors)
{
	uint64_t args[7] = {0};
	long pid = sc(SYS_failcall, "*", n, 1, SYS_fork, args);
	struct kevent kev;
	long hits;

	if (pid == 0)
		test_exit(2);
	hits = sc(SYS_failpoint, NULL, 0, 0);
	if (pid < 0)
		return hits;
	kev = kq_next(kq);
	if (kev.fflags & NOTE_TRACKERR) {
		CHECK_EQ(hits, 1);
		CHECK_EQ(kev.ident, sc(SYS_getpid));
		++*errors;
	} else {
		CHECK_EQ(kev.ident, pid);
		CHECK_EQ(kev.fflags, NOTE_CHILD);
		CHECK_EQ(kev.data, sc(SYS_getpid));
		kev = kq_next(kq);
		CHECK_EQ(kev.data, 2 << 8);
	}
	CHECK_EXIT((pid_t)pid, 2);
	CHECK_QUIET(kq);
	return hits;
}

/* How many allocations a fork makes is not always the same (the allocator makes
 * some for itself), so one pass may miss the last. */
static void
track(void)
{
	int kq = kq_new(), errors = 0;

	CHECK_EQ(kq_change(kq, sc(SYS_getpid), EVFILT_PROC, EV_ADD,
		     NOTE_TRACK | NOTE_EXIT, 0),
	    0);
	for (int pass = 0; pass < 10 && errors == 0; pass++)
		for (long n = 0; n < TRIES; n++)
			if (fork_tracked(kq, n, &errors) == 0)
				break;
	CHECK(errors > 0);
	CHECK_EQ(sc(SYS_close, kq), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	if (sc(SYS_failpoint, NULL, 0, 0) == -ENOSYS)
		return test_done();
	calls();
	track();
	return test_done();
}
