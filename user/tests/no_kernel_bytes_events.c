/*
 * no_kernel_bytes_events.c -- what tells of children, signals and traced
 * processes shows nothing of the kernel's stack and memory, padding included:
 * waits, siginfo and the frames of handlers, core files, ptrace and
 * /proc.
 */
#include <signal.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/procfs.h>
#include <sys/ptrace.h>
#include <ucontext.h>
#include "user/tests/kernel_bytes.h"

TEST_ROWS("D01 D02 2.17 2.18 3.7 3.8 3.9");

static pid_t sleeper; /* a child that sleeps */

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
	pid_t pid = bytes_dead_child();
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
	return wait6_both(buf, byte, bytes_dead_child(), WEXITED);
}

CALL(wait6_look)
{
	pid_t pid = bytes_dead_child();
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

CALL(kevent_exit)
{
	struct kevent change = {.ident = (uintptr_t)bytes_dead_child(),
	    .filter = EVFILT_PROC,
	    .flags = EV_ADD,
	    .fflags = NOTE_EXIT};
	long kq = sc(SYS_kqueue), got;

	REQUIRE(kq >= 0);
	got = poisoned(byte, SYS_kevent, kq, &change, 1, buf, 4, NULL);
	sc(SYS_close, kq);
	CHECK_EXIT((pid_t)change.ident, 0);
	return got * (long)sizeof(struct kevent);
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
		CHECK_EXIT(bytes_dead_child(), 0);
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

static void
dumps(void *arg)
{
	struct rlimit rl = {1 << 24, RLIM_INFINITY};

	CHECK_EQ(sc(SYS_setrlimit, RLIMIT_CORE, &rl), 0);
	poisoned((int)(intptr_t)arg, SYS_kill, getpid(), SIGQUIT);
}

/* Headers and notes; what follows is the program's own memory. */
CALL(core_headers)
{
	static const char name[] = "no_kernel_bytes_.core";
	long fd, got;

	CHECK_EQ(test_wait(test_fork(dumps, (void *)(intptr_t)byte)),
	    SIGQUIT | _WCORE);
	fd = sc(SYS_open, name, O_RDONLY, 0);
	REQUIRE(fd >= 0);
	got = sc(SYS_read, fd, buf, TEST_PAGE);
	sc(SYS_close, fd);
	CHECK_EQ(sc(SYS_unlink, name), 0);
	return got;
}

/*
 * Tracing.
 */

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

CALL(proc_rlimit)
{
	return file_of_proc(buf, byte, "rlimit");
}

static long
stopped_file(void *buf, int byte, const char *name)
{
	long got;

	attach();
	got = file_of_proc(buf, byte, name);
	detach();
	return got;
}

CALL(proc_regs)
{
	return stopped_file(buf, byte, "regs");
}

CALL(proc_fpregs)
{
	return stopped_file(buf, byte, "fpregs");
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

#define RU sizeof(struct rusage)
#define BOTH (sizeof(struct __wrusage) + sizeof(siginfo_t))

static const struct bytes_look looks[] = {
    {"wait4 of the dead", wait4_exit, RU, 0, false},
    {"wait4 of a stop", wait4_stop, RU, 0, false},
    {"wait4 of one that goes on", wait4_continue, RU, 0, false},
    {"wait6 of the dead", wait6_exit, BOTH, 0, false},
    {"wait6 that only looks", wait6_look, BOTH, 0, false},
    {"wait6 of a stop", wait6_stop, BOTH, 0, false},
    {"wait6 of one that goes on", wait6_continue, BOTH, 0, false},
    {"kevent of an end", kevent_exit, 0, 0, false},
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
    {"a core file", core_headers, 0, 2, false},
    {"ptrace's registers", ptrace_regs, sizeof(struct reg), 0, false},
    {"ptrace's fpregs", ptrace_fpregs, sizeof(struct fpreg), 0, false},
    {"/proc/PID/status", proc_status, 0, 0, false},
    {"/proc/PID/map", proc_map, 0, 0, false},
    {"/proc/PID/cmdline", proc_cmdline, 0, 0, false},
    {"/proc/PID/etype", proc_etype, 0, 0, false},
    {"/proc/PID/rlimit", proc_rlimit, 0, 0, false},
    {"/proc/PID/regs", proc_regs, 0, 0, false},
    {"/proc/PID/fpregs", proc_fpregs, 0, 0, false},
    {"/proc/PID/mem's status", proc_ioctl, sizeof(struct procfs_status), 0,
	false},
};

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	sleeper = test_fork(sleeps, NULL);
	REQUIRE(mkdir("/bytes.d", 0700) == 0 && chdir("/bytes.d") == 0);
	for (size_t i = 0; i < COUNT(looks); i++)
		bytes_check(&looks[i]);
	kill(sleeper, SIGKILL);
	CHECK_KILLED(sleeper, SIGKILL);
	CHECK(chdir("/") == 0 && rmdir("/bytes.d") == 0);
	return test_done();
}
