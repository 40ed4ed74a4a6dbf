/*
 * testrun.c -- runs the programs below /tests and speaks TAP.
 *
 *   usage: testrun [-b | -f] [-s] [-v] [-w SECONDS] [NAME-PREFIX...]
 *
 * init's exec mode starts it.  For each test: count everything (census), fork
 * a worker that runs the test and copies its output as diagnostics, wait, and
 * count again: all must be what it was (spec N7).  This process does nothing
 * else between the two counts, so that what it needs itself is in neither.
 * It is the watchdog too: a test that takes longer than two minutes (-f: ten)
 * is shown (who sleeps on what) and killed with all that it started.
 * After the last one it looks how deep kernel stacks have been.
 * -f: storms at full length, -b: shorter ones (test_rounds() in
 * user/tests/test.h); -s: whatever a test has started is stopped and goes on
 * all the time, and gets signals that it ignores; -v: names a test before it
 * runs, and says how long it took; -w: the watchdog's time is another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <mayfly.h>
#include <sys/dirent.h>
#include <sys/mman.h>
#include "user/lib/census.h"

#define TESTS "/tests"
#define MAXTESTS 512
#define MAXNAME 64
#define MAXPROCS 8192
#define KSTACK_BYTES 16384 /* as in kernel/param.h */
#define WATCHDOG_S 120
#define WATCHDOG_FULL_S 600
#define STILL_NS 2000000000U /* a count that does not move this long */
#define STILL_LOOKS 100
#define MOVING_NS 20000000000U

/* What the worker tells: in shared memory. */
struct report {
	char rows[128];
	int status; /* of the test, as wait4() gives it */
	bool ran;
};

static char names[MAXTESTS][MAXNAME];
static int ntests;
static struct census_list before, after;
static struct proc_row procs[MAXPROCS];
static pid_t old_pids[MAXPROCS];
static int nold;
static struct report *report;
static bool verbose, hails;
static const char *length; /* an argument for the tests, or NULL */
static uint64_t watchdog_s = WATCHDOG_S;

static uint64_t
now_ns(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static void
nap(void)
{
	struct timespec ts = {.tv_nsec = 5000000};

	nanosleep(&ts, NULL);
}

static bool
wanted(const char *name, char **prefixes)
{
	if (*prefixes == NULL)
		return true;
	for (; *prefixes != NULL; prefixes++)
		if (strncmp(name, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
list_tests(char **prefixes)
{
	static _Alignas(8) char buf[4096];
	int fd = open(TESTS, O_RDONLY), n;

	if (fd == -1) {
		printf("Bail out! %s: %s\n", TESTS, strerror(errno));
		exit(1);
	}
	while ((n = getdents(fd, buf, sizeof(buf))) > 0) {
		struct dirent *d = (struct dirent *)buf;

		for (; (char *)d < buf + n; d = _DIRENT_NEXT(d)) {
			if (d->d_name[0] == '.' || d->d_type == DT_DIR ||
			    strlen(d->d_name) >= MAXNAME ||
			    !wanted(d->d_name, prefixes) || ntests == MAXTESTS)
				continue;
			strcpy(names[ntests++], d->d_name);
		}
	}
	close(fd);
	qsort(names, (size_t)ntests, MAXNAME, by_name);
}

/*
 * The worker.
 */

/* A line of the test's output: the rows are kept, the rest shown. */
static void
take_line(char *line)
{
	char out[512];

	if (strncmp(line, "# spec: ", 8) == 0) {
		snprintf(
		    report->rows, sizeof(report->rows), "%.120s", line + 8);
		return;
	}
	snprintf(out, sizeof(out), "%s%s\n", line[0] == '#' ? "" : "# ", line);
	write(1, out, strlen(out));
}

static void
take_output(int fd)
{
	static char line[400];
	char buf[512];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] != '\n' && len < sizeof(line) - 1) {
				line[len++] = buf[i];
				continue;
			}
			line[len] = '\0';
			take_line(line);
			len = 0;
			if (buf[i] != '\n')
				line[len++] = buf[i];
		}
	}
	if (len > 0) {
		line[len] = '\0';
		take_line(line);
	}
}

