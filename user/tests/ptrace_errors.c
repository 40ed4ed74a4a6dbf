/*
 * ptrace_errors.c -- each error of ptrace(2), with nothing changed by it.
 */
#include "user/tests/proc_files.h"
#include "user/tests/trace.h"
#include <sys/procfs.h>

TEST_ROWS("2.17 E27 D36");

#define USER 1000

static int *shared;

static const int requests[] = {PT_READ_I, PT_READ_D, PT_WRITE_I, PT_WRITE_D,
    PT_CONTINUE, PT_KILL, PT_STEP, PT_DETACH, PT_IO, PT_GETREGS, PT_SETREGS,
    PT_GETFPREGS, PT_SETFPREGS};

/* Every request to pid, with good arguments, gives that. */
static void
all_give(pid_t pid, long error)
{
	static union {
		struct ptrace_io_desc io;
		struct fpreg regs;
	} data;

	for (size_t i = 0; i < COUNT(requests); i++) {
		long got;

		data.io =
		    (struct ptrace_io_desc){PIOD_READ_D, &shared, &data, 0};
		got = PT(requests[i], pid, &data, 0);
		if (got != error)
			test_note("request %d gives %ld", requests[i], got);
		CHECK(got == error);
	}
}

static void
nobody(void)
{
	pid_t pid = test_fork(proc_nothing, NULL);

	test_await_zombie(pid);
	all_give(pid, -ESRCH);
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), -ESRCH);
	CHECK_EXIT(pid, 0);
	all_give(pid, -ESRCH);
	all_give(-1, -ESRCH);
	all_give(INT32_MIN, -ESRCH);
	CHECK_EQ(PT(PT_ATTACH, 65000, 0, 0), -ESRCH);
	CHECK_EQ(PT(PT_ATTACH, -1, 0, 0), -ESRCH);
	CHECK_EQ(PT(PT_ATTACH, getpid(), 0, 0), -EINVAL);
	CHECK_EQ(PT(PT_ATTACH, 1, 0, 0), -EPERM);
	CHECK_EQ(PT(PT_ATTACH, 0, 0, 0), -EPERM);
	all_give(1, -EPERM);
	all_give(getpid(), -EPERM);
}

static void
not_traced(void)
{
	pid_t pid = test_fork(trace_sleeper, NULL);

	all_give(pid, -EPERM);
	CHECK_EQ(PT(3, pid, 0, 0), -EINVAL);
	CHECK_EQ(PT(6, pid, 0, 0), -EINVAL);
	CHECK_EQ(PT(13, pid, 0, 0), -EINVAL);
	CHECK_EQ(PT(32, pid, 0, 0), -EINVAL);
	CHECK_EQ(PT(37, pid, 0, 0), -EINVAL);
	CHECK_EQ(PT(-1, pid, 0, 0), -EINVAL);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

/* By somebody else. */
static void
not_mine(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	all_give(pid, -EBUSY);
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), -EBUSY);
}

/* Runs; stops, and is not waited for; is waited for. */
static void
not_ready(void)
{
	int status;
	pid_t pid = test_fork(trace_sleeper, NULL);

	trace_attach(pid);
	CHECK_EXIT(test_fork(not_mine, &pid), 0);
	CHECK_EQ(PT(PT_CONTINUE, pid, 1, -1), -EINVAL);
	CHECK_EQ(PT(PT_CONTINUE, pid, 1, 129), -EINVAL);
	CHECK_EQ(PT(PT_DETACH, pid, 1, 1000), -EINVAL);
	CHECK_EQ(PT(PT_STEP, pid, 1, INT32_MIN), -EINVAL);
	trace_continue(pid, 0);
	all_give(pid, -EBUSY);
	CHECK_EQ(sc(SYS_kill, pid, SIGUSR1), 0);
	/* It stops, and we only look whether it has. */
	CHECK_EQ(
	    sc(SYS_wait6, P_PID, pid, &status, WTRAPPED | WNOWAIT, NULL, NULL),
	    pid);
	CHECK_EQ(status, W_STOPCODE(SIGUSR1));
	all_give(pid, -EBUSY);
	/* A status that could not be delivered has not been. */
	CHECK_EQ(sc(SYS_wait4, pid, 8, 0, NULL), -EFAULT);
	all_give(pid, -EBUSY);
	CHECK_STOPPED(pid, SIGUSR1);
	CHECK_EQ(PT(PT_READ_D, pid, &shared, 0) == -EBUSY, 0);
	CHECK_EQ(PT(PT_KILL, pid, 0, 0), 0);
	CHECK_KILLED(pid, SIGKILL);
}

