/*
 * storm_zombies.c -- two thousand zombies at once (at full length
 * twenty thousand): each is found by its number
 * and by any-wait, exactly once; a second lot becomes init's at one stroke.
 */
#include "user/tests/test.h"

TEST_ROWS("E52 E55 E80 E88 D55");

#define MOST 20000

static pid_t pids[MOST];

static int
make_zombies(void)
{
	int n = 0, want = test_rounds(2000, MOST);

	while (n < want) {
		long pid = sc(SYS_fork);

		if (pid == 0)
			test_exit(1);
		if (pid < 0) {
			CHECK(pid == -EAGAIN || pid == -ENOMEM);
			break;
		}
		pids[n++] = (pid_t)pid;
	}
	return n;
}

static void
leaves_them(void *arg)
{
	(void)arg;
	CHECK(make_zombies() > 50);
}

int
main(int argc, char **argv)
{
	int n, left = 0;
	long got;

	test_begin(argc, argv);
	n = make_zombies();
	test_note("%d zombies", n);
	CHECK(n > 50);
	/* Every other one by its number, from the middle outwards. */
	for (int i = 0; i < n / 2; i++) {
		int k = i & 1 ? n / 2 + i : n / 2 - 1 - i;

		if (k >= 0 && k < n && pids[k] != 0) {
			CHECK_EXIT(pids[k], 1);
			pids[k] = 0;
		}
	}
	for (int i = 0; i < n; i++)
		left += pids[i] != 0;
	while ((got = sc(SYS_wait4, -1, NULL, 0, NULL)) > 0)
		left--;
	CHECK_EQ(got, -ECHILD);
	CHECK_EQ(left, 0);
	CHECK_EXIT(test_fork(leaves_them, NULL), 0);
	return test_done();
}
