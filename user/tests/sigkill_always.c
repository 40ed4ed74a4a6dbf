/*
 * sigkill_always.c -- SIGKILL ends a process in every sleep and stop that there
 * is, whatever it blocks, with one thread and with several; so does the exit of
 * another thread.  Each place is a sleep of the kernel, by the name that ps
 * shows; tests/static.t wants all of them that a signal ends.
 */
#include "user/tests/proc_files.h"
#include "user/tests/test_tty.h"
#include <poll.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/procfs.h>
#include <sys/ptrace.h>
#include <sys/select.h>

TEST_ROWS("E10 E11 E89 D16 2.15 2.16");

static int *shared; /* [0] ready */
static int word, fds[2];

static void
in_pipe_read(void)
{
	char c;

	read(fds[0], &c, 1);
}

static void
in_pipe_write(void)
{
	static char buf[TEST_PAGE];

	for (;;)
		write(fds[1], buf, sizeof(buf));
}

static void
in_nanosleep(void)
{
	test_sleep_ms(1000000);
}

static void
in_umtx(void)
{
	sc(SYS_umtx_sleep, &word, 0, 0);
}

static void
never(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000000);
}

static void
in_wait(void)
{
	test_fork(never, NULL);
	test_wait(-1);
}

static void
in_sigsuspend(void)
{
	sigset_t all;

	sigfillset(&all);
	sigsuspend(&all);
}

static void
in_sigwait(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwait(&set, &sig);
}

static void
in_pause(void)
{
	pause();
}

static void
in_vfork(void)
{
	if (vfork() == 0)
		never(NULL);
}

static void
in_stop(void)
{
	kill(getpid(), SIGSTOP);
}

static void
in_wait6(void)
{
	test_fork(never, NULL);
	sc(SYS_wait6, P_ALL, 0, NULL, WEXITED | WNOWAIT, NULL, NULL);
}

static void
in_kevent(void)
{
	struct kevent kev;
	int kq = kqueue();

	EV_SET(&kev, (uintptr_t)fds[0], EVFILT_READ, EV_ADD, 0, 0, NULL);
	kevent(kq, &kev, 1, &kev, 1, NULL);
}

static void
in_poll(void)
{
	struct pollfd pfd = {.fd = fds[0], .events = POLLIN};

	poll(&pfd, 1, -1);
}

static void
in_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	select(fds[0] + 1, &set, NULL, NULL, NULL);
}

static void
in_tty_read(void)
{
	struct pair pt;
	char c;

	pair_open(&pt);
	sc(SYS_read, pt.s, &c, 1);
}

/* Nobody reads from the master. */
static void
fill(struct pair *pt)
{
	static char buf[TEST_PAGE];

	pair_open(pt);
	sc(SYS_fcntl, pt->s, F_SETFL, O_RDWR | O_NONBLOCK);
	while (sc(SYS_write, pt->s, buf, sizeof(buf)) > 0)
		;
	sc(SYS_fcntl, pt->s, F_SETFL, O_RDWR);
}

static void
in_tty_write(void)
{
	struct pair pt;

	fill(&pt);
	sc(SYS_write, pt.s, "more", 4);
}

static void
in_tty_drain(void)
{
	struct pair pt;

	fill(&pt);
	tcdrain(pt.s);
}

static void
in_master_read(void)
{
	struct pair pt;
	char c;

	pair_open(&pt);
	sc(SYS_read, pt.m, &c, 1);
}

static void
in_master_write(void)
{
	static char buf[TEST_PAGE];
	struct pair pt;

	pair_open(&pt);
	raw_modes(pt.s, 1, 0);
	for (;;)
		sc(SYS_write, pt.m, buf, sizeof(buf));
}

static void
in_procfs_wait(void)
{
	struct procfs_status ps;
	pid_t pid = test_fork(never, NULL);

	sc(SYS_ioctl, proc_open(pid, "mem", O_RDWR), PIOCWAIT, &ps);
}

/* Stopped at a call, and no debugger looks any more. */
static void
in_stop_event(void)
{
	long fd = proc_open(getpid(), "mem", O_RDWR);

	sc(SYS_ioctl, fd, PIOCSFL, PF_LINGER);
	sc(SYS_ioctl, fd, PIOCBIS, S_SCE);
	sc(SYS_close, fd);
}

