/*
 * ptrace_memory.c -- the tracer reads and writes the memory of what it traces,
 * by the word and in bulk: its own copy, its text, across pages, and not what
 * is not there.
 */
#include "user/tests/trace.h"

TEST_ROWS("2.17 2.36");

#define BULK (5 * TEST_PAGE + 123)

static volatile int word = 4711;
static char bulk[BULK];

__attribute__((noipa)) static int
answer(void)
{
	return 2;
}

static void
child(void *arg)
{
	CHECK_EQ(PT(PT_TRACE_ME, 0, 0, 0), 0);
	memset(bulk, 'c', sizeof(bulk));
	sc(SYS_kill, getpid(), SIGINT);
	CHECK_EQ(word, 4712);
	for (size_t i = 0; i < sizeof(bulk); i++)
		CHECK(bulk[i] == (char)i);
	(void)arg;
	test_exit(answer());
}

static long
io(pid_t pid, int op, void *offs, void *addr, size_t len, size_t *done)
{
	struct ptrace_io_desc d = {op, offs, addr, len};
	long got = PT(PT_IO, pid, &d, 0);

	*done = d.piod_len;
	return got;
}

static void
in_bulk(pid_t pid)
{
	static char buf[BULK];
	size_t done;

	CHECK_EQ(io(pid, PIOD_READ_D, bulk, buf, sizeof(buf), &done), 0);
	CHECK_EQ(done, sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		CHECK(buf[i] == 'c');
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (char)i;
	CHECK_EQ(io(pid, PIOD_WRITE_D, bulk, buf, sizeof(buf), &done), 0);
	CHECK_EQ(done, sizeof(buf));
	CHECK_EQ(bulk[1], 0);

	CHECK_EQ(io(pid, PIOD_READ_I, bulk, buf, 0, &done), 0);
	CHECK_EQ(done, 0);
	CHECK_EQ(io(pid, 0, bulk, buf, 1, &done), -EINVAL);
	CHECK_EQ(io(pid, 5, bulk, buf, 1, &done), -EINVAL);
	CHECK_EQ(PT(PT_IO, pid, 8, 0), -EFAULT);
	CHECK_EQ(io(pid, PIOD_READ_D, bulk, (void *)8, 1, &done), -EFAULT);
	CHECK_EQ(io(pid, PIOD_WRITE_D, bulk, (void *)8, 1, &done), -EFAULT);
	CHECK_EQ(io(pid, PIOD_READ_D, (void *)8, buf, 1, &done), -EFAULT);
	CHECK_EQ(
	    io(pid, PIOD_READ_D, (void *)UINTPTR_MAX, buf, 64, &done), -EFAULT);
	CHECK_EQ(
	    io(pid, PIOD_READ_D, (void *)-64L, buf, SIZE_MAX, &done), -EFAULT);
}

/* What lies before a hole is moved. */
static void
before_hole(pid_t pid, char *edge)
{
	char buf[2 * TEST_PAGE];
	size_t done;

	CHECK_EQ(
	    io(pid, PIOD_READ_D, edge - TEST_PAGE, buf, sizeof(buf), &done), 0);
	CHECK_EQ(done, TEST_PAGE);
	CHECK_EQ(PT(PT_READ_D, pid, edge - 2, 0), -EFAULT);
	CHECK_EQ(PT(PT_WRITE_D, pid, edge - 2, 0), -EFAULT);
	CHECK_EQ(PT(PT_READ_D, pid, 0xffff800000000000, 0), -EFAULT);
	CHECK_EQ(PT(PT_READ_D, pid, 0xffffffff80100000, 0), -EFAULT);
}

static void
by_word(pid_t pid)
{
	unsigned char *code = (unsigned char *)answer;
	int text = PT(PT_READ_I, pid, code, 0);

	CHECK_EQ(PT(PT_READ_D, pid, &word, 0), 4711);
	CHECK_EQ(PT(PT_WRITE_D, pid, &word, 4712), 0);
	CHECK_EQ(PT(PT_READ_I, pid, &word, 0), 4712);
	CHECK_EQ(word, 4711);
	/* Its program: movl $2, %eax becomes movl $5, %eax. */
	CHECK_EQ(text, *(int *)code);
	REQUIRE(code[0] == 0xb8 && code[1] == 2);
	CHECK_EQ(PT(PT_WRITE_I, pid, code, (text & ~0xff00) | 5 << 8), 0);
	CHECK_EQ(answer(), 2);
}

int
main(int argc, char **argv)
{
	char *edge = test_private(2 * TEST_PAGE);
	pid_t pid;

	test_begin(argc, argv);
	CHECK_EQ(sc(SYS_munmap, edge + TEST_PAGE, TEST_PAGE), 0);
	pid = test_fork(child, NULL);
	CHECK_STOPPED(pid, SIGINT);
	by_word(pid);
	in_bulk(pid);
	before_hole(pid, edge + TEST_PAGE);
	trace_continue(pid, 0);
	CHECK_EXIT(pid, 5);
	/* Nothing of the text of the others has changed. */
	pid = test_fork(child, NULL);
	CHECK_STOPPED(pid, SIGINT);
	by_word(pid);
	CHECK_EQ(PT(PT_KILL, pid, 0, 0), 0);
	CHECK_KILLED(pid, SIGKILL);
	return test_done();
}
