/*
 * procfs_ctl.c -- tracing by files: orders, registers, and the program itself.
 */
#include <sys/procfs.h>
#include "user/tests/proc_files.h"
#include "user/tests/trace.h"
#include <signal.h>

TEST_ROWS("2.18 2.17 2.35 X43 E54");

static int *shared;

static long
order(pid_t pid, const char *text)
{
	long fd = proc_open(pid, "ctl", O_WRONLY), got;

	if (fd < 0)
		return fd;
	got = sc(SYS_write, fd, text, strlen(text));
	CHECK_EQ(sc(SYS_close, fd), 0);
	return got == (long)strlen(text) ? 0 : got;
}

static void
orders(void)
{
	pid_t pid = test_fork(trace_waiter, shared);
	long got;

	CHECK_EQ(order(pid, "run"), -EPERM);
	CHECK_EQ(order(pid, "dance"), -EOPNOTSUPP);
	CHECK_EQ(order(pid, "a very long order indeed"), -EMSGSIZE);
	CHECK_EQ(order(pid, "attach\n"), 0);
	CHECK_EQ(order(pid, "attach"), -EBUSY);
	CHECK_EQ(order(pid, "wait"), 0);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(order(pid, "step\n"), 0);
	CHECK_EQ(order(pid, "wait"), 0);
	CHECK_EQ(order(pid, "run"), 0);
	CHECK_EQ(order(pid, "run"), -EBUSY);
	/* It stops for the signal, and goes on without it. */
	CHECK_EQ(order(pid, "usr1"), 0);
	CHECK_EQ(order(pid, "wait\n"), 0);
	CHECK_EQ(order(pid, "detach"), 0);
	test_post(shared);
	CHECK_EXIT(pid, 3);
	CHECK_EQ(order(pid, "run"), -ENOENT);

	/* Goes on with a signal; one that ends under the wait. */
	pid = test_fork(trace_sleeper, NULL);
	CHECK_EQ(order(pid, "attach"), 0);
	CHECK_EQ(order(pid, "wait"), 0);
	CHECK_EQ(order(pid, "hup"), 0);
	got = order(pid, "wait");
	CHECK(got == -EIO || got == -ENOENT);
	CHECK_KILLED(pid, SIGHUP);
	CHECK_EQ(order(1, "attach"), -EPERM);
	CHECK_EQ(order(getpid(), "attach"), -EINVAL);
	CHECK_EQ(order(1, "wait"), -ECHILD);
}

static void
shares(void *arg)
{
	long fd = *(long *)arg;

	CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sc(SYS_write, fd, "wait", 4), -ECHILD);
}

static void
waits(void *arg)
{
	long got = sc(SYS_write, *(long *)arg, "wait", 4);

	CHECK(got == -EIO || got == -ENOENT || got == -ECHILD);
}

static bool
is_waiting(int32_t tid)
{
	int n = test_proclist();

	for (int i = 0; i < n; i++)
		if (test_rows_buf[i].pid == getpid() &&
		    test_rows_buf[i].tid == tid)
			return strcmp(test_rows_buf[i].wmesg, "wait") == 0;
	return false;
}

