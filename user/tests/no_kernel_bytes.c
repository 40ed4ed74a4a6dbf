/*
 * no_kernel_bytes.c -- every system call that copies a structure out, padding
 * included, shows nothing of the kernel's stack and memory, and writes all of
 * what it says.
 */
#include <pty.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/procfs.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <termios.h>
#include <ucontext.h>
#include "user/tests/kernel_bytes.h"

TEST_ROWS("D01 D02 2.36 3.7 3.8 3.9");

#define CALL(name) static long name(void *buf, int byte)

static pid_t sleeper; /* a child that sleeps */
static int pty[2];

static void
sleeps(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000000);
}

/* Is what came back the child?  Then 0. */
static long
is(long got, pid_t pid)
{
	return got == pid ? 0 : got < 0 ? got : -9999;
}

/*
 * Waits.
 */

static void
nothing(void *arg)
{
	(void)arg;
}

static pid_t
dead_child(void)
{
	pid_t pid = test_fork(nothing, NULL);

	test_await_zombie(pid);
	return pid;
}

/* The sleeper with news: it has stopped, or gone on. */
static void
with_news(bool stop)
{
	sc(SYS_kill, sleeper, stop ? SIGCONT : SIGSTOP);
	sc(SYS_kill, sleeper, stop ? SIGSTOP : SIGCONT);
	CHECK_EQ(sc(SYS_wait6, P_PID, sleeper, NULL,
		     (stop ? WUNTRACED : WCONTINUED) | WNOWAIT, NULL, NULL),
	    sleeper);
}

CALL(wait4_exit)
{
	pid_t pid = dead_child();
	int status;

	return is(poisoned(byte, SYS_wait4, pid, &status, 0, buf), pid);
}

CALL(wait4_stop)
{
	int status;

	with_news(true);
	return is(poisoned(byte, SYS_wait4, sleeper, &status, WUNTRACED, buf),
	    sleeper);
}

CALL(wait4_continue)
{
	int status;

	with_news(false);
	return is(poisoned(byte, SYS_wait4, sleeper, &status, WCONTINUED, buf),
	    sleeper);
}

/* Both structures, one behind the other. */
static long
wait6_both(void *buf, int byte, pid_t pid, int options)
{
	struct __wrusage *wru = buf;

	return is(
	    poisoned(byte, SYS_wait6, P_PID, pid, NULL, options, wru, wru + 1),
	    pid);
}

CALL(wait6_exit)
{
	return wait6_both(buf, byte, dead_child(), WEXITED);
}

CALL(wait6_look)
{
	pid_t pid = dead_child();
	long got = wait6_both(buf, byte, pid, WEXITED | WNOWAIT);

	CHECK_EXIT(pid, 0);
	return got;
}

CALL(wait6_stop)
{
	with_news(true);
	return wait6_both(buf, byte, sleeper, WUNTRACED);
}

CALL(wait6_continue)
{
	with_news(false);
	return wait6_both(buf, byte, sleeper, WCONTINUED);
}

CALL(getrusage_self)
{
	return poisoned(byte, SYS_getrusage, RUSAGE_SELF, buf);
}

CALL(getrusage_children)
{
	return poisoned(byte, SYS_getrusage, RUSAGE_CHILDREN, buf);
}

/*
 * Files.
 */

CALL(stat_dir)
{
	return poisoned(byte, SYS_stat, "/", buf);
}

CALL(lstat_file)
{
	return poisoned(byte, SYS_lstat, "/tests/no_kernel_bytes", buf);
}

CALL(stat_proc)
{
	return poisoned(byte, SYS_stat, "/proc/1/status", buf);
}

CALL(stat_device)
{
	return poisoned(byte, SYS_stat, "/dev/null", buf);
}

CALL(fstat_pipe)
{
	int fds[2];
	long got;

	REQUIRE(pipe(fds) == 0);
	got = poisoned(byte, SYS_fstat, fds[0], buf);
	sc(SYS_close, fds[0]);
	sc(SYS_close, fds[1]);
	return got;
}

CALL(fstat_kqueue)
{
	long kq = sc(SYS_kqueue), got;

	REQUIRE(kq >= 0);
	got = poisoned(byte, SYS_fstat, kq, buf);
	sc(SYS_close, kq);
	return got;
}

CALL(fstat_tty)
{
	return poisoned(byte, SYS_fstat, pty[1], buf);
}

static long
entries(void *buf, int byte, const char *dir)
{
	long fd = sc(SYS_open, dir, O_RDONLY, 0), got;

	REQUIRE(fd >= 0);
	got = poisoned(byte, SYS_getdents, fd, buf, 4096);
	sc(SYS_close, fd);
	return got;
}

CALL(getdents_root)
{
	return entries(buf, byte, "/");
}

