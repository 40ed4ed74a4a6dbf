/*
 * storm_itimer.c -- timers of a microsecond against the end of their process:
 * it exits, is killed, or dies of the timer itself, with one thread or with
 * two that set timers all the time.  Most rounds are the bare case,
 * so that a hundred thousand fit: one timer, and the end.  No alarm reaches
 * anybody else, and no callout a process that is gone.
 */
#include "user/tests/test.h"
#include <signal.h>
#include <sys/time.h>

TEST_ROWS("E30 D26 O7 X30 2.8 2.27");

#define NPROCS 4
#define BARE 16 /* of so many rounds one is more than a timer and the end */

static int *shared; /* [0] alarms that reached a bystander */

static void
bystander(int sig)
{
	(void)sig;
	add(&shared[0], 1);
}

static void
arm(int which, long usec)
{
	struct itimerval val = {
	    .it_value.tv_usec = usec, .it_interval.tv_usec = usec};

	sc(SYS_setitimer, which, &val, NULL);
}

static void
setter(void *arg)
{
	(void)arg;
	for (long i = 0;; i++)
		arm((int)(i % 3), 1 + i % 7);
}

/* Ends at about the moment at which its timer expires. */
static void
victim(void *arg)
{
	static struct mthread t;
	long round = (long)(intptr_t)arg;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig == SIGALRM || sig == SIGVTALRM || sig == SIGPROF)
			signal(sig, round % 4 == 3 ? SIG_DFL : SIG_IGN);
	if (round % 2 == 1)
		mthread_start(&t, setter, NULL);
	arm(ITIMER_PROF, 1 + round % 50);
	arm(ITIMER_VIRTUAL, 1 + round % 50);
	arm(ITIMER_REAL, 1 + round % 50);
	for (long i = 0; i < round % 64 * 16; i++)
		__asm__ volatile("pause");
	if (round % 8 == 4)
		kill(getpid(), SIGKILL);
}

/* The shortest life with a timer, ended before, while or after it expires. */
static void
bare(void *arg)
{
	signal(SIGALRM, SIG_IGN);
	arm(ITIMER_REAL, 1);
	for (long i = (long)(intptr_t)arg % 32; i > 0; i--)
		__asm__ volatile("pause");
}

static void
expect(int i, int status)
{
	if (i % 4 == 3)
		CHECK(status == 0 || WTERMSIG(status) == SIGALRM ||
		      WTERMSIG(status) == SIGVTALRM ||
		      WTERMSIG(status) == SIGPROF);
	else
		CHECK_EQ(status, i % 8 == 4 ? SIGKILL : 0);
}

static void
many(void *arg)
{
	int rounds = (int)(intptr_t)arg;

	signal(SIGALRM, bystander);
	signal(SIGVTALRM, bystander);
	signal(SIGPROF, bystander);
	for (int i = 0; i < rounds; i++) {
		void *n = (void *)(intptr_t)(i / BARE);

		if (i % BARE == 0)
			expect(i / BARE, (int)test_wait(test_fork(victim, n)));
		else
			CHECK_EXIT(test_fork(bare, (void *)(intptr_t)i), 0);
	}
}

int
main(int argc, char **argv)
{
	pid_t pids[NPROCS];
	int rounds;

	test_begin(argc, argv);
	rounds = test_rounds(240, 25000);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < NPROCS; i++)
		pids[i] = test_fork(many, (void *)(intptr_t)rounds);
	for (int i = 0; i < NPROCS; i++)
		CHECK_EXIT(pids[i], 0);
	CHECK_EQ(load(&shared[0]), 0);
	return test_done();
}
