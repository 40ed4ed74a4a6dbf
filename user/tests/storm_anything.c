/*
 * storm_anything.c -- any system call with anything in it, from many processes
 * of ordinary users at once: numbers that exist and that do not, arguments that
 * are right, nearly right, and nonsense, by threads that share everything and
 * children that go on with it, until SIGKILL comes.  Whatever they do: the
 * kernel stands, nobody else is hurt, and all that they had is let go of.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/dirent.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/procfs.h>
#include <termios.h>
#include "user/tests/test.h"

TEST_ROWS("E10 E11 N5 N6 2.43");

#define USERS 4		  /* each with one process after the other */
#define UID 4200	  /* of the first */
#define MOST_PROCESSES 12 /* of a user */
#define MOST_CALLS 40	  /* by a child */
#define WINDOW_MS 100
#define AREA (16 * TEST_PAGE) /* memory to point into */
#define DIR "/anything"

/* Shared; far from all that the calls may come upon. */
static struct shared {
	int calls, fine; /* made; without an error */
	int began;	 /* first processes of users */
	int over;
} *const s = (struct shared *)0x300000000000;

static char *area;
static unsigned long state; /* of the random numbers; a thread's race is fine */

static unsigned
any(unsigned n)
{
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(state >> 33) % n;
}

/* All kinds of numbers. */
static long
any_long(void)
{
	static const long edges[] = {0, 1, -1, 2, 3, 7, 64, 511, 512, 4095,
	    4096, 4097, 65535, 65536, 1 << 20, INT32_MAX, INT32_MIN, 1L << 31,
	    1L << 32, (1L << 32) + 1, 1L << 47, INT64_MAX, INT64_MIN,
	    INT64_MIN + 1, -4096};

	switch (any(4)) {
	case 0:
		return (long)any(16);
	case 1:
		return 1L << any(64);
	case 2:
		return (long)any(~0U) << any(33);
	default:
		return edges[any(COUNT(edges))];
	}
}

/* Memory that is there, that ends, that may not be written, that is none, and
 * the kernel's. */
static long
any_pointer(void)
{
	long page = (long)area + (long)(any(15) * TEST_PAGE);

	switch (any(12)) {
	case 0:
		return (long)area + AREA - (long)any(64);
	case 1:
		return (long)&any_pointer;
	case 2:
		return any_long();
	case 3:
		return (long)0xffff800000000000UL + any_long();
	case 4:
		return (long)0xffffffff80000000UL + (long)any(1 << 21);
	case 5:
		return (long)0x800000000000UL - (long)any(128);
	default:
		return page + (long)(any(8) * 8);
	}
}

static long
any_path(void)
{
	static const char *const paths[] = {"/", ".", "..", "", DIR, DIR "/a",
	    DIR "/b", DIR "/a/b", "/bin/true", "/bin", "/dev/null", "/dev/zero",
	    "/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/pts", "/proc",
	    "/proc/1/status", "/proc/1/mem", "/proc/curproc/mem",
	    "/proc/curproc/map", "/proc/curproc/status", DIR "/a/../b", "a"};

	return any(8) == 0 ? any_pointer() :
			     (long)paths[any(COUNT(paths))];
}

static long
any_pid(void)
{
	switch (any(8)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return -1;
	case 3:
		return sc(SYS_getppid);
	case 4:
		return -sc(SYS_getpgrp);
	case 5:
		return any_long();
	default:
		return sc(SYS_getpid) + (long)any(3);
	}
}

static long
any_request(void)
{
	static const long requests[] = {TIOCSCTTY, TIOCNOTTY, TIOCGWINSZ,
	    TIOCSWINSZ, TIOCSPGRP, TIOCGPGRP, TIOCGETA, TIOCSETA, TIOCSETAW,
	    TIOCSETAF, TIOCDRAIN, TIOCFLUSH, TIOCOUTQ, TIOCSTOP, TIOCSTART,
	    FIOASYNC, FIONREAD, TIOCGSID, PIOCBIS, PIOCBIC, PIOCSFL,
	    PIOCGFL, PIOCSTATUS, PIOCWAIT, PIOCCONT};

	return any(6) == 0 ? any_long() : requests[any(COUNT(requests))];
}

/*
 * What each call takes: d descriptor, p pointer, s path, n number, g signal,
 * P pid, r request of ioctl, m how many (small), c command (small).
 */
