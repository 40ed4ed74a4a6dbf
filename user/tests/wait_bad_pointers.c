/*
 * wait_bad_pointers.c -- wait4, wait6 and getrusage with pointers that cannot
 * be written, not at all or not to their end: EFAULT, and neither the child
 * nor its stop, its continuation or its usage is lost; who waits at the same
 * time, with a good pointer, gets them.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E75 E76 E77 E82 D04 X79 X92 X93");

#define ROUNDS 40
#define FAULTS 8 /* page faults of the child, at least */

static char *edge;     /* the end of mapped memory */
static char *readonly; /* a page */
static int bad_turns;  /* EFAULTs that the other thread has had */

/* The i-th bad address for a structure of size bytes; 0: no more. */
static uintptr_t
bad(int i, size_t size)
{
	const uintptr_t list[] = {8, (uintptr_t)edge, (uintptr_t)edge - 1,
	    (uintptr_t)edge - size / 2, (uintptr_t)edge - size + 1,
	    (uintptr_t)readonly, (uintptr_t)readonly - size / 2,
	    0x00007ffffffff000U, 0x00007ffffffffffeU, 0x0000800000000000U,
	    0x8000000000000000U, 0xffff800000100000U, 0xffffffff80100000U,
	    UINTPTR_MAX - size / 2, UINTPTR_MAX};

	return i < (int)COUNT(list) ? list[i] : 0;
}

static long
children_faults(void)
{
	struct rusage ru;

	REQUIRE(sc(SYS_getrusage, RUSAGE_CHILDREN, &ru) == 0);
	return ru.ru_minflt;
}

/* Every way in which that child's news, wanted by options, can fail to reach
 * us. */
static void
all_bad(pid_t pid, int options)
{
	uintptr_t p;
	int status;

	for (int i = 0; (p = bad(i, sizeof(int))) != 0; i++) {
		CHECK_EQ(sc(SYS_wait4, pid, p, options, NULL), -EFAULT);
		CHECK_EQ(sc(SYS_wait4, -1, p, options, NULL), -EFAULT);
		CHECK_EQ(
		    sc(SYS_wait6, P_PID, pid, p, options | WEXITED, NULL, NULL),
		    -EFAULT);
	}
	for (int i = 0; (p = bad(i, sizeof(struct rusage))) != 0; i++)
		CHECK_EQ(sc(SYS_wait4, pid, &status, options, p), -EFAULT);
	for (int i = 0; (p = bad(i, sizeof(struct __wrusage))) != 0; i++) {
		CHECK_EQ(sc(SYS_wait6, P_ALL, 0, &status, options | WEXITED, p,
			     NULL),
		    -EFAULT);
		CHECK_EQ(sc(SYS_wait6, P_PID, pid, &status,
			     options | WEXITED | WNOWAIT, p, NULL),
		    -EFAULT);
	}
	for (int i = 0; (p = bad(i, sizeof(siginfo_t))) != 0; i++)
		CHECK_EQ(
		    sc(SYS_wait6, P_PID, pid, NULL, options | WEXITED, NULL, p),
		    -EFAULT);
}

static void
child(void *arg)
{
	char *p = test_private(FAULTS * TEST_PAGE);

	(void)arg;
	for (unsigned long i = 0; i < FAULTS; i++)
		p[i * TEST_PAGE] = 1;
	test_exit(5);
}

static void
zombie(void)
{
	pid_t pid = test_fork(child, NULL);
	long before = children_faults();
	struct rusage ru;

	test_await_zombie(pid);
	all_bad(pid, 0);
	CHECK_EQ(children_faults(), before);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, &ru), pid);
	CHECK(ru.ru_minflt >= FAULTS);
	CHECK_EQ(children_faults(), before + ru.ru_minflt);
	CHECK_EQ(sc(SYS_wait4, pid, NULL, 0, NULL), -ECHILD);
}

static void
sleeps(void *arg)
{
	(void)arg;
	for (;;)
		test_sleep_ms(1000);
}

/* Its news has come, and is still there. */
static void
await_news(pid_t pid, int options)
{
	CHECK_EQ(sc(SYS_wait6, P_PID, pid, NULL, options | WNOWAIT, NULL, NULL),
	    pid);
}

static void
stopped(void)
{
	pid_t pid = test_fork(sleeps, NULL);
	int status = 0;

	kill(pid, SIGSTOP);
	await_news(pid, WUNTRACED);
	all_bad(pid, WUNTRACED);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED | WNOHANG, NULL), 0);
	kill(pid, SIGCONT);
	await_news(pid, WCONTINUED);
	all_bad(pid, WCONTINUED);
	CHECK_EQ(sc(SYS_wait4, pid, &status, WCONTINUED, NULL), pid);
	CHECK(WIFCONTINUED(status));
	CHECK_EQ(sc(SYS_wait4, pid, &status, WCONTINUED | WNOHANG, NULL), 0);
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

static void
waits_badly(void *arg)
{
	long got;
	int i = 0;

	(void)arg;
	do {
		uintptr_t p = bad(i++ % 8, sizeof(struct rusage));

		got = sc(SYS_wait4, -1, NULL, WUNTRACED | WCONTINUED, p);
		CHECK(got == -EFAULT || got == -ECHILD);
		add(&bad_turns, 1);
		test_yield();
	} while (got != -ECHILD);
}

/* While another thread of ours takes the same news and cannot keep it. */
static void
beside(void *arg)
{
	struct mthread t;
	int status;

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = test_fork(sleeps, NULL);

		(void)arg;
		mthread_start(&t, waits_badly, NULL);
		for (int k = 0; k < i % 4; k++)
			test_yield();
		kill(pid, SIGSTOP);
		CHECK_EQ(sc(SYS_wait4, pid, &status, WUNTRACED, NULL), pid);
		CHECK_EQ(status, W_STOPCODE(SIGSTOP));
		kill(pid, SIGCONT);
		CHECK_EQ(sc(SYS_wait4, -1, &status, WCONTINUED, NULL), pid);
		CHECK(WIFCONTINUED(status));
		kill(pid, SIGKILL);
		CHECK_KILLED(pid, SIGKILL);
		mthread_join(&t);
	}
	CHECK(load(&bad_turns) > ROUNDS);
}

static void
own_usage(void)
{
	uintptr_t p;

	for (int i = 0; (p = bad(i, sizeof(struct rusage))) != 0; i++) {
		CHECK_EQ(sc(SYS_getrusage, RUSAGE_SELF, p), -EFAULT);
		CHECK_EQ(sc(SYS_getrusage, RUSAGE_CHILDREN, p), -EFAULT);
	}
	CHECK_EQ(sc(SYS_getrusage, RUSAGE_SELF, NULL), -EFAULT);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	edge = (char *)test_private(3 * TEST_PAGE) + TEST_PAGE;
	REQUIRE(sc(SYS_munmap, edge, TEST_PAGE) == 0);
	readonly = edge + TEST_PAGE;
	edge[-1] = 1;
	REQUIRE(sc(SYS_mprotect, readonly, TEST_PAGE, PROT_READ) == 0);
	own_usage();
	zombie();
	stopped();
	CHECK_EXIT(test_fork(beside, NULL), 0);
	return test_done();
}
