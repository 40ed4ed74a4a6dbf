/*
 * procfs_stops.c -- a process stops for its debugger at the events that it has
 * chosen: at its exit, whole, with its status; at system calls; at an exec.
 * The debugger's last close, and SIGKILL, let it go on; its end wakes who
 * waits for a stop.
 */
#include <sys/procfs.h>
#include "user/tests/proc_files.h"

TEST_ROWS("E21 E22 D22 X22 X23 O5 2.18");

static int *go;
static int data = 4711;

#define STATUS(fd, ps) sc(SYS_ioctl, fd, PIOCSTATUS, ps)
#define CONT(fd, sig) sc(SYS_ioctl, fd, PIOCCONT, sig)

static void
child(void *arg)
{
	test_await(go, 1);
	data = 4712;
	if (arg != NULL)
		sc(SYS_kill, getpid(), SIGTERM);
	test_exit(3);
}

/* A child that waits for `go', its memory open; events are set. */
static long
started(void (*fn)(void *), void *arg, int events, pid_t *pidp)
{
	long fd;

	store(go, 0);
	*pidp = test_fork(fn, arg);
	fd = proc_open(*pidp, "mem", O_RDWR);
	REQUIRE(fd >= 0);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIS, events), 0);
	return fd;
}

/* Waits for the next stop, which is for that, and tells its value. */
static long
stop_for(long fd, int why)
{
	struct procfs_status ps;

	memset(&ps, 0xff, sizeof(ps));
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCWAIT, &ps), 0);
	CHECK_EQ(ps.state, 1);
	CHECK_EQ(ps.why, why);
	CHECK(ps.events & (uint64_t)why);
	return (long)ps.val;
}

static void
at_exit_whole(void)
{
	struct procfs_status ps;
	char text[128];
	pid_t pid;
	long fd = started(child, NULL, S_EXIT, &pid);
	int word;

	CHECK_EQ(CONT(fd, 0), -EINVAL);
	CHECK_EQ(STATUS(fd, &ps), 0);
	CHECK_EQ(ps.state, 1);
	CHECK_EQ(ps.why, 0);
	CHECK_EQ(ps.events, S_EXIT);
	test_post(go);
	CHECK_EQ(stop_for(fd, S_EXIT), 3 << 8);
	CHECK_EQ(STATUS(fd, &ps), 0);
	CHECK_EQ(ps.state, 0);
	CHECK_EQ(ps.why, S_EXIT);
	CHECK_EQ(ps.val, 3 << 8);
	/* All of it is there, and it is no zombie. */
	CHECK_EQ(proc_peek(fd, &data, &word, sizeof(word)), sizeof(word));
	CHECK_EQ(word, 4712);
	CHECK(proc_read(pid, "status", text, sizeof(text)) > 0);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(CONT(fd, 0), 0);
	test_await_zombie(pid);
	CHECK_EQ(CONT(fd, 0), -ENOTTY);
	CHECK_EQ(STATUS(fd, &ps), -ENOTTY);
	CHECK_EXIT(pid, 3);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Of the signal that ends it, its debugger is told too. */
static void
at_exit_by_signal(void)
{
	pid_t pid;
	long fd = started(child, go, S_EXIT, &pid);

	test_post(go);
	CHECK_EQ(stop_for(fd, S_EXIT), SIGTERM);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_KILLED(pid, SIGTERM);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* The last close lets it go on, unless it was told to linger. */
static void
close_resumes(void)
{
	pid_t pid;
	long fd = started(child, NULL, S_EXIT, &pid), second;
	int flags;

	test_post(go);
	stop_for(fd, S_EXIT);
	second = proc_open(pid, "mem", O_RDWR);
	CHECK_EQ(sc(SYS_close, fd), 0);
	stop_for(second, S_EXIT);
	CHECK_EQ(sc(SYS_close, second), 0);
	CHECK_EXIT(pid, 3);

	fd = started(child, NULL, S_EXIT, &pid);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCSFL, PF_LINGER), 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	test_post(go);
	fd = proc_open(pid, "mem", O_RDWR);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCGFL, &flags), 0);
	CHECK_EQ(flags, PF_LINGER);
	CHECK_EQ(stop_for(fd, S_EXIT), 3 << 8);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCSFL, 0), 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EXIT(pid, 3);
}

/* Its debugger's end closes the file. */
static void
debugger(void *arg)
{
	pid_t *pid = arg;
	long fd = proc_open(*pid, "mem", O_RDWR);

	CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIS, S_EXIT), 0);
	test_post(go);
	stop_for(fd, S_EXIT);
}

static void
debugger_dies(void)
{
	pid_t pid;

	store(go, 0);
	pid = test_fork(child, NULL);
	CHECK_EXIT(test_fork(debugger, &pid), 0);
	CHECK_EXIT(pid, 3);
}

