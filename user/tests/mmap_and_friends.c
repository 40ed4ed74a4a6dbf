/*
 * mmap_and_friends.c -- mmap, munmap, mprotect and brk: pages are zero at
 * first, where they were asked for, gone when unmapped, with the rights that
 * were given; files are mapped as they are; what is huge and nearly empty costs
 * no more than what is in it; arguments that are unaligned,
 * empty, huge or wrap around are refused and change nothing.
 */
#include "user/tests/test.h"

TEST_ROWS("D.mmap 2.36");

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANON)

static long
map(unsigned long addr, size_t len, int prot, int flags, int fd, long pos)
{
	return sc(SYS_mmap, addr, len, prot, flags, fd, 0, pos);
}

static bool
refused(long got)
{
	return got == -EINVAL || got == -ENOMEM || got == -EFAULT ||
	       got == -EOVERFLOW;
}

static void
peeks(void *arg)
{
	test_peek((uintptr_t)arg);
}

static void
pokes(void *arg)
{
	test_poke((uintptr_t)arg, 1);
}

static void
dead(void (*fn)(void *), long addr)
{
	long status = test_wait(test_fork(fn, (void *)addr));

	CHECK(status >= 0 && WIFSIGNALED(status) &&
	      (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS));
}

static void
alive(void (*fn)(void *), long addr)
{
	CHECK_EXIT(test_fork(fn, (void *)addr), 0);
}

static void
anonymous(void)
{
	const long page = TEST_PAGE;
	long a = map(0, 10 * TEST_PAGE, RW, ANON, -1, 0), b;

	REQUIRE(a > 0 && a % page == 0);
	for (long i = 0; i < 10 * page; i += 512)
		CHECK_EQ(*(char *)(a + i), 0);
	memset((void *)a, 1, 10 * TEST_PAGE);
	/* A hole in the middle; what is beside it stays. */
	CHECK_EQ(sc(SYS_munmap, a + 3 * page, 2 * TEST_PAGE), 0);
	dead(peeks, a + 3 * page);
	dead(peeks, a + 5 * page - 4);
	alive(pokes, a + 3 * page - 4);
	alive(pokes, a + 5 * page);
	CHECK_EQ(*(char *)(a + 5 * page), 1);
	/* Back at the same place: zero again. */
	b = map((unsigned long)(a + 3 * page), TEST_PAGE, RW, ANON | MAP_FIXED,
	    -1, 0);
	CHECK_EQ(b, a + 3 * page);
	CHECK_EQ(*(int *)b, 0);
	/* Over something that is there. */
	b = map((unsigned long)(a + 6 * page), 2 * TEST_PAGE, RW,
	    ANON | MAP_FIXED, -1, 0);
	CHECK_EQ(b, a + 6 * page);
	CHECK_EQ(*(int *)b, 0);
	CHECK_EQ(*(char *)(a + 8 * page), 1);
	/* Rights, page by page. */
	CHECK_EQ(sc(SYS_mprotect, a + 8 * page, TEST_PAGE, PROT_READ), 0);
	dead(pokes, a + 8 * page);
	alive(peeks, a + 8 * page);
	alive(pokes, a + 9 * page);
	CHECK_EQ(sc(SYS_mprotect, a + 8 * page, TEST_PAGE, PROT_NONE), 0);
	dead(peeks, a + 8 * page);
	CHECK_EQ(sc(SYS_mprotect, a + 8 * page, TEST_PAGE, RW), 0);
	CHECK_EQ(*(char *)(a + 8 * page), 1);
	alive(pokes, a + 8 * page);
	CHECK_EQ(sc(SYS_munmap, a, 10 * TEST_PAGE), 0);
	dead(peeks, a);
	/* Nothing there any more: fine. */
	CHECK_EQ(sc(SYS_munmap, a, 10 * TEST_PAGE), 0);
}

/* Of 2^32 pages none can be looked at one by one. */
static void
huge(void)
{
	const size_t size = 1UL << 44, middle = size / 2;
	long a = map(0, size, RW, ANON, -1, 0);

	REQUIRE(a > 0);
	CHECK_EQ(sc(SYS_mprotect, a, size, PROT_NONE), 0);
	CHECK_EQ(sc(SYS_mprotect, a, size, RW), 0);
	*(volatile int *)(a + (long)middle) = 1;
	CHECK_EQ(sc(SYS_mprotect, a, size, PROT_NONE), 0);
	dead(peeks, a + (long)middle);
	CHECK_EQ(sc(SYS_mprotect, a, size, RW), 0);
	CHECK_EQ(*(volatile int *)(a + (long)middle), 1);
	CHECK_EQ(*(volatile int *)a, 0);
	CHECK_EQ(*(volatile int *)(a + (long)(size - TEST_PAGE)), 0);
	CHECK_EQ(sc(SYS_munmap, a, size), 0);
}

