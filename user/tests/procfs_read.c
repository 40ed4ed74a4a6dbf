/*
 * procfs_read.c -- /proc lists the processes, each once, and its files say
 * what they are.
 */
#include <dirent.h>
#include "user/tests/proc_files.h"

TEST_ROWS("E24 2.18 2.35");

#define NCHILDREN 40

static pid_t children[NCHILDREN];
static char text[4096];

/* How often name is in the folder; *total: all of its names. */
static int
listed(const char *folder, const char *name, int *total)
{
	DIR *dir = opendir(folder);
	struct dirent *de;
	int n = 0;

	*total = 0;
	REQUIRE(dir != NULL);
	while ((de = readdir(dir)) != NULL) {
		n += strcmp(de->d_name, name) == 0;
		CHECK(de->d_ino != 0);
		(*total)++;
	}
	closedir(dir);
	return n;
}

static void
listing(void)
{
	char name[16];
	int total;

	for (int i = 0; i < NCHILDREN; i++) {
		snprintf(name, sizeof(name), "%d", (int)children[i]);
		CHECK_EQ(listed("/proc", name, &total), 1);
	}
	CHECK(total >= NCHILDREN + 3);
	CHECK_EQ(listed("/proc", "curproc", &total), 1);
	CHECK_EQ(listed("/proc", ".", &total), 1);
	CHECK_EQ(listed("/", "proc", &total), 1);
	CHECK_EQ(listed("/proc/curproc", "mem", &total), 1);
	CHECK_EQ(listed("/proc/1", "status", &total), 1);
}

/* A listing in the smallest steps, while processes come and go: those that
 * are there all the time are seen once. */
static void
listing_in_steps(void)
{
	static int seen[100000];
	long fd = sc(SYS_open, "/proc", O_RDONLY, 0), n;
	struct dirent de;

	REQUIRE(fd >= 0);
	while ((n = sc(SYS_getdents, fd, &de, 40)) > 0) {
		if (de.d_name[0] >= '0' && de.d_name[0] <= '9')
			seen[atoi(de.d_name)]++;
		CHECK_EXIT(test_fork(proc_nothing, NULL), 0);
	}
	CHECK_EQ(n, 0);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_SET), 0);
	CHECK_EQ(sc(SYS_getdents, fd, &de, 8), -EINVAL);
	CHECK_EQ(sc(SYS_close, fd), 0);
	for (int i = 0; i < NCHILDREN; i++)
		CHECK_EQ(seen[children[i]], 1);
	CHECK_EQ(seen[1], 1);
	CHECK_EQ(seen[getpid()], 1);
}

static void
status(void)
{
	int pid, ppid, pgid, sid, n;
	char name[32], wait[32];

	CHECK(proc_read(getpid(), "status", text, sizeof(text)) > 0);
	n = sscanf(text, "%31s %d %d %d %d", name, &pid, &ppid, &pgid, &sid);
	CHECK_EQ(n, 5);
	CHECK(strcmp(name, "procfs_read") == 0);
	CHECK_EQ(pid, getpid());
	CHECK_EQ(ppid, getppid());
	CHECK_EQ(pgid, getpgrp());
	/* Ten words; the last but two says what it sleeps on. */
	CHECK(proc_read(children[0], "status", text, sizeof(text)) > 0);
	n = sscanf(text, "%*s %d %d %*d %*d %*s %*s %*s %*s %*s %31s", &pid,
	    &ppid, wait);
	CHECK_EQ(n, 3);
	CHECK_EQ(pid, children[0]);
	CHECK_EQ(ppid, getpid());
	CHECK(text[strlen(text) - 1] == '\n');
}

/* In pieces it is the same text. */
static void
pieces(void)
{
	long fd = proc_open(1, "rlimit", O_RDONLY), n;
	char whole[2048], piece[7];
	size_t at = 0;

	CHECK(proc_read(1, "rlimit", whole, sizeof(whole)) > 0);
	CHECK(strstr(whole, "nofile ") != NULL);
	while ((n = sc(SYS_read, fd, piece, sizeof(piece))) > 0) {
		CHECK(memcmp(whole + at, piece, (size_t)n) == 0);
		at += (size_t)n;
	}
	CHECK_EQ(n, 0);
	CHECK_EQ(at, strlen(whole));
	CHECK_EQ(sc(SYS_close, fd), 0);
}

static void
others(char **argv)
{
	struct stat st;
	char path[PROC_PATH], cwd[PROC_PATH];
	unsigned long start, end;
	size_t len = strlen(argv[0]) + 1;

	CHECK(proc_read(getpid(), "cmdline", text, sizeof(text)) >= (long)len);
	CHECK(memcmp(text, argv[0], len) == 0);
	CHECK(proc_read(getpid(), "map", text, sizeof(text)) > 0);
	CHECK_EQ(sscanf(text, "%lx %lx", &start, &end), 2);
	CHECK(start < end && start % TEST_PAGE == 0);
	CHECK(strstr(text, "rw- rwx COW stack\n") != NULL);
	CHECK(proc_read(1, "etype", text, sizeof(text)) > 0);

	snprintf(path, sizeof(path), "/proc/%d", (int)children[0]);
	CHECK_EQ(sc(SYS_stat, path, &st), 0);
	CHECK(S_ISDIR(st.st_mode) && st.st_nlink == 2);
	CHECK_EQ(sc(SYS_chdir, path), 0);
	CHECK(
	    sc(SYS___getcwd, cwd, sizeof(cwd)) == 0 && strcmp(cwd, path) == 0);
	CHECK_EQ(sc(SYS_stat, "mem", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0600);
	CHECK_EQ(sc(SYS_chdir, "../.."), 0);
	CHECK(sc(SYS___getcwd, cwd, sizeof(cwd)) == 0 && strcmp(cwd, "/") == 0);
	CHECK_EQ(sc(SYS_chdir, "/proc/curproc"), 0);
	snprintf(path, sizeof(path), "/proc/%d", (int)getpid());
	CHECK(
	    sc(SYS___getcwd, cwd, sizeof(cwd)) == 0 && strcmp(cwd, path) == 0);
	CHECK_EQ(sc(SYS_chdir, "/"), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < NCHILDREN; i++)
		children[i] = test_fork(proc_sleeper, NULL);
	listing();
	listing_in_steps();
	status();
	pieces();
	others(argv);
	for (int i = 0; i < NCHILDREN; i++) {
		CHECK_EQ(sc(SYS_kill, children[i], SIGKILL), 0);
		CHECK_KILLED(children[i], SIGKILL);
	}
	return test_done();
}
