/*
 * select_poll.c -- select, pselect and poll: files, pipes, hang-up, bad
 * descriptors, time, signals, threads that are killed in it, and a descriptor
 * that is closed meanwhile.
 */
#include <poll.h>
#include <sys/select.h>
#include "user/tests/test.h"

TEST_ROWS("E69 E11 X57");

static long
polls(int fd, int events, int ms)
{
	struct pollfd pfd = {.fd = fd, .events = (short)events, .revents = -1};
	long n = sc(SYS_poll, &pfd, 1, ms);

	if (n < 0)
		return n;
	CHECK_EQ(n, pfd.revents != 0);
	return pfd.revents;
}

static void
pipes(void)
{
	static char buf[32768];
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(polls(fds[0], POLLIN, 0), 0);
	CHECK_EQ(polls(fds[0], POLLIN, 2), 0);
	CHECK_EQ(polls(fds[0], POLLOUT, 0), 0);
	CHECK_EQ(polls(fds[1], POLLOUT | POLLIN, -1), POLLOUT);
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	CHECK_EQ(polls(fds[0], POLLIN | POLLRDNORM, -1), POLLIN | POLLRDNORM);
	CHECK_EQ(polls(fds[0], 0, 0), 0);
	CHECK_EQ(sc(SYS_fcntl, fds[1], F_SETFL, O_NONBLOCK), 0);
	while (sc(SYS_write, fds[1], buf, sizeof(buf)) > 0)
		;
	CHECK_EQ(polls(fds[1], POLLOUT, 0), 0);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	CHECK_EQ(polls(fds[0], POLLIN, -1), POLLIN | POLLHUP);
	CHECK_EQ(polls(fds[0], 0, -1), POLLHUP);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	CHECK_EQ(polls(fds[1], POLLOUT, -1), POLLHUP);
	CHECK_EQ(polls(fds[1], 0, -1), POLLHUP);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
}

/* Regular files are always ready, at their end too. */
static void
files(void)
{
	struct pollfd two[2];
	int fd = (int)sc(SYS_open, "/select_poll", O_RDWR | O_CREAT, 0600);

	REQUIRE(fd >= 0);
	CHECK_EQ(polls(fd, POLLIN | POLLOUT, -1), POLLIN | POLLOUT);
	/* One descriptor in two entries, one entry for none. */
	two[0] = two[1] = (struct pollfd){.fd = fd, .events = POLLIN};
	CHECK_EQ(sc(SYS_poll, two, 2, -1), 2);
	two[0].fd = -1;
	CHECK_EQ(sc(SYS_poll, two, 2, -1), 1);
	CHECK_EQ(two[0].revents, 0);
	CHECK_EQ(two[1].revents, POLLIN);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(sc(SYS_unlink, "/select_poll"), 0);
	CHECK_EQ(polls(fd, POLLIN, -1), POLLNVAL);
	CHECK_EQ(polls(1 << 20, POLLIN, -1), POLLNVAL);
}

static void
sets(void)
{
	struct timespec ts = {0, 1000000}, neg = {-1, 0};
	struct timeval tv = {0, 2000}, zero = {0, 0}, bad = {0, 1000000};
	fd_set in, out, ex;
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&ex);
	FD_SET(fds[0], &in);
	FD_SET(fds[0], &ex);
	CHECK_EQ(sc(SYS_select, fds[1] + 1, &in, &out, &ex, &tv), 0);
	CHECK(!FD_ISSET(fds[0], &in) && !FD_ISSET(fds[0], &ex));
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	CHECK_EQ(sc(SYS_select, fds[1] + 1, &in, &out, NULL, NULL), 1);
	CHECK(!FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out));
	CHECK_EQ(sc(SYS_write, fds[1], "x", 1), 1);
	FD_SET(fds[0], &in);
	CHECK_EQ(sc(SYS_select, fds[1] + 1, &in, &out, NULL, &zero), 2);
	CHECK(FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out));
	/* Only the first nd bits count. */
	CHECK_EQ(sc(SYS_pselect, fds[0], &in, NULL, NULL, &ts, NULL), 0);
	CHECK_EQ(sc(SYS_close, fds[0]), 0);
	CHECK_EQ(sc(SYS_close, fds[1]), 0);
	FD_ZERO(&in);
	FD_SET(fds[0], &in);
	CHECK_EQ(sc(SYS_select, 64, &in, NULL, NULL, NULL), -EBADF);
	CHECK_EQ(sc(SYS_select, -1, NULL, NULL, NULL, &zero), -EINVAL);
	CHECK_EQ(sc(SYS_select, 0x7fffffff, NULL, NULL, NULL, &zero), -EINVAL);
	CHECK_EQ(sc(SYS_select, 0, NULL, NULL, NULL, &tv), 0);
	CHECK_EQ(sc(SYS_select, 0, NULL, NULL, NULL, &bad), -EINVAL);
	CHECK_EQ(sc(SYS_pselect, 0, NULL, NULL, NULL, &neg, NULL), -EINVAL);
	CHECK_EQ(sc(SYS_select, 64, 16, NULL, NULL, &zero), -EFAULT);
	CHECK_EQ(sc(SYS_select, 64, NULL, NULL, NULL, 16), -EFAULT);
	CHECK_EQ(sc(SYS_pselect, 0, NULL, NULL, NULL, &ts, 16), -EFAULT);
	CHECK_EQ(sc(SYS_poll, 16, 1, 0), -EFAULT);
	CHECK_EQ(sc(SYS_poll, NULL, 0, 0), 0);
	CHECK_EQ(sc(SYS_poll, NULL, -1, 0), -EINVAL);
	CHECK_EQ(sc(SYS_poll, NULL, 0x7fffffff, 0), -EINVAL);
}