static void
file(char *self)
{
	static char head[8192];
	long fd = sc(SYS_open, self, O_RDONLY, 0), a, b;

	REQUIRE(fd >= 0);
	REQUIRE(sc(SYS_read, fd, head, sizeof(head)) == sizeof(head));
	a = map(0, sizeof(head), PROT_READ, MAP_PRIVATE, (int)fd, 0);
	REQUIRE(a > 0);
	CHECK(memcmp((void *)a, head, sizeof(head)) == 0);
	dead(pokes, a);
	b = map(0, TEST_PAGE, PROT_READ, MAP_SHARED, (int)fd, TEST_PAGE);
	CHECK(b > 0);
	/* The mapping outlives the descriptor. */
	CHECK_EQ(sc(SYS_close, fd), 0);
	if (b > 0) {
		CHECK(memcmp((void *)b, head + TEST_PAGE, TEST_PAGE) == 0);
		dead(pokes, b);
		CHECK(sc(SYS_mprotect, b, TEST_PAGE, RW) != 0);
		CHECK_EQ(sc(SYS_munmap, b, TEST_PAGE), 0);
	}
	CHECK_EQ(sc(SYS_munmap, a, sizeof(head)), 0);
}

static void
shared_anonymous(void)
{
	int *p = test_shared(2 * TEST_PAGE);
	pid_t pid;

	CHECK_EQ(p[0], 0);
	pid = fork();
	if (pid == 0) {
		p[0] = 17;
		p[1024] = 18; /* touched here first */
		test_exit(0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(p[0], 17);
	CHECK_EQ(p[1024], 18);
	pid = fork();
	if (pid == 0) {
		sc(SYS_munmap, p, 2 * TEST_PAGE);
		test_exit(0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(p[1024], 18);
	CHECK_EQ(sc(SYS_munmap, p, 2 * TEST_PAGE), 0);
}

static void
refusals(void)
{
	static const unsigned long sizes[] = {
	    ~0UL, ~0UL - 4095, 1UL << 63, 1UL << 47, 0x7fffffffffff};
	static const unsigned long places[] = {1, 0x1001, 0x00007ffffffff000U,
	    0x0000800000000000U, 0xffff800000000000U, 0xfffffffffffff000U};
	long a = map(0, TEST_PAGE, RW, ANON, -1, 0), got;

	CHECK_EQ(map(0, 0, RW, ANON, -1, 0), -EINVAL);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		CHECK(refused(map(0, sizes[i], RW, ANON, -1, 0)));
		CHECK(refused(map(
		    0x200000000000U, sizes[i], RW, ANON | MAP_FIXED, -1, 0)));
		CHECK(refused(sc(SYS_munmap, a, sizes[i])));
		CHECK(refused(sc(SYS_mprotect, a, sizes[i], RW)));
		*(volatile int *)a = 1;
	}
	for (size_t i = 0; i < COUNT(places); i++) {
		CHECK(refused(
		    map(places[i], TEST_PAGE, RW, ANON | MAP_FIXED, -1, 0)));
		got = sc(SYS_munmap, places[i], TEST_PAGE);
		/* Below all user addresses there is nothing to unmap. */
		CHECK(refused(got) || (got == 0 && places[i] < 0x10000));
		CHECK(refused(sc(SYS_mprotect, places[i], TEST_PAGE, RW)));
	}
	/* The start of a page, or refused: never something else. */
	got = sc(SYS_mprotect, a + 8, 8, RW);
	CHECK(got == 0 || refused(got));
	*(volatile int *)a = 2;
	CHECK_EQ(sc(SYS_munmap, a, TEST_PAGE), 0);
}

static void
heap_end(void)
{
	char *end = (char *)(((uintptr_t)sbrk(0) + 4095) & ~4095UL);

	CHECK(sc(SYS_break, end + 3 * TEST_PAGE) >= 0);
	for (size_t i = 0; i < 3 * TEST_PAGE; i += 512)
		CHECK_EQ(end[i], 0);
	memset(end, 1, 3 * TEST_PAGE);
	CHECK(sc(SYS_break, end + TEST_PAGE) >= 0);
	dead(peeks, (long)(end + TEST_PAGE));
	CHECK_EQ(end[100], 1);
	CHECK(sc(SYS_break, end + 2 * TEST_PAGE) >= 0);
	CHECK_EQ(end[TEST_PAGE], 0);
	CHECK(refused(sc(SYS_break, 0xffff800000000000U)));
	CHECK(refused(sc(SYS_break, ~0UL)));
	CHECK(refused(sc(SYS_break, 0x7ffffffff000U)));
	CHECK_EQ(end[100], 1);
	CHECK(sc(SYS_break, end) >= 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	for (int i = 0; i < 3 * test_scale; i++) {
		anonymous();
		huge();
		file(argv[0]);
		shared_anonymous();
		refusals();
		heap_end();
	}
	return test_done();
}