/* D22: the stop at the exit can be killed. */
static void
killed_at_exit(void)
{
	pid_t pid;
	long fd = started(child, NULL, S_EXIT, &pid);

	test_post(go);
	stop_for(fd, S_EXIT);
	CHECK_EQ(sc(SYS_kill, pid, SIGTERM), 0);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_EXIT(pid, 3);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* E22: who waits for a stop hears that none will come. */
static void
waits_for_stop(void *arg)
{
	struct procfs_status ps;
	long fd = proc_open(*(pid_t *)arg, "mem", O_RDWR), got;

	test_post(&go[1]);
	got = sc(SYS_ioctl, fd, PIOCWAIT, &ps);
	CHECK(got == -EINVAL || got == -ENOTTY);
}

static void
end_wakes(void)
{
	pid_t pid, waiter;

	store(go, 0);
	store(&go[1], 0);
	pid = test_fork(child, NULL);
	waiter = test_fork(waits_for_stop, &pid);
	test_await(&go[1], 1);
	test_sleep_ms(5);
	test_post(go);
	CHECK_EXIT(waiter, 0);
	CHECK_EXIT(pid, 3);
}

static void
calls(void *arg)
{
	(void)arg;
	test_await(go, 1);
	sc(SYS_getpgid, 0);
	sc(SYS_lseek, -1, 0, 0, 0);
	test_exit(4);
}

static void
at_system_calls(void)
{
	pid_t pid;
	long fd = started(calls, NULL, S_SCE | S_SCX | S_EXIT, &pid);

	test_post(go);
	/* It may sleep in umtx_sleep now, or be about to. */
	for (;;) {
		struct procfs_status ps;

		CHECK_EQ(sc(SYS_ioctl, fd, PIOCWAIT, &ps), 0);
		if (ps.why == S_SCE && ps.val == 1)
			break;
		CHECK_EQ(CONT(fd, 0), 0);
	}
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EQ(stop_for(fd, S_SCX), SYS_getpgid);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EQ(stop_for(fd, S_SCE), 4);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EQ(stop_for(fd, S_SCX), SYS_lseek);
	/* The next one is seen no more. */
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIC, S_SCE | S_SCX), 0);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EQ(stop_for(fd, S_EXIT), 4 << 8);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EXIT(pid, 4);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Killed while it is stopped at a call. */
static void
killed_at_call(void)
{
	pid_t pid;
	long fd = started(calls, NULL, S_SCE, &pid);

	test_post(go);
	stop_for(fd, S_SCE);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* The debugger gives it a signal on its way. */
static void
goes_on_with_signal(void)
{
	pid_t pid;
	long fd = started(calls, NULL, S_SCE, &pid);

	test_post(go);
	stop_for(fd, S_SCE);
	CHECK_EQ(CONT(fd, SIGTERM), 0);
	CHECK_KILLED(pid, SIGTERM);
	CHECK_EQ(CONT(fd, SIGTERM), -ENOTTY);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Threads stop one after the other; the end of the process ends it for all. */
static void
caller(void *arg)
{
	(void)arg;
	for (;;)
		sc(SYS_getpgid, 0);
}

static void
many_callers(void *arg)
{
	struct mthread t[3];

	(void)arg;
	for (int i = 0; i < 3; i++)
		mthread_start(&t[i], caller, NULL);
	test_await(go, 1);
	test_sleep_ms(20);
	test_exit(6);
}

static void
threads(bool killed)
{
	pid_t pid;
	long fd = started(many_callers, NULL, S_SCX, &pid);

	for (int i = 0; i < 30; i++) {
		stop_for(fd, S_SCX);
		CHECK_EQ(CONT(fd, 0), 0);
	}
	if (killed) {
		CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		CHECK_KILLED(pid, SIGKILL);
	} else {
		CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIC, S_SCX), 0);
		CONT(fd, 0);
		test_post(go);
		CHECK_EXIT(pid, 6);
	}
	CHECK_EQ(sc(SYS_close, fd), 0);
}

static void
execs(void *arg)
{
	static char *argv[] = {"procfs_stops", "again", NULL};

	(void)arg;
	test_await(go, 1);
	sc(SYS_execve, "/tests/procfs_stops", argv, NULL);
}

static void
at_exec(void)
{
	pid_t pid;
	long fd = started(execs, NULL, S_EXEC, &pid);
	char text[64];

	test_post(go);
	stop_for(fd, S_EXEC);
	CHECK(proc_read(pid, "cmdline", text, sizeof(text)) > 0);
	CHECK(strcmp(text + strlen(text) + 1, "again") == 0);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EXIT(pid, 5);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

static void
faults(void *arg)
{
	(void)arg;
	test_await(go, 1);
	test_poke(8, 1);
}

/* Where a core might be written; another signal is none. */
static void
at_core(void)
{
	pid_t pid;
	long fd = started(faults, NULL, S_CORE | S_EXIT, &pid);

	test_post(go);
	CHECK_EQ(stop_for(fd, S_CORE), SIGSEGV);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_EQ(stop_for(fd, S_EXIT) & ~_WCORE, SIGSEGV);
	CHECK_EQ(CONT(fd, 0), 0);
	CHECK_KILLED(pid, SIGSEGV);
	CHECK_EQ(sc(SYS_close, fd), 0);
	fd = started(child, go, S_CORE | S_EXIT, &pid);
	test_post(go);
	CHECK_EQ(stop_for(fd, S_EXIT), SIGTERM);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_KILLED(pid, SIGTERM);
}

static void
arguments(void)
{
	pid_t pid;
	long fd = started(child, NULL, 0, &pid), other;

	CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIS, 0x40), -EINVAL);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCSFL, 2), -EINVAL);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCSTATUS, 8), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCGFL, 8), -EFAULT);
	CHECK_EQ(sc(SYS_ioctl, fd, 0x80007008, 0), -ENOTTY);
	CHECK_EQ(CONT(fd, 1000), -EINVAL);
	other = proc_open(pid, "status", O_RDONLY);
	CHECK_EQ(sc(SYS_ioctl, other, PIOCBIS, S_EXIT), -ENOTTY);
	CHECK_EQ(sc(SYS_close, other), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0)
		test_exit(5);
	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	at_exit_whole();
	at_exit_by_signal();
	close_resumes();
	debugger_dies();
	end_wakes();
	at_system_calls();
	killed_at_call();
	goes_on_with_signal();
	threads(false);
	threads(true);
	at_exec();
	at_core();
	arguments();
	killed_at_exit();
	return test_done();
}
