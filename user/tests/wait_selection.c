/*
 * wait_selection.c -- whom a wait means: any child, one of them, the own
 * group by 0 or by its number, a uid, a session; others are left alone, in
 * whatever order the children die.
 */
#include "user/tests/test.h"

TEST_ROWS("E80 X75 X77 N3 D55");

#define N 20

static int *gates; /* shared: child i may go */

static void
child(void *arg)
{
	int i = (int)(intptr_t)arg;

	WAIT_UNTIL(load(&gates[i]) == 1);
	if (i == 3)
		CHECK_EQ(sc(SYS_setuid, 1234), 0);
	test_exit(i);
}

static void
make(pid_t *pids)
{
	for (int i = 0; i < N; i++)
		gates[i] = 0;
	for (int i = 0; i < N; i++)
		pids[i] = test_fork(child, (void *)(intptr_t)i);
}

static int
find(const pid_t *pids, long pid)
{
	for (int i = 0; i < N; i++)
		if (pids[i] == pid)
			return i;
	return -1;
}

static void
let_go(const pid_t *pids, int i)
{
	store(&gates[i], 1);
	WAIT_UNTIL(test_is_zombie(pids[i]));
}

/* Each by its number, the youngest zombie first, then the oldest. */
static void
by_pid(void)
{
	pid_t pids[N];

	make(pids);
	for (int i = 0; i < N; i++)
		CHECK_EQ(sc(SYS_wait4, pids[i], NULL, WNOHANG, NULL), 0);
	for (int i = 0; i < N; i++)
		let_go(pids, i);
	for (int i = N - 1; i >= N / 2; i--)
		CHECK_EXIT(pids[i], i);
	for (int i = 0; i < N / 2; i++)
		CHECK_EXIT(pids[i], i);
}

/* One after the other dies and is found. */
static void
by_group(long whom)
{
	pid_t pids[N];
	int status;

	make(pids);
	for (int i = 0; i < N; i++) {
		int k = i * 7 % N;
		long got;

		CHECK_EQ(sc(SYS_wait4, whom, NULL, WNOHANG, NULL), 0);
		let_go(pids, k);
		got = sc(SYS_wait4, whom, &status, 0, NULL);
		CHECK_EQ(got, pids[k]);
		CHECK_EQ(status, k << 8);
	}
	CHECK_EQ(sc(SYS_wait4, whom, NULL, WNOHANG, NULL), -ECHILD);
}

static void
any_order(long whom)
{
	bool seen[N] = {false};
	pid_t pids[N];
	int status, i;

	make(pids);
	for (i = 0; i < N; i++)
		store(&gates[i], 1);
	for (int n = 0; n < N; n++) {
		i = find(pids, sc(SYS_wait4, whom, &status, 0, NULL));
		REQUIRE(i >= 0);
		CHECK(!seen[i]);
		seen[i] = true;
		CHECK_EQ(status, i << 8);
	}
}

static void
by_uid(void)
{
	pid_t pids[N];

	make(pids);
	CHECK_EQ(
	    sc(SYS_wait6, P_UID, 1234, NULL, WEXITED | WNOHANG, NULL, NULL),
	    -ECHILD);
	for (int i = 0; i < N; i++)
		let_go(pids, i);
	CHECK_EQ(
	    sc(SYS_wait6, P_UID, 1234, NULL, WEXITED, NULL, NULL), pids[3]);
	CHECK_EQ(
	    sc(SYS_wait6, P_UID, 1234, NULL, WEXITED, NULL, NULL), -ECHILD);
	for (int i = 0; i < N; i++)
		if (i != 3)
			CHECK(sc(SYS_wait6, P_GID, getgid(), NULL, WEXITED,
				  NULL, NULL) > 0);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
}

static void
own_session(void *arg)
{
	CHECK_EQ(sc(SYS_setsid), getpid());
	child(arg);
}

static void
by_session(void)
{
	pid_t in, out;

	memset(gates, 0, TEST_PAGE);
	in = test_fork(child, (void *)0);
	out = test_fork(own_session, (void *)1);
	store(&gates[0], 1);
	store(&gates[1], 1);
	WAIT_UNTIL(test_is_zombie(in));
	WAIT_UNTIL(test_is_zombie(out));
	CHECK_EQ(sc(SYS_wait6, P_SID, out, NULL, WEXITED, NULL, NULL), out);
	CHECK_EQ(
	    sc(SYS_wait6, P_SID, out, NULL, WEXITED, NULL, NULL), -ECHILD);
	CHECK_EQ(sc(SYS_wait6, P_SID, sc(SYS_getsid, 0), NULL, WEXITED, NULL,
		     NULL),
	    in);
}

/* Somebody else's children, and grandchildren, are nobody of ours. */
static void
grandchild(void *arg)
{
	int *pid = arg;
	pid_t p;

	p = test_fork(child, (void *)0);
	store(pid, p);
	WAIT_UNTIL(load(&gates[1]) == 1);
	CHECK_EXIT(p, 0);
}

static void
not_grandchildren(void)
{
	pid_t pid;

	memset(gates, 0, TEST_PAGE);
	pid = test_fork(grandchild, &gates[100]);
	WAIT_UNTIL(load(&gates[100]) != 0);
	CHECK_EQ(sc(SYS_wait4, gates[100], NULL, 0, NULL), -ECHILD);
	store(&gates[0], 1);
	WAIT_UNTIL(test_is_zombie(gates[100]));
	CHECK_EQ(sc(SYS_wait4, gates[100], NULL, 0, NULL), -ECHILD);
	CHECK_EQ(sc(SYS_wait4, -1, NULL, WNOHANG, NULL), 0);
	store(&gates[1], 1);
	CHECK_EXIT(pid, 0);
}

int
main(int argc, char **argv)
{
	struct proc_row *me;
	int pgid;

	test_begin(argc, argv);
	gates = test_shared(TEST_PAGE);
	me = test_ps(getpid());
	REQUIRE(me != NULL);
	pgid = me->pgid;
	for (int i = 0; i < test_scale; i++) {
		by_pid();
		by_group(-1);
		by_group(0);
		any_order(-1);
		any_order(0);
		/* -1 would mean any. */
		if (pgid > 1) {
			by_group(-pgid);
			any_order(-pgid);
		}
		by_uid();
		by_session();
		not_grandchildren();
	}
	return test_done();
}