CALL(getdents_proc)
{
	return entries(buf, byte, "/proc");
}

CALL(getdents_process)
{
	return entries(buf, byte, "/proc/1");
}

CALL(getdirentries_base)
{
	long fd = sc(SYS_open, "/tests", O_RDONLY, 0), got;

	REQUIRE(fd >= 0);
	got = poisoned(byte, SYS_getdirentries, fd, (char *)buf + 8, 4096, buf);
	sc(SYS_close, fd);
	return got < 0 ? got : got + 8;
}

CALL(getcwd_path)
{
	long got = poisoned(byte, SYS___getcwd, buf, 256);

	return got < 0 ? got : (long)strlen(buf) + 1;
}

/*
 * Time, limits, this process.
 */

CALL(gettimeofday_both)
{
	return poisoned(byte, SYS_gettimeofday, buf, (char *)buf + 16);
}

CALL(clock_gettime_now)
{
	return poisoned(byte, SYS_clock_gettime, CLOCK_MONOTONIC, buf);
}

static void
handler(int sig)
{
	(void)sig;
}

CALL(nanosleep_rest)
{
	struct timespec ts = {.tv_sec = 1000};
	long got;

	signal(SIGALRM, handler);
	ualarm(2000, 0);
	got = poisoned(byte, SYS_nanosleep, &ts, buf);
	return got == -EINTR ? 0 : -9999;
}

CALL(getitimer_off)
{
	return poisoned(byte, SYS_getitimer, ITIMER_VIRTUAL, buf);
}

CALL(setitimer_old)
{
	struct itimerval val = {.it_value.tv_sec = 1000};

	return poisoned(byte, SYS_setitimer, ITIMER_REAL, &val, buf);
}

CALL(getrlimit_files)
{
	return poisoned(byte, SYS_getrlimit, RLIMIT_NOFILE, buf);
}

CALL(procctl_status)
{
	return poisoned(
	    byte, SYS_procctl, P_PID, getpid(), PROC_REAP_STATUS, buf);
}

CALL(usched_get)
{
	return poisoned(byte, SYS_usched_set, 0, USCHED_GET_CPU, buf, 4);
}

/*
 * What Mayfly tells.
 */

static long
rows(long got, size_t size)
{
	long max = BYTES_MAX / (long)size;

	return got < 0 ? got : (got < max ? got : max) * (long)size;
}

CALL(proclist_rows)
{
	return rows(poisoned(byte, SYS_proclist, buf,
			BYTES_MAX / sizeof(struct proc_row)),
	    sizeof(struct proc_row));
}

CALL(census_rows)
{
	return rows(poisoned(byte, SYS_census, buf,
			BYTES_MAX / sizeof(struct census_row)),
	    sizeof(struct census_row));
}

CALL(exitstages_rows)
{
	return rows(poisoned(byte, SYS_exitstages, buf,
			BYTES_MAX / sizeof(struct exit_stage_row)),
	    sizeof(struct exit_stage_row));
}

CALL(exittrace_rows)
{
	return rows(poisoned(byte, SYS_exittrace, dead_child(), buf, 100),
	    sizeof(struct exit_event));
}

/*
 * Signals.
 */

CALL(sigaction_old)
{
	return poisoned(byte, SYS_sigaction, SIGUSR2, NULL, buf);
}

CALL(sigprocmask_old)
{
	return poisoned(byte, SYS_sigprocmask, SIG_BLOCK, NULL, buf);
}

CALL(sigpending_set)
{
	return poisoned(byte, SYS_sigpending, buf);
}

CALL(sigaltstack_old)
{
	return poisoned(byte, SYS_sigaltstack, NULL, buf);
}

/* A signal that is blocked comes, and is taken. */
static long
taken(void *buf, int byte, bool child)
{
	int sig = child ? SIGCHLD : SIGUSR2;
	struct timespec none = {0};
	sigset_t set, old;
	long got;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (child)
		CHECK_EXIT(dead_child(), 0);
	else
		kill(getpid(), sig);
	got = poisoned(byte, SYS_sigtimedwait, &set, buf, &none);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return got == sig ? 0 : got < 0 ? got : -9999;
}

CALL(sigtimedwait_kill)
{
	return taken(buf, byte, false);
}

CALL(sigtimedwait_child)
{
	return taken(buf, byte, true);
}

static uint8_t *frame; /* where what the handler was given goes */
static long frame_bytes;

static void
framed(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	memcpy(frame, si, sizeof(*si));
	memcpy(frame + sizeof(*si), uc, sizeof(struct ucontext));
	frame_bytes = sizeof(*si) + sizeof(struct ucontext);
}