static void
in_trace_stop(void)
{
	sc(SYS_ptrace, PT_TRACE_ME, 0, NULL, 0);
	kill(getpid(), SIGUSR2);
}

static void
in_user_mode(void)
{
	for (;;)
		test_spin();
}

static void
in_handler_storm(void)
{
	for (;;)
		kill(getpid(), SIGUSR2);
}

static const struct place {
	void (*enter)(void);
	const char *wmesg; /* NULL: it does not sleep */
	bool alone;        /* with one thread only */
} places[] = {
    {in_pipe_read, "piperd", false},
    {in_pipe_write, "pipewr", false},
    {in_nanosleep, "nanslp", false},
    {in_umtx, "umtx", false},
    {in_wait, "wait", true},
    {in_wait6, "wait", true},
    {in_sigsuspend, "pause", false},
    {in_sigwait, "sigwait", false},
    {in_pause, "pause", false},
    {in_vfork, "ppwait", true},
    {in_stop, "stop", true},
    {in_kevent, "kqread", false},
    {in_poll, "kqread", false},
    {in_select, "kqread", false},
    {in_tty_read, "ttyin", false},
    {in_tty_write, "ttyout", false},
    {in_tty_drain, "ttydrn", false},
    {in_master_read, "ptyin", false},
    {in_master_write, "ptyout", false},
    {in_procfs_wait, "piocwait", true},
    {in_stop_event, "stopevent", true},
    {in_trace_stop, "stop", true},
    {in_user_mode, NULL, false},
    {in_handler_storm, NULL, false},
};

static void
nothing(int sig)
{
	(void)sig;
}

static void
go(void *arg)
{
	const struct place *place = arg;
	sigset_t all;

	/* A pipe of one's own: the ends are in all of them. */
	REQUIRE(pipe(fds) == 0);
	signal(SIGUSR2, nothing);
	sigfillset(&all);
	sigdelset(&all, SIGUSR2);
	sigprocmask(SIG_SETMASK, &all, NULL);
	add(&shared[0], 1);
	for (;;)
		place->enter();
}

static void
with_threads(void *arg)
{
	struct mthread t[3];

	for (int i = 0; i < 3; i++)
		mthread_start(&t[i], go, arg);
	WAIT_UNTIL(load(&shared[0]) == 3);
	test_sleep_ms(1);
	test_exit(77);
}

static bool
sleeps_in(pid_t pid, const char *wmesg)
{
	struct proc_row *row = test_ps(pid);

	return row != NULL && strcmp(row->wmesg, wmesg) == 0;
}

/* Half of the times it surely sleeps, otherwise it may be on its way there. */
static void
one(const struct place *place, int i)
{
	struct timespec ts = {.tv_nsec = i * 37 % 1000 * 1000L};
	long status;
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(go, (void *)(uintptr_t)place);
	WAIT_UNTIL(load(&shared[0]) == 1);
	if (i % 4 < 2 && place->wmesg != NULL)
		WAIT_UNTIL(sleeps_in(pid, place->wmesg));
	else
		sc(SYS_nanosleep, &ts, NULL);
	if (i % 2 == 1)
		CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	/* A stop that comes too late. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	/* A tracer hears of the stop, too. */
	do
		status = test_wait(pid);
	while (
	    place->enter == in_trace_stop && status > 0 && WIFSTOPPED(status));
	CHECK_EQ(status, SIGKILL);
}

/* What its children were is ours now. */
static void
clean_up(void)
{
	while (sc(SYS_wait4, -1, NULL, WNOHANG, NULL) == 0) {
		int n = test_proclist();

		for (int i = 0; i < n; i++)
			if (test_rows_buf[i].ppid == getpid())
				kill(test_rows_buf[i].pid, SIGKILL);
	}
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < test_rounds(4, 100); i++)
		for (size_t p = 0; p < COUNT(places); p++) {
			one(&places[p], i);
			clean_up();
			if (places[p].alone)
				continue;
			store(&shared[0], 0);
			CHECK_EXIT(test_fork(with_threads,
				       (void *)(uintptr_t)&places[p]),
			    77);
		}
	return test_done();
}
