/*
 * procfs_mem.c -- /proc/PID/mem: reads and writes another process's memory at
 * its addresses, its text too; while it runs, execs and exits, with no page
 * left over.
 */
#include "user/tests/proc_files.h"

TEST_ROWS("E24 2.18 2.36");

#define NPAGES 16

static volatile struct {
	int word;
	char page[3 * TEST_PAGE];
} data = {.word = 4711};

static int *shared; /* [0] the child is ready; [1] what it saw */

__attribute__((noipa)) static int
text_of_two(void)
{
	return 2;
}

static void
watcher(void *arg)
{
	(void)arg;
	test_post(&shared[0]);
	while (data.word == 4711)
		test_sleep_ms(1);
	store(&shared[1], data.word);
	test_await(&shared[0], 2);
	test_exit(text_of_two());
}

static void
reads_and_writes(void)
{
	char buf[2 * TEST_PAGE];
	pid_t pid = test_fork(watcher, NULL);
	long fd = proc_open(pid, "mem", O_RDWR);
	int word = 0;

	REQUIRE(fd >= 0);
	test_await(&shared[0], 1);
	CHECK_EQ(proc_peek(fd, &data.word, &word, sizeof(word)), sizeof(word));
	CHECK_EQ(word, 4711);
	/* Across pages, and only there: the child's are its own. */
	memset(buf, 'x', sizeof(buf));
	CHECK_EQ(proc_poke(fd, data.page + 100, buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(data.page[100], 0);
	memset(buf, 0, sizeof(buf));
	CHECK_EQ(proc_peek(fd, data.page + 100, buf, sizeof(buf)), sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		CHECK(buf[i] == 'x');
	word = 4712;
	CHECK_EQ(proc_poke(fd, &data.word, &word, sizeof(word)), sizeof(word));
	WAIT_UNTIL(load(&shared[1]) == 4712);
	CHECK_EQ(data.word, 4711);

	/* Its program may not be written to by itself: a copy is, and the file
	 * stays as it is. */
	CHECK_EQ(proc_peek(fd, (void *)text_of_two, buf, 16), 16);
	CHECK(memcmp(buf, (void *)text_of_two, 16) == 0);
	for (int i = 0; i + 4 < 16; i++)
		if (buf[i] == (char)0xb8 && buf[i + 1] == 2)
			buf[i + 1] = 5; /* movl $2, %eax */
	CHECK_EQ(proc_poke(fd, (void *)text_of_two, buf, 16), 16);
	test_post(&shared[0]);
	CHECK_EXIT(pid, 5);
	CHECK_EQ(text_of_two(), 2);
	CHECK_EQ(proc_peek(fd, &data.word, &word, sizeof(word)), -EIO);
	CHECK_EQ(proc_poke(fd, &data.word, &word, sizeof(word)), -EIO);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* What is not mapped is an error where nothing was moved, else an end. */
static void
edges(void)
{
	char *edge = test_private(2 * TEST_PAGE), buf[64];
	pid_t pid;
	long fd;

	CHECK_EQ(sc(SYS_munmap, edge + TEST_PAGE, TEST_PAGE), 0);
	memset(edge, 'e', TEST_PAGE);
	pid = test_fork(proc_sleeper, NULL);
	fd = proc_open(pid, "mem", O_RDWR);
	REQUIRE(fd >= 0);
	CHECK_EQ(proc_peek(fd, edge + TEST_PAGE, buf, 8), -EFAULT);
	CHECK_EQ(proc_poke(fd, edge + TEST_PAGE, buf, 8), -EFAULT);
	CHECK_EQ(proc_peek(fd, edge + TEST_PAGE - 8, buf, 64), 8);
	CHECK(memcmp(buf, "eeeeeeee", 8) == 0);
	CHECK_EQ(proc_poke(fd, edge + TEST_PAGE - 8, buf, 64), 8);
	CHECK_EQ(sc(SYS_lseek, fd, 0, 0, SEEK_CUR), edge + TEST_PAGE);
	CHECK_EQ(proc_peek(fd, NULL, buf, 8), -EFAULT);
	CHECK_EQ(proc_peek(fd, (void *)0x7ffffffff000, buf, 8), -EFAULT);
	CHECK_EQ(proc_peek(fd, (void *)INT64_MAX, buf, 8), -EFAULT);
	CHECK_EQ(sc(SYS_lseek, fd, 0, -1, SEEK_SET), -EINVAL);
	CHECK_EQ(proc_peek(fd, edge, (void *)8, 8), -EFAULT);
	CHECK_EQ(proc_poke(fd, edge, (void *)8, 8), -EFAULT);
	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sc(SYS_close, fd), 0);
}

/* Maps and unmaps, execs itself or ends, while it is looked into. */
static void
restless(void *arg)
{
	static char *argv[] = {"procfs_mem", "again", NULL};
	char *p;

	for (int i = 0; i < NPAGES; i++) {
		p = test_private(TEST_PAGE);
		*p = 1;
		sc(SYS_munmap, p, TEST_PAGE);
	}
	if (arg != NULL)
		sc(SYS_execve, "/tests/procfs_mem", argv, NULL);
}

static void
moving_target(void)
{
	static char buf[8 * TEST_PAGE];

	for (int i = 0; i < test_rounds(60, 2000); i++) {
		pid_t pid = test_fork(restless, i & 1 ? shared : NULL);
		long fd = proc_open(pid, "mem", O_RDWR), n;

		while (fd >= 0) {
			n = proc_peek(fd, (void *)0x400000, buf, sizeof(buf));
			if (n == -EIO)
				break;
			CHECK(n > 0 || n == -EFAULT || n == -EAGAIN);
			n = proc_poke(fd, &data.page, "written", 7);
			CHECK(n == 7 || n == -EFAULT || n == -EAGAIN ||
			      n == -EIO);
		}
		if (fd >= 0)
			CHECK_EQ(sc(SYS_close, fd), 0);
		CHECK_EXIT(pid, 0);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0)
		test_exit(0);
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	reads_and_writes();
	edges();
	moving_target();
	return test_done();
}
