/*
 * kill_permissions.c -- whom kill reaches: one of another user not, but for
 * SIGCONT in the own session; of a group those that it may signal, of all
 * processes those, too, but neither itself nor init; and what it refuses.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("2.15");

enum { MINE, BESIDE, OTHER, KINDS };
#define UID(kind) ((kind) == OTHER ? 2002 : 2001)

static int *shared; /* [0] ready, [1...] SIGCONTs that each has got */

static int kind;

static void
on_cont(int sig)
{
	(void)sig;
	add(&shared[1 + kind], 1);
}

static void
sleeps(void *arg)
{
	kind = (int)(intptr_t)arg;
	signal(SIGCONT, on_cont);
	CHECK_EQ(sc(SYS_setuid, UID(kind)), 0);
	add(&shared[0], 1);
	for (;;)
		test_sleep_ms(1000000);
}

static pid_t pids[KINDS];

static void
start(int which)
{
	int ready = load(&shared[0]);

	pids[which] = test_fork(sleeps, (void *)(intptr_t)which);
	WAIT_UNTIL(load(&shared[0]) == ready + 1);
}

/* A user among the three; the group is that of all of them. */
static void
user(void *arg)
{
	CHECK_EQ(sc(SYS_setuid, 2001), 0);
	if (arg != NULL) {
		/* All there are: of this user, the other two. */
		CHECK_EQ(sc(SYS_kill, -1, 0), 0);
		CHECK_EQ(sc(SYS_kill, -1, SIGTERM), 0);
		return;
	}
	CHECK_EQ(sc(SYS_kill, pids[MINE], 0), 0);
	CHECK_EQ(sc(SYS_kill, pids[OTHER], 0), -EPERM);
	CHECK_EQ(sc(SYS_kill, pids[OTHER], SIGTERM), -EPERM);
	CHECK_EQ(sc(SYS_lwp_kill, pids[OTHER], 0, SIGTERM), -EPERM);
	CHECK_EQ(sc(SYS_kill, 1, SIGTERM), -EPERM);
	CHECK_EQ(sc(SYS_kill, 99997, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, -99997, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, -0x7fffffff - 1, 0), -ESRCH);
	CHECK_EQ(sc(SYS_kill, pids[MINE], 129), -EINVAL);
	CHECK_EQ(sc(SYS_kill, pids[MINE], -1), -EINVAL);
	CHECK_EQ(sc(SYS_kill, 99997, 129), -EINVAL);
	/* One that it may signal is enough; none is EPERM. */
	CHECK_EQ(sc(SYS_kill, -pids[MINE], SIGCHLD), 0);
	CHECK_EQ(sc(SYS_kill, -pids[OTHER], SIGCHLD), -EPERM);
	/* Who goes on is no harm. */
	CHECK_EQ(sc(SYS_kill, pids[OTHER], SIGCONT), 0);
	WAIT_UNTIL(load(&shared[1 + OTHER]) == 1);
	CHECK_EQ(sc(SYS_kill, -pids[MINE], SIGCONT), 0);
	WAIT_UNTIL(
	    load(&shared[1 + MINE]) == 1 && load(&shared[1 + BESIDE]) == 1);
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_kill, pids[OTHER], SIGCONT), -EPERM);
	CHECK_EQ(sc(SYS_kill, pids[MINE], SIGCONT), 0);
	CHECK_EQ(sc(SYS_kill, 0, 0), 0);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	shared = test_shared(TEST_PAGE);
	for (int i = 0; i < KINDS; i++)
		start(i);
	CHECK_EQ(setpgid(pids[MINE], pids[MINE]), 0);
	CHECK_EQ(setpgid(pids[BESIDE], pids[MINE]), 0);
	CHECK_EQ(setpgid(pids[OTHER], pids[OTHER]), 0);
	CHECK_EXIT(test_fork(user, NULL), 0);
	CHECK_EXIT(test_fork(user, "all"), 0);
	CHECK_KILLED(pids[MINE], SIGTERM);
	CHECK_KILLED(pids[BESIDE], SIGTERM);
	CHECK_EQ(sc(SYS_wait4, pids[OTHER], NULL, WNOHANG, NULL), 0);
	CHECK_EQ(sc(SYS_kill, pids[OTHER], SIGKILL), 0);
	CHECK_KILLED(pids[OTHER], SIGKILL);
	return test_done();
}
