/*
 * extexit_arguments.c -- extexit() checks whom before what before where: a bad
 * "who" or "action" is EINVAL and a bad address EFAULT, the caller lives on,
 * and nothing has been written.
 */
#include "user/tests/test.h"

TEST_ROWS("E02 E04 X2 X3 X4 X5");

static void
bad_how(int how)
{
	int word = 1234;

	CHECK_EQ(sc(SYS_extexit, how, 77, &word), -EINVAL);
	CHECK_EQ(word, 1234);
}

static void
bad_address(uintptr_t addr)
{
	CHECK_EQ(
	    sc(SYS_extexit, EXTEXIT_LWP | EXTEXIT_SETINT, 1, addr), -EFAULT);
	CHECK_EQ(
	    sc(SYS_extexit, EXTEXIT_PROC | EXTEXIT_SETINT, 1, addr), -EFAULT);
}

static void
all(void *arg)
{
	static const int hows[] = {2, 3, 0xffff, 0x20000, 0x20001, 0x20002,
	    0x10002, 0x30000, -1, (int)0x80000000};
	char *page = test_private(3 * TEST_PAGE);
	int *ro = (int *)(page + TEST_PAGE);

	for (size_t i = 0; i < COUNT(hows); i++)
		bad_how(hows[i]);
	*ro = 55;
	REQUIRE(sc(SYS_mprotect, ro, TEST_PAGE, PROT_READ) == 0);
	/* A hole would be filled by another thread's mapping. */
	if (arg == NULL)
		REQUIRE(sc(SYS_munmap, page + 2 * TEST_PAGE, TEST_PAGE) == 0);
	else
		REQUIRE(sc(SYS_mprotect, page + 2 * TEST_PAGE, TEST_PAGE,
			    PROT_NONE) == 0);
	bad_address(0);
	bad_address((uintptr_t)ro);
	CHECK_EQ(*ro, 55);
	bad_address((uintptr_t)page + 2 * TEST_PAGE);
	bad_address((uintptr_t)all);
	bad_address(0xffffffff80000000U);
	bad_address(0xffff800000000000U);
	bad_address(0x8000000000000000U);
	bad_address(0x00007ffffffff000U);
	bad_address(UINTPTR_MAX - 3);
	bad_address(UINTPTR_MAX);
	sc(SYS_munmap, page, (arg == NULL ? 2 : 3) * TEST_PAGE);
}

/* In a process with a second thread the same must hold: a thread that is
 * refused has not given up its place. */
static void
with_sibling(void *arg)
{
	struct mthread t;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		mthread_start(&t, all, &t);
		all(&t);
		mthread_join(&t);
	}
	test_exit(5);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	all(NULL);
	CHECK_EXIT(test_fork(with_sibling, NULL), 5);
	return test_done();
}
