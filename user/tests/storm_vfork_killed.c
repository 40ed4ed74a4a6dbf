/*
 * storm_vfork_killed.c -- one thread of a process calls vfork, and in the same
 * instant another kills the process, the child or both, or calls _exit: the
 * process and its child each end once, as they were told to, and the child
 * never loses the memory that it runs in.
 */
#include "user/tests/test.h"

TEST_ROWS("E28 D25 X28 X51 O16 E12 N4");

#define CHILD 5  /* status of a child of vfork that was left alone */
#define PARENT 6 /* of a process that came to its end */
#define CUT 7	 /* of one that another thread ended */

static char stack[MTHREAD_STACK] __attribute__((aligned(16)));
static int meeting, how, *counts; /* shared, by outcome */
static volatile int32_t vchild;
static volatile int vdone; /* in the memory that both live in */

static void
delay(int n)
{
	for (; n > 0; n--)
		test_yield();
}

static void
killer(void *arg)
{
	(void)arg;
	test_barrier(&meeting, 2);
	delay(how / 4 % 6);
	if ((how & 3) >= 2 && vchild > 0)
		sc(SYS_kill, vchild, SIGKILL);
	if ((how & 3) == 0)
		test_exit(CUT);
	if ((how & 3) != 2)
		sc(SYS_kill, getpid(), SIGKILL);
}

static void __attribute__((noinline))
vforks(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		vchild = getpid();
		for (int i = how % 5; i > 0; i--)
			sc(SYS_sched_yield);
		vdone = 1;
		test_exit(vchild == getpid() ? CHILD : 99);
	}
	REQUIRE(pid > 0 || pid == -1);
	/* Back only when the child has gone, unless that was killed. */
	if (pid > 0 && (how & 3) < 2)
		CHECK_EQ(vdone, 1);
}

static void
process(void *arg)
{
	static struct mthread t;

	how = (int)(intptr_t)arg;
	REQUIRE(mthread_start_on(&t, stack, killer, NULL) == 0);
	test_barrier(&meeting, 2);
	vforks();
	delay(how % 3);
	test_exit(PARENT);
}

/* As the heir of its orphans we get whatever the process leaves. */
static void
one_round(int i)
{
	pid_t pid = test_fork(process, (void *)(intptr_t)i);
	int status, mine = 0, others = 0;
	long got;

	while ((got = sc(SYS_wait4, -1, &status, 0, NULL)) > 0) {
		if (got == pid) {
			mine++;
			CHECK(status == SIGKILL || status == PARENT << 8 ||
			      status == CUT << 8);
			counts[status == PARENT << 8 ? 0 : 1]++;
		} else {
			others++;
			CHECK(status == SIGKILL || status == CHILD << 8);
			counts[status == SIGKILL ? 2 : 3]++;
		}
	}
	CHECK_EQ(got, -ECHILD);
	CHECK_EQ(mine, 1);
	CHECK(others <= 1);
}

int
main(int argc, char **argv)
{
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(400, 10000);
	counts = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < rounds; i++)
		one_round(i);
	test_note("processes: %d to the end, %d cut off; children: %d killed, "
		  "%d exited",
	    counts[0], counts[1], counts[2], counts[3]);
	/* Something was hit, or this was no storm. */
	CHECK(counts[1] > 0 && counts[3] > 0);
	return test_done();
}
