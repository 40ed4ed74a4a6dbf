/*
 * copy_on_write.c -- after a fork each has its own memory, whoever writes
 * first, the parent, the child, a grandchild, a thread or the kernel on their
 * behalf, and also when the other is gone; shared memory stays shared.
 */
#include "user/tests/test.h"

TEST_ROWS("D.cow 2.36 E40");

#define PAGES 32
#define BYTES (PAGES * TEST_PAGE)

static int data_word = 1; /* .data */
static int bss_word;      /* .bss */
static char *heap, *anon, *common;
static int *gate; /* shared */

static void
fill(char *p, int seed)
{
	for (size_t i = 0; i < BYTES; i += 64)
		p[i] = (char)(seed + (int)(i / 64));
}

static bool
filled(const char *p, int seed)
{
	for (size_t i = 0; i < BYTES; i += 64)
		if (p[i] != (char)(seed + (int)(i / 64)))
			return false;
	return true;
}

static void
set_all(int seed)
{
	data_word = bss_word = seed;
	fill(heap, seed);
	fill(anon, seed);
}

static bool
all_are(int seed)
{
	return data_word == seed && bss_word == seed && filled(heap, seed) &&
	       filled(anon, seed);
}

static void
grandchild(void *arg)
{
	(void)arg;
	CHECK(all_are(3));
	set_all(4);
	CHECK(all_are(4));
}

static void
child_writes(void *arg)
{
	(void)arg;
	CHECK(all_are(2));
	set_all(3);
	CHECK_EXIT(test_fork(grandchild, NULL), 0);
	CHECK(all_are(3));
	common[5] = 55;
}

/* The parent writes while the child looks. */
static void
child_looks(void *arg)
{
	(void)arg;
	WAIT_UNTIL(load(gate) == 1);
	CHECK(all_are(2));
}

/* The parent is gone: what is left must still be what it was. */
static void
orphan_looks(void *arg)
{
	(void)arg;
	WAIT_UNTIL(getppid() == 1);
	CHECK(all_are(9));
	set_all(10);
	CHECK(all_are(10));
	store(&gate[1], 1);
}

static void
leaves(void *arg)
{
	(void)arg;
	set_all(9);
	test_fork(orphan_looks, NULL);
}

/* The kernel writes into a page that is shared copy-on-write. */
static void
kernel_writes(void *arg)
{
	int fds[2];

	(void)arg;
	REQUIRE(pipe(fds) == 0);
	CHECK_EQ(sc(SYS_write, fds[1], "kernel", 6), 6);
	CHECK_EQ(sc(SYS_read, fds[0], anon + 64, 6), 6);
	CHECK(memcmp(anon + 64, "kernel", 6) == 0);
	CHECK_EQ(sc(SYS_clock_gettime, CLOCK_MONOTONIC, heap), 0);
}

static void
one_page(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < PAGES; i++)
		anon[i * (int)TEST_PAGE + me] = (char)me;
}

/* Threads break the sharing of the same pages at once. */
static void
threads_write(void *arg)
{
	struct mthread t[4];

	(void)arg;
	for (int i = 0; i < 4; i++)
		mthread_start(&t[i], one_page, (void *)(intptr_t)(i + 1));
	for (int i = 0; i < 4; i++)
		mthread_join(&t[i]);
	for (int i = 0; i < PAGES; i++)
		for (int me = 1; me <= 4; me++)
			CHECK_EQ(anon[i * (int)TEST_PAGE + me], me);
}

int
main(int argc, char **argv)
{
	pid_t pid;

	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	common = test_shared(TEST_PAGE);
	anon = test_private(BYTES);
	heap = malloc(BYTES);
	REQUIRE(heap != NULL);
	for (int i = 0; i < 20 * test_scale; i++) {
		gate[0] = gate[1] = 0;
		common[5] = 0;
		set_all(2);
		CHECK_EXIT(test_fork(child_writes, NULL), 0);
		CHECK(all_are(2));
		CHECK_EQ(common[5], 55);

		pid = test_fork(child_looks, NULL);
		set_all(7);
		store(&gate[0], 1);
		CHECK_EXIT(pid, 0);
		CHECK(all_are(7));

		CHECK_EXIT(test_fork(leaves, NULL), 0);
		WAIT_UNTIL(load(&gate[1]) == 1);
		CHECK(all_are(7));

		CHECK_EXIT(test_fork(kernel_writes, NULL), 0);
		CHECK_EXIT(test_fork(threads_write, NULL), 0);
		CHECK(all_are(7));
	}
	free(heap);
	return test_done();
}
