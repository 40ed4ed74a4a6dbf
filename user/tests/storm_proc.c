/*
 * storm_proc.c -- ps and /proc are read without a pause while processes fork,
 * exec, stop and end on all CPUs: no list loses or repeats one that is there
 * all the time, no file shows another process, no reader keeps one from being
 * reaped, and what was stopped for a reader that is gone goes on.
 */
#include <dirent.h>
#include <sys/procfs.h>
#include "user/tests/proc_files.h"

TEST_ROWS("E21 E22 E24 E53 D06 D10 D22 X26 2.18 2.46");

#define WORKERS 3
#define READERS 2
#define KEPT 20

static struct {
	int stop, lists, died;
	int pids[KEPT];
} * shared;
static int *seen; /* by pid, a reader's own */

/*
 * Readers.
 */
static void
read_status(pid_t pid)
{
	char text[256];
	int shown = -1;
	long n = proc_read(pid, "status", text, sizeof(text));

	if (n > 0)
		CHECK(sscanf(text, "%*s %d", &shown) == 1);
	CHECK(n > 0 ? shown == pid : n == -ENOENT || n == -EIO);
}

/* Opens its memory, which it may die of meanwhile; sometimes it is to stop at
 * its end, which it does not, once we have closed. */
static void
read_memory(pid_t pid, int turn)
{
	struct procfs_status ps;
	char byte;
	long fd = proc_open(pid, "mem", O_RDONLY), n;

	if (fd < 0) {
		CHECK(fd == -ENOENT);
		return;
	}
	n = proc_peek(fd, (void *)0x400000, &byte, 1);
	CHECK(n == 1 || n == -EIO || n == -EFAULT || n == -EAGAIN);
	/* Not those that nobody ends: testrun and its like. */
	if (turn % 3 == 0)
		sc(SYS_ioctl, fd, PIOCBIS, S_EXIT);
	if (turn % 5 == 0) {
		n = sc(SYS_ioctl, fd, PIOCSTATUS, &ps);
		CHECK(n == 0 || n == -ENOTTY || n == -EAGAIN);
	}
	CHECK_EQ(sc(SYS_close, fd), 0);
}

static void
read_list(int turn)
{
	DIR *dir = opendir("/proc");
	struct dirent *de;

	REQUIRE(dir != NULL);
	for (int i = 0; i < KEPT; i++)
		seen[shared->pids[i]] = 0;
	while ((de = readdir(dir)) != NULL) {
		int pid = atoi(de->d_name);

		if (de->d_name[0] < '0' || de->d_name[0] > '9')
			continue;
		seen[pid]++;
		if (turn++ % 4 == 0)
			read_status(pid);
		else if (turn % 4 == 1 && pid > 1)
			read_memory(pid, turn);
	}
	closedir(dir);
	for (int i = 0; i < KEPT; i++)
		CHECK_EQ(seen[shared->pids[i]], 1);
}

static void
reader(void *arg)
{
	seen = test_private(100000 * sizeof(*seen));
	for (int turn = (int)(long)arg; load(&shared->stop) == 0; turn++) {
		read_list(turn);
		add(&shared->lists, 1);
		test_yield();
	}
}

static void
ps(void *arg)
{
	(void)arg;
	while (load(&shared->stop) == 0) {
		int n = test_proclist(), kept = 0;

		for (int i = 0; i < n; i++)
			for (int k = 0; k < KEPT; k++)
				kept += test_rows_buf[i].pid == shared->pids[k];
		CHECK(n == TEST_MAXROWS || kept == KEPT);
		test_yield();
	}
}

/*
 * Those that come and go.
 */
static void
child(void *arg)
{
	static char *argv[] = {"storm_proc", "again", NULL};
	struct mthread t;

	switch ((long)arg % 4) {
	case 0:
		sc(SYS_execve, "/tests/storm_proc", argv, NULL);
		break;
	case 1:
		mthread_start(&t, proc_nothing, NULL);
		break;
	case 2:
		test_yield();
		break;
	}
	test_exit(5);
}

static void
worker(void *arg)
{
	long first = (long)arg;

	for (long i = 0; i < test_rounds(150, 5000); i++)
		CHECK_EXIT(test_fork(child, (void *)(first + i)), 5);
}

/* A debugger that dies with what it debugs stopped. */
static void
deserter(void *arg)
{
	(void)arg;
	for (int i = 0; i < test_rounds(40, 1000); i++) {
		pid_t pid = test_fork(child, (void *)3L);
		long fd = proc_open(pid, "mem", O_RDWR);
		struct procfs_status status;

		if (fd >= 0 && sc(SYS_ioctl, fd, PIOCBIS, S_EXIT) == 0 &&
		    i % 2 == 0) {
			long got = sc(SYS_ioctl, fd, PIOCWAIT, &status);

			CHECK(got == 0 || got == -EINVAL || got == -ENOTTY);
		}
		if (i % 4 == 0)
			CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
		if (fd >= 0 && i % 3 != 0)
			CHECK_EQ(sc(SYS_close, fd), 0);
		else if (fd >= 0)
			sc(SYS_ioctl, fd, PIOCCONT, 0);
		if (fd >= 0 && i % 3 == 0)
			CHECK_EQ(sc(SYS_close, fd), 0);
		if (i % 4 == 0) {
			long got = test_wait(pid);

			CHECK(got == 5 << 8 || got == SIGKILL);
		} else {
			CHECK_EXIT(pid, 5);
		}
	}
}

int
main(int argc, char **argv)
{
	pid_t readers[READERS + 1], workers[WORKERS + 1];
	int crowd, *pids;

	if (argc > 1 && strcmp(argv[1], "again") == 0)
		test_exit(5);
	test_begin(argc, argv);
	/* Among so many others. */
	crowd = test_rounds(200, 20000);
	pids = test_private((size_t)crowd * sizeof(*pids) + 1);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < KEPT; i++)
		shared->pids[i] = test_fork(proc_sleeper, NULL);
	for (int i = 0; i < crowd; i++)
		pids[i] = test_fork(proc_sleeper, NULL);
	for (int i = 0; i < READERS; i++)
		readers[i] = test_fork(reader, (void *)(long)i);
	readers[READERS] = test_fork(ps, NULL);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = test_fork(worker, (void *)(long)i);
	workers[WORKERS] = test_fork(deserter, NULL);
	for (int i = 0; i < WORKERS + 1; i++)
		CHECK_EXIT(workers[i], 0);
	store(&shared->stop, 1);
	for (int i = 0; i < READERS + 1; i++)
		CHECK_EXIT(readers[i], 0);
	test_note("%d lists of /proc", load(&shared->lists));
	CHECK(load(&shared->lists) > 0);
	for (int i = 0; i < KEPT; i++)
		CHECK_EQ(sc(SYS_kill, shared->pids[i], SIGKILL), 0);
	for (int i = 0; i < crowd; i++)
		CHECK_EQ(sc(SYS_kill, pids[i], SIGKILL), 0);
	for (int i = 0; i < KEPT + crowd; i++)
		CHECK(sc(SYS_wait4, -1, NULL, 0, NULL) > 0);
	return test_done();
}