static void
worker(const char *path, const char *arg)
{
	char *argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)arg, NULL};
	char *envp[] = {NULL};
	int fds[2];
	pid_t pid;

	if (pipe(fds) == -1 || (pid = fork()) == -1)
		_exit(1);
	if (pid == 0) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		execve(path, argv, envp);
		_exit(127);
	}
	close(fds[1]);
	take_output(fds[0]);
	if (wait4(pid, &report->status, 0, NULL) == pid)
		report->ran = true;
	_exit(0);
}

/*
 * The watchdog.
 */

static int
list_procs(void)
{
	int n = proclist(procs, MAXPROCS);

	return n < MAXPROCS ? n : MAXPROCS;
}

static void
remember_procs(void)
{
	nold = list_procs();
	for (int i = 0; i < nold; i++)
		old_pids[i] = procs[i].pid;
}

static bool
is_old(pid_t pid)
{
	for (int i = 0; i < nold; i++)
		if (old_pids[i] == pid)
			return true;
	return false;
}

static void
show_procs(void)
{
	int n = list_procs();

	printf("#   pid  ppid   tid st lwp cpu thr holds  xstat "
	       "command wait\n");
	for (int i = 0; i < n; i++)
		printf("# %5d %5d %5d %2d %3d %3d %3d %5d 0x%04x %s %s\n",
		    procs[i].pid, procs[i].ppid, procs[i].tid, procs[i].stat,
		    procs[i].lwpstat, procs[i].cpu, procs[i].nthreads,
		    procs[i].holds, procs[i].xstat, procs[i].comm,
		    procs[i].wmesg);
	fflush(stdout);
}

/* Kills all processes that were not there before, but not `spared`. */
static void
kill_new(pid_t spared)
{
	int n = list_procs();

	for (int i = 0; i < n; i++)
		if (!is_old(procs[i].pid) && procs[i].pid != spared &&
		    procs[i].stat != PROC_STAT_ZOMBIE)
			kill(procs[i].pid, SIGKILL);
}

/* Signals for all of them; none ends anything, if the tests do not mind. */
static void
hail(void)
{
	static const int sigs[] = {SIGSTOP, SIGURG, SIGCONT, SIGWINCH};
	struct timespec ts = {.tv_nsec = 1000000};
	int n = list_procs();

	for (size_t s = 0; s < sizeof(sigs) / sizeof(sigs[0]); s++) {
		for (int i = 0; i < n; i++)
			if (!is_old(procs[i].pid))
				kill(procs[i].pid, sigs[s]);
		if (sigs[s] == SIGSTOP)
			nanosleep(&ts, NULL);
	}
}

static void
give_up(void)
{
	show_procs();
	printf("Bail out! processes that cannot be killed\n");
	fflush(stdout);
	_exit(1);
}

/* Waits for the worker; false when it had to be ended. */
static bool
watch(pid_t pid)
{
	uint64_t end = now_ns() + watchdog_s * 1000000000U;
	bool in_time = true;
	int status, rounds = 0;

	while (wait4(pid, &status, WNOHANG, NULL) == 0) {
		nap();
		if (hails)
			hail();
		if (now_ns() < end)
			continue;
		if (in_time) {
			printf("# killed by the watchdog\n");
			show_procs();
		}
		in_time = false;
		if (++rounds > 1000)
			give_up();
		kill_new(rounds > 500 ? 0 : pid);
	}
	return in_time;
}

/*
 * The count.
 */