static const struct call {
	int number;
	const char *takes;
} calls[] = {
    {SYS_read, "dpn"}, {SYS_write, "dpm"}, {SYS_open, "snn"},
    {SYS_open, "smn"}, {SYS_close, "d"}, {SYS_wait4, "Ppmp"},
    {SYS_unlink, "s"}, {SYS_chdir, "s"}, {SYS_fchdir, "d"}, {SYS_break, "p"},
    {SYS_setuid, "n"}, {SYS_ptrace, "cPpn"}, {SYS_access, "sn"},
    {SYS_kill, "Pg"}, {SYS_dup, "d"}, {SYS_pipe, "p"},
    {SYS_sigaltstack, "pp"}, {SYS_ioctl, "drp"}, {SYS_reboot, "n"},
    {SYS_revoke, "s"}, {SYS_execve, "spp"}, {SYS_umask, "n"},
    {SYS_munmap, "pm"}, {SYS_mprotect, "pnc"}, {SYS_setpgid, "PP"},
    {SYS_setitimer, "cpp"}, {SYS_getitimer, "cp"}, {SYS_dup2, "dd"},
    {SYS_fcntl, "dcn"}, {SYS_fcntl, "dcp"}, {SYS_select, "npppp"},
    {SYS_gettimeofday, "pp"}, {SYS_getrusage, "np"}, {SYS_readv, "dpm"},
    {SYS_writev, "dpm"}, {SYS_mkdir, "sn"}, {SYS_rmdir, "s"},
    {SYS_setsid, ""}, {SYS_getrlimit, "cp"}, {SYS_setrlimit, "cp"},
    {SYS_mmap, "pncndn"}, {SYS_mmap, "pmcmdn"}, {SYS_lseek, "dnnc"},
    {SYS_ftruncate, "dnn"}, {SYS_ftruncate, "dnm"}, {SYS_getpgid, "P"},
    {SYS_poll, "pmm"}, {SYS_clock_gettime, "np"}, {SYS_nanosleep, "pp"},
    {SYS_rfork, "n"}, {SYS_getsid, "P"}, {SYS_yield, ""},
    {SYS___getcwd, "pn"}, {SYS_sched_yield, ""}, {SYS_sigprocmask, "cpp"},
    {SYS_sigsuspend, "p"}, {SYS_sigaction, "gpp"}, {SYS_sigpending, "p"},
    {SYS_sigreturn, "p"}, {SYS_sigtimedwait, "ppp"},
    {SYS_sigwaitinfo, "pp"}, {SYS_kqueue, ""}, {SYS_kevent, "dpmpmp"},
    {SYS_kevent, "dpmpmp"}, {SYS_umtx_sleep, "pmn"},
    {SYS_umtx_wakeup, "pm"}, {SYS_stat, "sp"}, {SYS_fstat, "dp"},
    {SYS_lstat, "sp"}, {SYS_getdirentries, "dpnp"}, {SYS_getdents, "dpn"},
    {SYS_usched_set, "Pcpn"}, {SYS_extexit, "cnp"}, {SYS_lwp_create, "p"},
    {SYS_lwp_gettid, ""}, {SYS_lwp_kill, "PPg"}, {SYS_pselect, "npppppp"},
    {SYS_procctl, "cPcp"}, {SYS_wait6, "cPpmpp"}, {SYS_census, "pn"},
    {SYS_proclist, "pm"}, {SYS_exittrace, "Ppm"}, {SYS_exitstages, "pm"},
    {SYS_failpoint, "pnn"}, {SYS_failcall, "np"}, {SYS_poisoncall, "np"},
    {SYS_fork, ""}, {SYS_exit, "n"},
};

static long
any_argument(char kind)
{
	if (any(16) == 0)
		kind = 'n';
	switch (kind) {
	case 'd':
		return any(8) == 0 ? any_long() : (long)any(16);
	case 'p':
		return any_pointer();
	case 's':
		return any_path();
	case 'g':
		return (long)any(68) - 2;
	case 'P':
		return any_pid();
	case 'r':
		return any_request();
	case 'm':
		return (long)any(9);
	case 'c':
		return (long)any(48) - 1;
	default:
		return any_long();
	}
}

/* What pointers point to is mostly small numbers, so that it is a structure of
 * some kind. */
static void
fill_area(void)
{
	long *words = (long *)(area + any(14) * TEST_PAGE);

	for (int i = 0; i < 16; i++)
		words[i] = any(3) == 0 ? any_pointer() :
					 any_argument("nm"[any(2)]);
}

static bool
is_seldom(int number)
{
	return number == SYS_exit || number == SYS_execve ||
	    number == SYS_extexit || number == SYS_sigreturn ||
	    number == SYS_fork || number == SYS_rfork;
}

