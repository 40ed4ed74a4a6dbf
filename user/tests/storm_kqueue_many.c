/*
 * storm_kqueue_many.c -- very many knotes on one thing: kqueues that all watch
 * one process, its signals and children, a pipe, or a kqueue; kqueues in a
 * chain; one pipe in all entries of a poll; timers that nobody reads.  Each is
 * told, once; tests/latency.t looks at how long a CPU is deaf meanwhile.
 */
#include <poll.h>
#include <sys/resource.h>
#include "user/tests/kqueue_test.h"

TEST_ROWS("E59 E60 E69 2.1 2.26");

#define MOST 3000
#define POLLED 20000
#define TIMERS 20000

static int kqs[MOST], many, *go;

static void
new_kqueues(void)
{
	for (int i = 0; i < many; i++)
		kqs[i] = kq_new();
}

static void
close_kqueues(void)
{
	for (int i = 0; i < many; i++)
		CHECK_EQ(sc(SYS_close, kqs[i]), 0);
}

/* All watch this now. */
static void
watch(uintptr_t ident, int filter, uint32_t fflags)
{
	for (int i = 0; i < many; i++)
		CHECK_EQ(kq_change(kqs[i], ident, filter, EV_ADD, fflags, 0),
		    0);
}

/* Each has this event, and no other. */
static void
expect(uintptr_t ident, int filter, uint32_t fflags, int64_t data)
{
	struct kevent kev[2];

	for (int i = 0; i < many; i++) {
		CHECK_EQ(kq_look(kqs[i], kev, 2), 1);
		CHECK_EQ(kev[0].ident, ident);
		CHECK_EQ(kev[0].filter, filter);
		CHECK_EQ(kev[0].fflags, fflags);
		CHECK_EQ(kev[0].data, data);
		if (load(test_failures) > 0)
			break;
	}
}

static void
signals(void)
{
	new_kqueues();
	watch(SIGURG, EVFILT_SIGNAL, 0);
	CHECK_EQ(sc(SYS_kill, (int)sc(SYS_getpid), SIGURG), 0);
	expect(SIGURG, EVFILT_SIGNAL, 0, 1);
	close_kqueues();
}

static void
has_child(void *arg)
{
	(void)arg;
	test_await(go, 1);
	CHECK_EXIT(test_vfork_exit(2), 2);
	test_exit(3);
}

static void
processes(void)
{
	struct kevent kev[4];
	pid_t pid;

	new_kqueues();
	store(go, 0);
	pid = test_fork(has_child, NULL);
	watch((uintptr_t)pid, EVFILT_PROC, NOTE_FORK | NOTE_TRACK);
	test_post(go);
	test_await_zombie(pid);
	for (int i = 0; i < many && load(test_failures) == 0; i++) {
		/* Two of the parent, in one; the child's two. */
		CHECK_EQ(kq_look(kqs[i], kev, 4), 2);
		for (int k = 0; k < 2; k++)
			if (kev[k].ident == (uintptr_t)pid)
				CHECK_EQ(kev[k].data, 3 << 8);
			else
				CHECK_EQ(kev[k].data, pid);
		CHECK_EQ(kq_look(kqs[i], kev, 4), 1);
		CHECK_EQ(kev[0].data, 2 << 8);
	}
	CHECK_EXIT(pid, 3);
	close_kqueues();
}

static void
pipes(void)
{
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	new_kqueues();
	watch((uintptr_t)fds[0], EVFILT_READ, 0);
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	expect((uintptr_t)fds[0], EVFILT_READ, 0, 1);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	for (int i = 0; i < many; i++)
		CHECK_QUIET(kqs[i]);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	close_kqueues();
}