static void
count_all(struct census_list *list)
{
	if (census_read(list) == 0)
		return;
	printf("Bail out! census: %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

/* How many rows differ; *sum tells one difference from another.  Rows whose
 * name begins with ~ (caches, what is free) are only for reading. */
static int
compare(bool show, int64_t *sum)
{
	int bad = 0;

	*sum = 0;
	for (int i = 0; i < after.n; i++) {
		const struct census_row *row = &after.rows[i];
		int64_t was = census_count(&before, row->name);

		if (was == row->count || census_uncompared(row->name))
			continue;
		bad++;
		*sum += (row->count - was) * (i + 1);
		if (show)
			printf("# census: %.32s was %lld, is %lld\n", row->name,
			    (long long)was, (long long)row->count);
	}
	return bad;
}

/* The last of the dead may still be on their way: waits while the counts
 * move, and two seconds longer. */
static bool
census_is_back(void)
{
	uint64_t start = now_ns(), moved = start, now;
	int64_t sum, last = 0;
	int looks = 0; /* since: a machine that stood still has not looked */

	for (;;) {
		count_all(&after);
		if (compare(false, &sum) == 0)
			return true;
		now = now_ns();
		if (sum != last) {
			moved = now;
			looks = 0;
		}
		last = sum;
		if (++looks > STILL_LOOKS &&
		    (now - moved > STILL_NS || now - start > MOVING_NS))
			return false;
		nap();
	}
}

static bool
run(const char *path, const char *arg)
{
	bool in_time;
	pid_t pid;

	memset(report, 0, sizeof(*report));
	remember_procs();
	count_all(&before);
	pid = fork();
	if (pid == 0)
		worker(path, arg);
	in_time = pid > 0 && watch(pid);
	return census_is_back() && in_time;
}

static void
show_failure(void)
{
	int status = report->status;
	int64_t sum;

	if (!report->ran)
		printf("# the test could not be run, or its worker died\n");
	else if (WIFSIGNALED(status))
		printf("# killed by signal %d\n", WTERMSIG(status));
	else if (status != 0)
		printf("# exit status %d\n", WEXITSTATUS(status));
	if (compare(true, &sum) > 0)
		show_procs();
}

static bool
run_test(int nr, const char *name)
{
	char path[sizeof(TESTS) + MAXNAME + 1];
	uint64_t start = now_ns();
	bool good;

	snprintf(path, sizeof(path), "%s/%s", TESTS, name);
	if (verbose) {
		printf("# running %s\n", name);
		fflush(stdout);
	}
	good = run(path, length);
	good = good && report->ran && report->status == 0;
	if (!good)
		show_failure();
	if (verbose)
		printf("# %s: %llu ms\n", name,
		    (unsigned long long)((now_ns() - start) / 1000000));
	printf("%s %d - %s # spec: %s\n", good ? "ok" : "not ok", nr, name,
	    report->rows);
	fflush(stdout);
	return good;
}

/* The deepest use of a kernel stack so far, of each kind of thread: half the
 * stack must be left for what no test has met.  A build without self-checks
 * does not know: then there is no such row. */
static bool
stacks_are_shallow(void)
{
	bool good = true;

	count_all(&after);
	for (int i = 0; i < after.n; i++) {
		const struct census_row *row = &after.rows[i];

		if (strncmp(row->name, "~stack:", 7) != 0)
			continue;
		printf("# %s: %lld bytes of a kernel stack\n", row->name + 7,
		    (long long)row->count);
		good = good && row->count <= KSTACK_BYTES / 2;
	}
	return good;
}

int
main(int argc, char **argv)
{
	int bad = 0, first = 1;
	bool good;

	if (argc > 1 && strcmp(argv[1], "--nothing") == 0)
		return 0;
	for (; first < argc && argv[first][0] == '-'; first++) {
		if (strcmp(argv[first], "-w") == 0 && first + 1 < argc) {
			watchdog_s = strtoul(argv[++first], NULL, 10);
		} else if (strcmp(argv[first], "-f") == 0) {
			length = "full";
			watchdog_s = WATCHDOG_FULL_S;
		} else if (strcmp(argv[first], "-b") == 0) {
			length = "brief";
		} else if (strcmp(argv[first], "-s") == 0) {
			hails = true;
		} else {
			verbose = true;
		}
	}
	list_tests(argv + first);
	report = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	if (report == MAP_FAILED) {
		printf("Bail out! no shared memory\n");
		return 1;
	}
	printf("1..%d\n", ntests + 1);
	fflush(stdout);

	/* Once for nothing: what this process has not touched before is
	 * touched now, not between two counts. */
	count_all(&before);
	count_all(&after);
	memset(procs, 0, sizeof(procs));
	memset(old_pids, 0, sizeof(old_pids));
	run(argv[0], "--nothing");
	for (int i = 0; i < ntests; i++)
		if (!run_test(i + 1, names[i]))
			bad++;
	good = stacks_are_shallow();
	printf("%s %d - kernel stacks half used at most\n",
	    good ? "ok" : "not ok", ntests + 1);
	bad += !good;
	if (bad > 0)
		printf("# %d of %d failed\n", bad, ntests);
	fflush(stdout);
	return bad == 0 && ntests > 0 ? 0 : 1;
}