/* One call; true in a child. */
static bool
make_call(void)
{
	const struct call *c = &calls[any(COUNT(calls))];
	long a[7], number = c->number, result;

	if (is_seldom(c->number) && any(8) != 0)
		return false;
	for (size_t i = 0; i < COUNT(a); i++)
		a[i] = i < strlen(c->takes) ? any_argument(c->takes[i]) : 0;
	if (any(64) == 0)
		number = any_long();
	result = sc(number, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	add(&s->calls, 1);
	if (result >= 0)
		add(&s->fine, 1);
	return result == 0 && (number == SYS_fork || number == SYS_rfork);
}

static void
make_calls(void *arg)
{
	(void)arg;
	for (int left = INT32_MAX; left > 0; left--) {
		if (any(4) == 0)
			fill_area();
		if (make_call()) {
			/* A child goes another way, and not as far. */
			state += (unsigned long)sc(SYS_getpid) * 2654435761U;
			if (left > MOST_CALLS)
				left = MOST_CALLS;
		}
	}
	test_exit(0);
}

static void
ignore(int sig)
{
	(void)sig;
}

/* Descriptors of all kinds, none of them the console's. */
static void
open_things(void)
{
	int fds[2];

	REQUIRE(sc(SYS_open, "/dev/null", O_RDWR) >= 0);
	for (int fd = 0; fd < 3; fd++)
		sc(SYS_dup2, 3, fd);
	sc(SYS_pipe, fds);
	sc(SYS_open, DIR "/a", O_RDWR | O_CREAT, 0666);
	sc(SYS_open, DIR, O_RDONLY);
	sc(SYS_open, "/dev/ptmx", O_RDWR);
	sc(SYS_kqueue);
	sc(SYS_open, "/dev/zero", O_RDWR);
	sc(SYS_open, "/proc/curproc/mem", O_RDWR);
}

/* A process of the user u; most of its sleeps end by the timer's signal. */
static void
user(void *u)
{
	struct itimerval soon = {{0, 500}, {0, 500}};
	struct rlimit few = {MOST_PROCESSES, MOST_PROCESSES};
	struct sigaction sa = {.sa_handler = ignore};
	static struct mthread second;

	/* Another one each time, but for runs that repeat exactly. */
	state = (unsigned long)add(&s->began, 1) * 0x9e3779b97f4a7c15 +
	    test_now_ns();
	sc(SYS_setsid);
	REQUIRE(sc(SYS_setrlimit, RLIMIT_NPROC, &few) == 0);
	area = test_private(AREA);
	sc(SYS_mprotect, area + 13 * TEST_PAGE, TEST_PAGE, PROT_READ);
	sc(SYS_munmap, area + 15 * TEST_PAGE, TEST_PAGE);
	open_things();
	REQUIRE(sc(SYS_setuid, UID + (long)u) == 0);
	sc(SYS_sigaction, SIGALRM, &sa, NULL);
	sc(SYS_setitimer, ITIMER_REAL, &soon, NULL);
	/* From here on failures are none, and must not be written by chance. */
	sc(SYS_munmap, test_failures, TEST_PAGE);
	if (any(2) == 0)
		mthread_start(&second, make_calls, NULL);
	make_calls(NULL);
}

/* Root's, out of the user's reach. */
static void
one_by_one(void *u)
{
	while (!load(&s->over))
		sc(SYS_wait4, test_fork(user, u), NULL, 0, NULL);
}

/* As the user, so that nobody else is hit; exits with 0 if nobody was left. */
static void
kill_all(void *u)
{
	REQUIRE(sc(SYS_setuid, UID + (long)u) == 0);
	test_exit(sc(SYS_kill, -1, SIGKILL) == -ESRCH ? 0 : 1);
}

/* Kills and reaps; a killer may itself be killed by those that it is after. */
static bool
nobody_is_left(void)
{
	bool none = true;

	while (sc(SYS_wait4, -1, NULL, WNOHANG, NULL) > 0)
		continue;
	for (long u = 0; u < USERS; u++)
		if (test_wait(test_fork(kill_all, (void *)u)) != 0)
			none = false;
	return none && sc(SYS_wait4, -1, NULL, WNOHANG, NULL) == -ECHILD;
}

static void
one_round(void)
{
	store(&s->over, 0);
	for (long u = 0; u < USERS; u++)
		test_fork(one_by_one, (void *)u);
	test_sleep_ms(WINDOW_MS);
	store(&s->over, 1);
	WAIT_UNTIL(nobody_is_left());
}

/* Removes all that is below dir, whatever names it has: the first that is
 * there, again and again. */
static void
empty(const char *dir)
{
	char path[600];

	for (;;) {
		long fd = sc(SYS_open, dir, O_RDONLY);
		struct dirent d[4] = {0}, *first;

		REQUIRE(fd >= 0);
		REQUIRE(sc(SYS_getdents, fd, d, sizeof(d)) > 0);
		sc(SYS_close, fd);
		/* Behind "." and "..". */
		first = _DIRENT_NEXT(d);
		first = _DIRENT_NEXT(first);
		if (first->d_namlen == 0)
			return;
		snprintf(path, sizeof(path), "%s/%s", dir, first->d_name);
		if (sc(SYS_unlink, path) != 0) {
			empty(path);
			REQUIRE(sc(SYS_rmdir, path) == 0);
		}
	}
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	REQUIRE(sc(SYS_mmap, s, TEST_PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANON | MAP_FIXED, -1, 0, 0) == (long)s);
	rounds = test_rounds(5, 100);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	sc(SYS_umask, 0);
	REQUIRE(sc(SYS_mkdir, DIR, 0777) == 0);
	for (int i = 0; i < rounds; i++)
		one_round();
	CHECK(s->fine > rounds);
	empty(DIR);
	CHECK_EQ(sc(SYS_rmdir, DIR), 0);
	test_note("%d calls, %d without an error", s->calls, s->fine);
	return test_done();
}
