/*
 * sigkill_always.c -- SIGKILL ends a process in every sleep and stop that there
 * is, whatever it blocks, with one thread and with several; so does the exit of
 * another thread.
 */
#include "user/tests/test.h"
#include <signal.h>

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
in_user_mode(void)
{
	for (;;)
		__builtin_ia32_pause();
}

static void
in_handler_storm(void)
{
	for (;;)
		kill(getpid(), SIGUSR2);
}

static void (*const places[])(void) = {in_pipe_read, in_pipe_write,
    in_nanosleep, in_umtx, in_wait, in_sigsuspend, in_sigwait, in_pause,
    in_vfork, in_stop, in_user_mode, in_handler_storm};

static void
nothing(int sig)
{
	(void)sig;
}

static void
go(void *arg)
{
	void (*const *place)(void) = arg;
	sigset_t all;

	/* A pipe of one's own: the ends are in all of them. */
	REQUIRE(pipe(fds) == 0);
	signal(SIGUSR2, nothing);
	sigfillset(&all);
	sigdelset(&all, SIGUSR2);
	sigprocmask(SIG_SETMASK, &all, NULL);
	add(&shared[0], 1);
	for (;;)
		(*place)();
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

static void
one(void (*const *place)(void), int delay_us, bool stopped)
{
	void *arg = (void *)(uintptr_t)place;
	struct timespec ts = {.tv_nsec = delay_us * 1000L};
	pid_t pid;

	store(&shared[0], 0);
	pid = test_fork(go, arg);
	WAIT_UNTIL(load(&shared[0]) == 1);
	sc(SYS_nanosleep, &ts, NULL);
	if (stopped)
		CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	/* A stop that comes too late. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_KILLED(pid, SIGKILL);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < test_rounds(4, 300); i++)
		for (size_t p = 0; p < COUNT(places); p++) {
			one(&places[p], i * 37 % 1000, i & 1);
			/* What its children were is ours now. */
			while (sc(SYS_wait4, -1, NULL, WNOHANG, NULL) == 0) {
				int n = test_proclist();

				for (int j = 0; j < n; j++)
					if (test_rows_buf[j].ppid == getpid())
						kill(test_rows_buf[j].pid,
						    SIGKILL);
			}
			if (places[p] == in_stop || places[p] == in_wait ||
			    places[p] == in_vfork)
				continue;
			store(&shared[0], 0);
			CHECK_EXIT(test_fork(with_threads,
				       (void *)(uintptr_t)&places[p]),
			    77);
		}
	return test_done();
}
