/*
 * storm_jobs.c -- the members of a session go to other groups and sessions,
 * stop and let go on each other, have children and end, all at once: groups
 * become orphaned and cease to be so in every way there is.  Nobody is left
 * behind, nothing is leaked, and who stops in the end is let go on or ends.
 */
#include "user/tests/test.h"
#include <signal.h>

TEST_ROWS("E46 E47 E85 O14 X40 2.13");

#define MEMBERS 6
#define STEPS 40
#define MOST 100 /* in a round */

static int *pids; /* shared: of all who were; MOST is how many there are */

static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* False: there are enough. */
static bool
enter(void)
{
	int i = add(&pids[MOST], 1) - 1;

	if (i < MOST)
		store(&pids[i], getpid());
	return i < MOST;
}

static pid_t
somebody(void)
{
	int n = load(&pids[MOST]);

	return load(&pids[draw((uint32_t)(n < MOST ? n : MOST))]);
}

static void act(int depth);

static void
has_a_child(int depth)
{
	pid_t pid = depth < 3 ? (pid_t)sc(SYS_fork) : -1;

	if (pid == 0) {
		if (!enter())
			test_exit(0);
		seed ^= (uint32_t)getpid() * 2654435761U;
		act(depth + 1);
		test_exit(0);
	}
	if (pid > 0 && draw(3) == 0)
		sc(SYS_setpgid, pid, draw(2) ? pid : somebody());
}

/* Signals go only to those who are, or were, of this test. */
static void
signals(int sig)
{
	pid_t pid = somebody();

	if (pid > 1)
		sc(SYS_kill, draw(4) == 0 ? -pid : pid, sig);
}

static void
act(int depth)
{
	for (int i = 0; i < STEPS; i++) {
		switch (draw(12)) {
		case 0:
		case 1:
			has_a_child(depth);
			break;
		case 2:
		case 3:
			sc(SYS_setpgid, 0, draw(2) ? 0 : somebody());
			break;
		case 4:
			if (draw(6) == 0)
				sc(SYS_setsid);
			break;
		case 5:
			signals(draw(2) ? SIGSTOP : SIGTSTP);
			break;
		case 6:
		case 7:
		case 8:
			signals(SIGCONT);
			break;
		case 9:
			sc(SYS_wait4, -1, NULL, WNOHANG | WUNTRACED, NULL);
			break;
		case 10:
			test_yield();
			break;
		default:
			if (draw(10) == 0)
				return;
			break;
		}
	}
}

static void
member(void *arg)
{
	seed = (uint32_t)(uintptr_t)arg;
	if (draw(2))
		signal(SIGHUP, SIG_IGN);
	enter();
	act(0);
}

static void
leader(void *arg)
{
	int round = (int)(intptr_t)arg;

	CHECK_EQ(sc(SYS_setsid), getpid());
	for (int i = 0; i < MEMBERS; i++)
		test_fork(member, (void *)(uintptr_t)(round * MEMBERS + i + 1));
	for (int i = 0; i < round % 20; i++)
		test_yield();
}

/* Our children: all come to us in the end. */
static void
let_go_on(void)
{
	int rows = test_proclist();

	for (int i = 0; i < rows; i++)
		if (test_rows_buf[i].ppid == getpid() &&
		    test_rows_buf[i].stat == PROC_STAT_STOP)
			sc(SYS_kill, test_rows_buf[i].pid, SIGCONT);
}

/* Until all have ended; who has stopped is let go on. */
static void
await_all(void)
{
	long got;

	do {
		got = sc(SYS_wait4, -1, NULL, WNOHANG, NULL);
		if (got == 0) {
			let_go_on();
			test_sleep_ms(1);
		}
	} while (got >= 0);
	CHECK_EQ(got, -ECHILD);
}

int
main(int argc, char **argv)
{
	test_begin(argc, argv);
	pids = test_shared(TEST_PAGE);
	CHECK_EQ(sc(SYS_procctl, P_PID, getpid(), PROC_REAP_ACQUIRE, NULL), 0);
	for (int i = 0; i < test_rounds(10, 60); i++) {
		memset(pids, 0, (MOST + 1) * sizeof(*pids));
		test_fork(leader, (void *)(intptr_t)i);
		await_all();
	}
	return test_done();
}