/* Of a handler, on a stack of its own that holds what the output holds. */
static long
handled(void *buf, int byte, int sig)
{
	static uint8_t stack[SIGSTKSZ];
	struct sigaltstack ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction act = {.sa_sigaction = framed,
	    .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};

	frame = buf;
	frame_bytes = 0;
	memset(stack, *frame, sizeof(stack));
	sc(SYS_sigaltstack, &ss, NULL);
	sc(SYS_sigaction, sig, &act, NULL);
	poisoned(byte, SYS_kill, getpid(), sig);
	ss.ss_flags = SS_DISABLE;
	sc(SYS_sigaltstack, &ss, NULL);
	return frame_bytes;
}

CALL(handler_frame)
{
	return handled(buf, byte, SIGUSR1);
}

/*
 * Other subsystems.
 */

CALL(kevent_user)
{
	struct kevent change = {
	    .ident = 1, .filter = EVFILT_USER, .flags = EV_ADD | EV_CLEAR};
	struct timespec none = {0};
	long kq = sc(SYS_kqueue), got;

	REQUIRE(kq >= 0);
	CHECK_EQ(sc(SYS_kevent, kq, &change, 1, NULL, 0, NULL), 0);
	change.flags = 0;
	change.fflags = NOTE_TRIGGER;
	CHECK_EQ(sc(SYS_kevent, kq, &change, 1, NULL, 0, NULL), 0);
	got = poisoned(byte, SYS_kevent, kq, NULL, 0, buf, 4, &none);
	sc(SYS_close, kq);
	return got * (long)sizeof(struct kevent);
}

/* What fails is told in the same place. */
CALL(kevent_error)
{
	struct kevent change = {
	    .ident = 1, .filter = EVFILT_USER, .flags = EV_DELETE};
	long kq = sc(SYS_kqueue), got;

	REQUIRE(kq >= 0);
	got = poisoned(byte, SYS_kevent, kq, &change, 1, buf, 4, NULL);
	sc(SYS_close, kq);
	return got * (long)sizeof(struct kevent);
}

static void
attach(void)
{
	REQUIRE(sc(SYS_ptrace, PT_ATTACH, sleeper, 0, 0) == 0);
	CHECK_EQ(test_wait(sleeper), W_STOPCODE(SIGSTOP));
}

static void
detach(void)
{
	CHECK_EQ(sc(SYS_ptrace, PT_DETACH, sleeper, 1, 0), 0);
}

static long
traced(void *buf, int byte, int request)
{
	long got;

	attach();
	got = poisoned(byte, SYS_ptrace, request, sleeper, buf, 0);
	detach();
	return got;
}

CALL(ptrace_regs)
{
	return traced(buf, byte, PT_GETREGS);
}

CALL(ptrace_fpregs)
{
	return traced(buf, byte, PT_GETFPREGS);
}

static long
file_of_proc(void *buf, int byte, const char *name)
{
	char path[64];
	long fd, got;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)sleeper, name);
	fd = sc(SYS_open, path, O_RDONLY, 0);
	REQUIRE(fd >= 0);
	got = poisoned(byte, SYS_read, fd, buf, 8192);
	sc(SYS_close, fd);
	return got;
}

CALL(proc_status)
{
	return file_of_proc(buf, byte, "status");
}

CALL(proc_map)
{
	return file_of_proc(buf, byte, "map");
}

CALL(proc_cmdline)
{
	return file_of_proc(buf, byte, "cmdline");
}

CALL(proc_etype)
{
	return file_of_proc(buf, byte, "etype");
}

CALL(proc_regs)
{
	long got;

	attach();
	got = file_of_proc(buf, byte, "regs");
	detach();
	return got;
}

CALL(proc_ioctl)
{
	char path[64];
	long fd, got;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)sleeper);
	fd = sc(SYS_open, path, O_RDWR, 0);
	REQUIRE(fd >= 0);
	got = poisoned(byte, SYS_ioctl, fd, PIOCSTATUS, buf);
	sc(SYS_close, fd);
	return got;
}

CALL(tty_attributes)
{
	return poisoned(byte, SYS_ioctl, pty[1], TIOCGETA, buf);
}

CALL(tty_size)
{
	return poisoned(byte, SYS_ioctl, pty[1], TIOCGWINSZ, buf);
}

#define RU sizeof(struct rusage)
#define BOTH (sizeof(struct __wrusage) + sizeof(siginfo_t))
#define ST sizeof(struct stat)

