/*
 * setsid_at_once.c -- the threads of a process call setsid at the same moment,
 * and its parent moves it to a group of its own: one of them has its way, and
 * no two groups or sessions have one number.
 */
#include "user/tests/test.h"

TEST_ROWS("2.13 E85 D49");

#define NTHREADS 4

static int *meet; /* shared */
static int sessions;

static void
begins(void *arg)
{
	long got;

	(void)arg;
	test_barrier(meet, NTHREADS + 1);
	got = sc(SYS_setsid);
	if (got == getpid())
		add(&sessions, 1);
	else
		CHECK_EQ(got, -EPERM);
}

/* Exits with the number of sessions that it has begun. */
static void
child(void *arg)
{
	static struct mthread t[NTHREADS - 1];

	(void)arg;
	for (int i = 0; i < NTHREADS - 1; i++)
		mthread_start(&t[i], begins, NULL);
	begins(NULL);
	for (int i = 0; i < NTHREADS - 1; i++)
		mthread_join(&t[i]);
	CHECK_EQ(sc(SYS_getpgid, 0), getpid());
	CHECK_EQ(sc(SYS_getsid, 0) == getpid(), sessions == 1);
	test_exit(sessions);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	meet = test_shared(TEST_PAGE);
	for (int i = 0; i < test_rounds(100, 1000); i++) {
		long moved;
		pid_t pid;

		store(meet, 0);
		pid = test_fork(child, NULL);
		test_barrier(meet, NTHREADS + 1);
		moved = sc(SYS_setpgid, pid, pid);
		/* It may have come to its end. */
		CHECK(moved == 0 || moved == -EPERM || moved == -ESRCH);
		CHECK_EXIT(pid, moved == 0 ? 0 : 1);
	}
	return test_done();
}
