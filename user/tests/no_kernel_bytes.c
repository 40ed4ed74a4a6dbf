/*
 * no_kernel_bytes.c -- every system call that copies a structure out, padding
 * included, shows nothing of the kernel's stack and memory, and writes all of
 * what it says.  Waits, signals and tracing: no_kernel_bytes_events.c.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/time.h>
#include <termios.h>
#include "user/tests/kernel_bytes.h"

TEST_ROWS("D01 D02 2.36 3.7 3.8 3.9");

static int pty[2];

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
	/* Again and again: the first may come before the sleep. */
	ualarm(2000, 2000);
	got = poisoned(byte, SYS_nanosleep, &ts, buf);
	ualarm(0, 0);
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
	return rows(poisoned(byte, SYS_exittrace, bytes_dead_child(), buf, 100),
	    sizeof(struct exit_event));
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

/* The entries as they were, with what has come of them. */
CALL(poll_entries)
{
	struct pollfd *pfd = buf;

	for (int i = 0; i < 4; i++)
		pfd[i] = (struct pollfd){
		    .fd = pty[1], .events = i == 0 ? POLLOUT : POLLIN};
	return poisoned(byte, SYS_poll, buf, 4, 0) == 1 ? 0 : -9999;
}

/* Whole words: what lies behind the last descriptor, too. */
CALL(select_sets)
{
	struct timeval none = {0};

	memset(buf, 0, 3 * sizeof(fd_set));
	FD_SET(pty[1], (fd_set *)buf + 1);
	return poisoned(byte, SYS_select, pty[1] + 1, buf, (fd_set *)buf + 1,
		   (fd_set *)buf + 2, &none) == 1
		   ? 0
		   : -9999;
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
#define ST sizeof(struct stat)

static const struct bytes_look looks[] = {
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
    {"kevent", kevent_user, 0, 0, false},
    {"kevent's error", kevent_error, 0, 0, false},
    {"poll", poll_entries, 4 * sizeof(struct pollfd), 0, false},
    {"select", select_sets, 3 * sizeof(fd_set), 0, false},
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
	for (size_t i = 0; i < COUNT(looks); i++)
		bytes_check(&looks[i]);
	return test_done();
}
