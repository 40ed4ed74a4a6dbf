/*
 * wait_wnohang.c -- WNOHANG with nothing to report gives 0 and writes neither
 * status nor usage; with something it reports it, once; a bad address for the
 * results is EFAULT and does not wait for ever.
 */
#include "user/tests/test.h"

TEST_ROWS("E78 D01 D03 X74 X95");

static int *gate;

static void
waits_for_gate(void *arg)
{
	WAIT_UNTIL(load(gate) == 1);
	test_exit((int)(intptr_t)arg);
}

static bool
untouched(const void *p, size_t n)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		if (c[i] != 0xa5)
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	struct __wrusage wru;
	int status;
	pid_t pid;
	long got;

	test_begin(argc, argv);
	gate = test_shared(TEST_PAGE);
	pid = test_fork(waits_for_gate, (void *)66);
	memset(&ru, 0xa5, sizeof(ru));
	memset(&wru, 0xa5, sizeof(wru));
	memset(&status, 0xa5, sizeof(status));
	for (int i = 0; i < 100; i++) {
		CHECK_EQ(
		    sc(SYS_wait4, i & 1 ? pid : -1, &status, WNOHANG, &ru), 0);
		CHECK_EQ(sc(SYS_wait6, P_ALL, 0, &status, WNOHANG | WEXITED,
			     &wru, NULL),
		    0);
	}
	CHECK(untouched(&status, sizeof(status)));
	CHECK(untouched(&ru, sizeof(ru)));
	CHECK(untouched(&wru, sizeof(wru)));
	/* A bad address need not matter as long as nothing is written. */
	got = sc(SYS_wait4, -1, 8, WNOHANG, 8);
	CHECK(got == 0 || got == -EFAULT);

	store(gate, 1);
	do {
		got = sc(SYS_wait4, pid, &status, WNOHANG, &ru);
		test_yield();
	} while (got == 0);
	CHECK_EQ(got, pid);
	CHECK_EQ(status, 66 << 8);
	CHECK(!untouched(&ru, sizeof(ru)));
	CHECK(!untouched(&ru.ru_nivcsw, sizeof(ru.ru_nivcsw)));
	/* What is not counted is 0, and nothing of the kernel's stack (D01). */
	CHECK_EQ(ru.ru_ixrss | ru.ru_idrss | ru.ru_isrss | ru.ru_nswap |
		ru.ru_msgsnd | ru.ru_msgrcv, 0);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WNOHANG, &ru), -ECHILD);

	/* The status cannot be written: the child may be gone all the same. */
	pid = test_fork(waits_for_gate, (void *)1);
	WAIT_UNTIL(test_is_zombie(pid));
	CHECK_EQ(sc(SYS_wait4, pid, 8, 0, NULL), -EFAULT);
	got = sc(SYS_wait4, pid, &status, WNOHANG, NULL);
	CHECK(got == pid || got == -ECHILD);
	pid = test_fork(waits_for_gate, (void *)1);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, 0xffff800000000000U), -EFAULT);
	got = sc(SYS_wait4, pid, &status, WNOHANG, NULL);
	CHECK(got == pid || got == -ECHILD);
	return test_done();
}