/* One kqueue that all others watch. */
static void
star(void)
{
	int middle = kq_new();

	new_kqueues();
	watch((uintptr_t)middle, EVFILT_READ, 0);
	CHECK_EQ(kq_change(middle, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	expect((uintptr_t)middle, EVFILT_READ, 0, 1);
	CHECK_EQ(kq_change(middle, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
	for (int i = 0; i < many; i++)
		CHECK_QUIET(kqs[i]);
	CHECK_EQ(sc(SYS_close, middle), 0);
	close_kqueues();
}

/* One that watches all others, when all of them have come to rest again. */
static void
fan(void)
{
	int outer = kq_new();

	new_kqueues();
	for (int i = 0; i < many; i++)
		CHECK_EQ(kq_change(outer, kqs[i], EVFILT_READ, EV_ADD, 0, 0),
		    0);
	watch(1, EVFILT_USER, NOTE_TRIGGER);
	for (int i = 0; i < many; i++)
		CHECK_EQ(kq_change(kqs[i], 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
	CHECK_QUIET(outer);
	CHECK_EQ(sc(SYS_close, outer), 0);
	close_kqueues();
}

static void
chain(void)
{
	struct kevent kev;

	new_kqueues();
	for (int i = 1; i < many; i++)
		CHECK_EQ(kq_change(kqs[i], kqs[i - 1], EVFILT_READ, EV_ADD, 0,
			     0),
		    0);
	CHECK_EQ(kq_change(kqs[0], 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
	kev = kq_next(kqs[many - 1]);
	CHECK_EVENT(&kev, kqs[many - 2], EVFILT_READ, 0, 1);
	close_kqueues();
}

static void
writes(void *arg)
{
	test_sleep_ms(5);
	CHECK_EQ(sc(SYS_write, *(int *)arg, "x", 1), 1);
}

static int
ready_of(const struct pollfd *pfd, int n)
{
	int ready = 0;

	for (int i = 0; i < n; i++)
		ready += pfd[i].revents == POLLIN;
	return ready;
}

/* One pipe in all entries.  The sleeper may be awake before all of them have
 * been told. */
static void
polls(int n)
{
	struct pollfd *pfd = test_private((size_t)n * sizeof(*pfd));
	struct mthread t;
	int fds[2];
	long ready;

	REQUIRE(pipe(fds) == 0);
	for (int i = 0; i < n; i++)
		pfd[i] = (struct pollfd){.fd = fds[0], .events = POLLIN};
	mthread_start(&t, writes, &fds[1]);
	ready = sc(SYS_poll, pfd, n, -1);
	CHECK(ready > 0);
	CHECK_EQ(ready_of(pfd, n), ready);
	mthread_join(&t);
	CHECK_EQ(sc(SYS_poll, pfd, n, 0), n);
	CHECK_EQ(ready_of(pfd, n), n);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	CHECK_EQ(sc(SYS_munmap, pfd, (size_t)n * sizeof(*pfd)), 0);
}

/* More timers than a CPU could run each millisecond. */
static void
timers(int n)
{
	struct kevent *kev = test_private((size_t)n * sizeof(*kev));
	int kq = kq_new(), told = 0;

	for (int i = 0; i < n; i++)
		CHECK_EQ(kq_change(kq, i, EVFILT_TIMER, EV_ADD, 0, 1), 0);
	test_sleep_ms(20);
	while (told < n) {
		/* Waits, should the host have been slow with their CPU. */
		long got = sc(SYS_kevent, kq, NULL, 0, kev, n, NULL);

		CHECK(got > 0);
		if (got <= 0)
			break;
		told += (int)got;
	}
	CHECK_EQ(sc(SYS_close, kq), 0);
	CHECK_EQ(sc(SYS_munmap, kev, (size_t)n * sizeof(*kev)), 0);
}

int
main(int argc, char **argv)
{
	struct rlimit limit = {MOST + 100, MOST + 100};

	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	many = test_brief ? MOST / 10 : MOST;
	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_NOFILE, &limit), 0);
	signals();
	processes();
	pipes();
	star();
	fan();
	chain();
	polls(test_brief ? POLLED / 10 : POLLED);
	timers(test_brief ? TIMERS / 10 : TIMERS);
	return test_done();
}