/* D36: to its tracer an ending process is traced still, until it is gone. */
static void
ending(void)
{
	struct procfs_status ps;
	pid_t pid = test_fork(trace_waiter, shared);
	long fd = proc_open(pid, "mem", O_RDWR);

	trace_attach(pid);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCBIS, S_EXIT), 0);
	trace_continue(pid, 0);
	test_post(shared);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCWAIT, &ps), 0);
	all_give(pid, -EBUSY);
	CHECK_EQ(PT(PT_ATTACH, pid, 0, 0), -EBUSY);
	CHECK_EQ(sc(SYS_ioctl, fd, PIOCCONT, 0), 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	test_await_zombie(pid);
	all_give(pid, -ESRCH);
	CHECK_EXIT(pid, 3);
}

/* A circle of tracers. */
static void
circle_end(void *arg)
{
	pid_t grandparent = *(pid_t *)arg;

	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	CHECK_EQ(PT(PT_ATTACH, grandparent, 0, 0), -EINVAL);
	CHECK_EQ(PT(PT_ATTACH, getppid(), 0, 0), -EBUSY);
}

static void
circle_middle(void *arg)
{
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	CHECK_EQ(PT(PT_ATTACH, getppid(), 0, 0), -EINVAL);
	CHECK_EXIT(test_fork(circle_end, arg), 0);
}

static void
circle(void *arg)
{
	pid_t self = getpid(), pid = test_fork(circle_middle, &self);

	(void)arg;
	CHECK_STOPPED(pid, SIGCHLD);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 0);
}

static void
others_process(void *arg)
{
	pid_t root = *(pid_t *)arg, mine;

	CHECK_EQ(sc(SYS_setuid, USER), 0);
	CHECK_EQ(PT(PT_ATTACH, root, 0, 0), -EPERM);
	all_give(root, -EPERM);
	/* It has been root since its exec: who knows what it remembers. */
	mine = test_fork(trace_sleeper, NULL);
	CHECK_EQ(PT(PT_ATTACH, mine, 0, 0), -EPERM);
	CHECK_EQ(sc(SYS_kill, mine, SIGKILL), 0);
	CHECK_KILLED(mine, SIGKILL);
}

/* But once it runs another program, its user may do what it likes with it. */
static void
execs_as_user(void *arg)
{
	char *argv[] = {arg, (char *)(uintptr_t) "user", NULL}, *env[] = {NULL};

	CHECK_EQ(sc(SYS_setuid, USER), 0);
	sc(SYS_execve, arg, argv, env);
	test_exit(1);
}

static int
own_process(void)
{
	pid_t pid = test_fork(trace_sleeper, NULL);
	long fd;

	trace_attach(pid);
	CHECK_EQ(PT(PT_DETACH, pid, 1, 0), 0);
	fd = proc_open(pid, "mem", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	CHECK_EQ(PT(PT_ATTACH, 1, 0, 0), -EPERM);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	return test_done();
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	if (argc > 1 && strcmp(argv[1], "user") == 0)
		return own_process();
	shared = test_shared(TEST_PAGE);
	pid = test_fork(trace_sleeper, NULL);
	not_traced();
	not_ready();
	ending();
	CHECK_EXIT(test_fork(circle, NULL), 0);
	CHECK_EXIT(test_fork(others_process, &pid), 0);
	CHECK_EXIT(test_fork(execs_as_user, argv[0]), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	nobody();
	return test_done();
}