static void
time_passes(void)
{
	uint64_t start = test_now_ns();

	CHECK_EQ(sc(SYS_poll, NULL, 0, 20), 0);
	CHECK(test_now_ns() - start >= 20000000U);
}

/* By the C library. */
static void
by_name(void)
{
	struct pollfd pfd = {.fd = 99, .events = POLLIN};
	struct timespec ts = {0};
	struct timeval tv = {0};
	fd_set in;

	CHECK_EQ(poll(&pfd, 1, INFTIM), 1);
	CHECK_EQ(pfd.revents, POLLNVAL);
	FD_ZERO(&in);
	CHECK_EQ(select(0, NULL, NULL, NULL, &tv), 0);
	CHECK_EQ(pselect(FD_SETSIZE, &in, NULL, NULL, &ts, NULL), 0);
	FD_SET(63, &in);
	errno = 0;
	CHECK_EQ(select(FD_SETSIZE, &in, NULL, NULL, &tv), -1);
	CHECK_EQ(errno, EBADF);
}

struct shared {
	int fds[2];
	int ready;
	long got;
};

static void
thread_polls(void *arg)
{
	struct shared *s = arg;

	test_post(&s->ready);
	s->got = polls(s->fds[0], POLLIN, -1);
}

/* Woken by a write, by the writer's end, by a close of the descriptor. */
static void
woken(int how)
{
	struct shared s = {.got = -1};
	struct mthread t;

	REQUIRE(pipe(s.fds) == 0);
	mthread_start(&t, thread_polls, &s);
	test_await(&s.ready, 1);
	test_sleep_ms(2);
	if (how == 0)
		CHECK_EQ(sc(SYS_write, s.fds[1], "x", 1), 1);
	else
		CHECK_EQ(sc(SYS_close, s.fds[how == 1 ? 1 : 0]), 0);
	mthread_join(&t);
	CHECK_EQ(s.got, how == 0   ? POLLIN
			: how == 1 ? POLLIN | POLLHUP
				   : POLLNVAL);
	sc(SYS_close, s.fds[0]);
	sc(SYS_close, s.fds[1]);
}

static void
handler(int sig)
{
	(void)sig;
}

static void
is_interrupted(void *arg)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct shared *s = arg;
	sigset_t usr1, none, now;

	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	test_post(&s->ready);
	CHECK_EQ(polls(s->fds[0], POLLIN, -1), -EINTR);
	/* Blocked but in pselect, and again afterwards. */
	sigprocmask(SIG_SETMASK, &usr1, NULL);
	test_post(&s->ready);
	CHECK_EQ(sc(SYS_pselect, 0, NULL, NULL, NULL, NULL, &none), -EINTR);
	sigprocmask(SIG_SETMASK, NULL, &now);
	CHECK(sigismember(&now, SIGUSR1));
	CHECK_EQ(
	    sc(SYS_pselect, 0, NULL, NULL, NULL, &(struct timespec){0}, &none),
	    0);
	sigprocmask(SIG_SETMASK, NULL, &now);
	CHECK(sigismember(&now, SIGUSR1));
}

static void
signals(void)
{
	struct shared *s = test_shared(sizeof(*s));
	pid_t pid;

	REQUIRE(pipe(s->fds) == 0);
	pid = test_fork(is_interrupted, s);
	for (int i = 1; i <= 2; i++) {
		test_await(&s->ready, i);
		WAIT_UNTIL(strcmp(test_ps(pid)->wmesg, "kqread") == 0);
		CHECK_EQ(sc(SYS_kill, pid, SIGUSR1), 0);
	}
	CHECK_EXIT(pid, 0);
	sc(SYS_close, s->fds[0]);
	sc(SYS_close, s->fds[1]);
	sc(SYS_munmap, s, sizeof(*s));
}

#define MANY 50

static void
selects_for_ever(void *arg)
{
	fd_set *in = arg, mine = *in;

	sc(SYS_select, 64, &mine, NULL, NULL, NULL);
}

static void
selects_and_exits(void *arg)
{
	fd_set *in = arg, mine = *in;
	struct timeval zero = {0, 0};

	CHECK_EQ(sc(SYS_select, 64, &mine, NULL, NULL, &zero), 0);
}

/* Threads that end by themselves, and that are killed in the sleep. */
static void
with_many(void *arg)
{
	struct mthread t[4];
	fd_set in;
	int fds[2];

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	FD_ZERO(&in);
	for (int fd = 10; fd < 10 + MANY; fd++) {
		CHECK_EQ(sc(SYS_dup2, fds[0], fd), fd);
		FD_SET(fd, &in);
	}
	for (int i = 0; i < 2; i++) {
		mthread_start(&t[i], selects_and_exits, &in);
		mthread_start(&t[2 + i], selects_for_ever, &in);
	}
	mthread_join(&t[0]);
	mthread_join(&t[1]);
	test_sleep_ms(2);
	test_exit(3);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < test_rounds(20, 200); i++) {
		pipes();
		files();
		sets();
		for (int how = 0; how < 3; how++)
			woken(how);
		signals();
		CHECK_EXIT(test_fork(with_many, NULL), 3);
	}
	time_passes();
	by_name();
	return test_done();
}
