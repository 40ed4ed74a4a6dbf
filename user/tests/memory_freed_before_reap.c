/*
 * memory_freed_before_reap.c -- a zombie has no user memory: what it had is
 * free again before anybody waits for it.
 */
#include "user/tests/test.h"

TEST_ROWS("E39 X38 O12");

#define MEG (1024UL * 1024)

static struct census_row rows[512];

/* User pages in use: the rows of the census that say so by name. */
static long
user_pages(void)
{
	long n = sc(SYS_census, rows, COUNT(rows)), sum = 0;

	REQUIRE(n > 0);
	for (long i = 0; i < n && i < (long)COUNT(rows); i++)
		if (strstr(rows[i].name, "page") != NULL &&
		    strstr(rows[i].name, "free") == NULL)
			sum += (long)rows[i].count;
	return sum;
}

static void
eats(void *arg)
{
	size_t size = (size_t)(uintptr_t)arg;
	char *p = test_private(size);

	for (size_t i = 0; i < size; i += TEST_PAGE)
		p[i] = 1;
	CHECK(user_pages() >= (long)(size / TEST_PAGE));
}

int
main(int argc, char **argv)
{
	size_t size = 16 * MEG;

	test_begin(argc, argv);
	for (int i = 0; i < 3 * test_scale; i++) {
		long before = user_pages(), after;
		pid_t pid = test_fork(eats, (void *)size);
		struct proc_row *row;

		WAIT_UNTIL(test_is_zombie(pid));
		after = user_pages();
		/* A page table, a stack and small change may remain. */
		CHECK(after - before < (long)(size / TEST_PAGE / 8));
		row = test_ps(pid);
		CHECK(row != NULL && row->rss_bytes == 0);
		CHECK_EXIT(pid, 0);
	}
	return test_done();
}