/* Who waits keeps nobody from using the same open file. */
static void
shared_order(void)
{
	pid_t pid = test_fork(trace_sleeper, NULL);
	long fd = proc_open(pid, "ctl", O_WRONLY);
	struct mthread t;

	CHECK_EQ(sc(SYS_write, fd, "attach", 6), 6);
	CHECK_EQ(sc(SYS_write, fd, "wait", 4), 4);
	CHECK_EQ(sc(SYS_write, fd, "run", 3), 3);
	mthread_start(&t, waits, &fd);
	WAIT_UNTIL(is_waiting(load(&t.tid)));
	CHECK_EXIT(test_fork(shares, &fd), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	mthread_join(&t);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Two threads wait for the same child, one of them by its file, which holds the
 * child: one has the status, and neither waits for the other. */
static void
waits_for(void *arg)
{
	CHECK_KILLED(*(pid_t *)arg, SIGKILL);
}

static void
two_waits(void)
{
	struct mthread t[2];
	pid_t pid = test_fork(trace_sleeper, NULL);
	long fd = proc_open(pid, "ctl", O_WRONLY);

	mthread_start(&t[0], waits_for, &pid);
	WAIT_UNTIL(is_waiting(load(&t[0].tid)));
	mthread_start(&t[1], waits, &fd);
	WAIT_UNTIL(is_waiting(load(&t[1].tid)));
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	for (int i = 0; i < 2; i++)
		mthread_join(&t[i]);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* The registers of a process at a system call are its arguments. */
static void
calls(void *arg)
{
	(void)arg;
	test_await(shared, 1);
	sc(SYS_getpgid, 4711);
	test_exit(3);
}

static void
registers(void)
{
	struct procfs_status ps;
	struct fpreg fp;
	struct reg r;
	pid_t pid;
	long mem, regs, fpregs;

	store(shared, 0);
	pid = test_fork(calls, NULL);
	mem = proc_open(pid, "mem", O_RDWR);
	regs = proc_open(pid, "regs", O_RDWR);
	fpregs = proc_open(pid, "fpregs", O_RDWR);
	REQUIRE(mem >= 0 && regs >= 0 && fpregs >= 0);
	CHECK_EQ(sc(SYS_read, regs, &r, sizeof(r)), -EBUSY);
	CHECK_EQ(sc(SYS_write, regs, &r, sizeof(r)), -EBUSY);
	CHECK_EQ(sc(SYS_read, fpregs, &fp, sizeof(fp)), -EBUSY);
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCBIS, S_SCE), 0);
	test_post(shared);
	do {
		CHECK_EQ(sc(SYS_ioctl, mem, PIOCWAIT, &ps), 0);
		CHECK_EQ(sc(SYS_lseek, regs, 0, 0, SEEK_SET), 0);
		CHECK_EQ(sc(SYS_read, regs, &r, sizeof(r)), sizeof(r));
		CHECK_EQ(sc(SYS_read, regs, &r, sizeof(r)), 0);
		if (r.r_rax != SYS_getpgid)
			CHECK_EQ(sc(SYS_ioctl, mem, PIOCCONT, 0), 0);
	} while (r.r_rax != SYS_getpgid);
	CHECK_EQ(r.r_rdi, 4711);
	CHECK_EQ(sc(SYS_read, fpregs, &fp, sizeof(fp)), sizeof(fp));
	CHECK_EQ(sc(SYS_lseek, fpregs, 0, 0, SEEK_SET), 0);
	CHECK_EQ(sc(SYS_write, fpregs, &fp, sizeof(fp)), sizeof(fp));
	CHECK_EQ(sc(SYS_lseek, regs, 0, 0, SEEK_SET), 0);
	CHECK_EQ(sc(SYS_write, regs, &r, sizeof(r) - 8), -EINVAL);
	r.r_cs = 8;
	CHECK_EQ(sc(SYS_write, regs, &r, sizeof(r)), -EINVAL);
	CHECK_EQ(sc(SYS_write, regs, 8, sizeof(r)), -EFAULT);
	/* Another call in its place. */
	r.r_cs = 0x23;
	r.r_rax = SYS_exit;
	r.r_rdi = 9;
	CHECK_EQ(sc(SYS_write, regs, &r, sizeof(r)), sizeof(r));
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCBIC, S_SCE), 0);
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCCONT, 0), 0);
	CHECK_EXIT(pid, 9);
	CHECK_EQ(sc(SYS_close, mem), 0);
	CHECK_EQ(sc(SYS_close, regs), 0);
	CHECK_EQ(sc(SYS_close, fpregs), 0);
}

/* A stop by a signal will do, too. */
static void
stopped_registers(void)
{
	pid_t pid = test_fork(trace_sleeper, NULL);
	struct reg r;
	int status;

	CHECK_EQ(sc(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	CHECK_EQ(proc_read(pid, "regs", (char *)&r, sizeof(r) + 1), sizeof(r));
	CHECK_EQ(r.r_cs, 0x23);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

/* Before it acts on a signal. */
static void
signalled(void *arg)
{
	signal(SIGUSR1, SIG_IGN);
	test_post(&shared[1]);
	trace_waiter(arg);
}

static void
at_signal(void)
{
	struct procfs_status ps;
	pid_t pid;
	long mem;

	store(shared, 0);
	pid = test_fork(signalled, shared);
	mem = proc_open(pid, "mem", O_RDWR);
	test_await(&shared[1], 1);
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCBIS, S_SIG), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EQ(sc(SYS_kill, pid, SIGTERM), 0);
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCWAIT, &ps), 0);
	CHECK_EQ(ps.why, S_SIG);
	CHECK_EQ(ps.val, SIGTERM);
	CHECK_EQ(sc(SYS_ioctl, mem, PIOCCONT, 0), 0);
	CHECK_KILLED(pid, SIGTERM);
	CHECK_EQ(sc(SYS_close, mem), 0);
}

/* /proc/PID/file is the program, until the process has ended; its name may be
 * gone by then. */
static void
program(void)
{
	struct stat st, own;
	char path[PROC_PATH], magic[4];
	pid_t pid;
	long fd;

	store(shared, 0);
	pid = test_fork(trace_waiter, shared);
	snprintf(path, sizeof(path), "/proc/%d/file", (int)pid);
	CHECK_EQ(sc(SYS_stat, path, &st), 0);
	CHECK_EQ(sc(SYS_stat, "/tests/procfs_ctl", &own), 0);
	CHECK(st.st_ino == own.st_ino && st.st_dev == own.st_dev);
	fd = proc_open(pid, "file", O_RDONLY);
	CHECK_EQ(sc(SYS_read, fd, magic, 4), 4);
	CHECK(memcmp(magic, "\177ELF", 4) == 0);
	CHECK_EQ(sc(SYS_close, fd), 0);
	test_post(shared);
	test_await_zombie(pid);
	CHECK_EQ(sc(SYS_stat, path, &st), -ENOENT);
	CHECK_EXIT(pid, 3);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	orders();
	shared_order();
	for (int i = 0; i < test_rounds(10, 200); i++)
		two_waits();
	registers();
	stopped_registers();
	at_signal();
	program();
	return test_done();
}