static const struct bytes_look looks[] = {
    {"wait4 of the dead", wait4_exit, RU, 0, false},
    {"wait4 of a stop", wait4_stop, RU, 0, false},
    {"wait4 of one that goes on", wait4_continue, RU, 0, false},
    {"wait6 of the dead", wait6_exit, BOTH, 0, false},
    {"wait6 that only looks", wait6_look, BOTH, 0, false},
    {"wait6 of a stop", wait6_stop, BOTH, 0, false},
    {"wait6 of one that goes on", wait6_continue, BOTH, 0, false},
    {"getrusage", getrusage_self, RU, 0, false},
    {"getrusage of children", getrusage_children, RU, 0, false},
    {"stat of a directory", stat_dir, ST, 0, false},
    {"lstat of a file", lstat_file, ST, 0, false},
    {"stat in /proc", stat_proc, ST, 0, false},
    {"stat of a device", stat_device, ST, 0, false},
    {"fstat of a pipe", fstat_pipe, ST, 0, false},
    {"fstat of a kqueue", fstat_kqueue, ST, 0, false},
    {"fstat of a terminal", fstat_tty, ST, 0, false},
    {"getdents of /", getdents_root, 0, 0, false},
    {"getdents of /proc", getdents_proc, 0, 0, false},
    {"getdents of /proc/1", getdents_process, 0, 0, false},
    {"getdirentries", getdirentries_base, 0, 0, false},
    {"getcwd", getcwd_path, 0, 0, false},
    {"gettimeofday", gettimeofday_both, 24, 0, false},
    {"clock_gettime", clock_gettime_now, 16, 0, false},
    {"nanosleep's rest", nanosleep_rest, 16, 0, false},
    {"getitimer", getitimer_off, 32, 0, false},
    {"setitimer's old", setitimer_old, 32, 0, false},
    {"getrlimit", getrlimit_files, 16, 0, false},
    {"procctl", procctl_status, sizeof(struct reaper_status), 0, false},
    {"usched_set", usched_get, 4, 0, false},
    {"proclist", proclist_rows, 0, 0, false},
    {"census", census_rows, 0, 0, false},
    {"exitstages", exitstages_rows, 0, 0, false},
    {"exittrace", exittrace_rows, 0, 0, false},
    {"sigaction's old", sigaction_old, sizeof(struct sigaction), 0, false},
    {"sigprocmask's old", sigprocmask_old, 16, 0, false},
    {"sigpending", sigpending_set, 16, 0, false},
    {"sigaltstack's old", sigaltstack_old, sizeof(struct sigaltstack), 0,
	false},
    {"sigtimedwait", sigtimedwait_kill, sizeof(siginfo_t), 0, false},
    {"sigtimedwait of SIGCHLD", sigtimedwait_child, sizeof(siginfo_t), 0,
	false},
    /* The byte is in a register of ours. */
    {"a handler's frame", handler_frame, 0, 2, true},
    {"kevent", kevent_user, 0, 0, false},
    {"kevent's error", kevent_error, 0, 0, false},
    {"ptrace's registers", ptrace_regs, sizeof(struct reg), 0, false},
    {"ptrace's fpregs", ptrace_fpregs, sizeof(struct fpreg), 0, false},
    {"/proc/PID/status", proc_status, 0, 0, false},
    {"/proc/PID/map", proc_map, 0, 0, false},
    {"/proc/PID/cmdline", proc_cmdline, 0, 0, false},
    {"/proc/PID/etype", proc_etype, 0, 0, false},
    {"/proc/PID/regs", proc_regs, 0, 0, false},
    {"/proc/PID/mem's status", proc_ioctl, sizeof(struct procfs_status), 0,
	false},
    {"tcgetattr", tty_attributes, sizeof(struct termios), 0, false},
    {"the size of a window", tty_size, 8, 0, false},
};

static void
refusals(void)
{
	uint64_t args[7] = {0};

	CHECK_EQ(sc(SYS_poisoncall, 1, SYS_poisoncall, args), -EINVAL);
	CHECK_EQ(sc(SYS_poisoncall, 1, SYS_failcall, args), -EINVAL);
	CHECK_EQ(sc(SYS_failcall, "*", 0, 1, SYS_poisoncall, args), -EINVAL);
	CHECK_EQ(sc(SYS_poisoncall, 1, 599, args), -ENOSYS);
	CHECK_EQ(sc(SYS_poisoncall, 1, SYS_getpid, 8), -EFAULT);
	CHECK_EQ(poisoned(1, SYS_getpid), getpid());
}

static void
as_user(void *arg)
{
	(void)arg;
	CHECK_EQ(sc(SYS_setuid, 1000), 0);
	CHECK_EQ(poisoned(1, SYS_getpid), -EPERM);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	refusals();
	CHECK_EXIT(test_fork(as_user, NULL), 0);
	REQUIRE(openpty(&pty[0], &pty[1], NULL, NULL, NULL) == 0);
	sleeper = test_fork(sleeps, NULL);
	for (size_t i = 0; i < COUNT(looks); i++)
		bytes_check(&looks[i]);
	kill(sleeper, SIGKILL);
	CHECK_KILLED(sleeper, SIGKILL);
	return test_done();
}
