/*
 * setpgid_errors.c -- who may be put into which group: itself or a child of
 * the same session, into a group of that session, but not a child that runs
 * another program already; a leader of a session or of a group begins no
 * session.
 */
#include "user/tests/test.h"

TEST_ROWS("2.13 N1");

static int *go;      /* shared: the children may end */
static int *outside; /* shared: the other one has its session */

static void
stays(void *arg)
{
	(void)arg;
	WAIT_UNTIL(load(go) != 0);
}

static void
leaves(void *arg)
{
	CHECK_EQ(sc(SYS_setsid), getpid());
	CHECK_EQ(sc(SYS_setsid), -EPERM);
	CHECK_EQ(sc(SYS_setpgid, 0, 0), -EPERM);
	store(outside, 1);
	stays(arg);
}

static void
of_a_leader(void *arg)
{
	pid_t in, out, dead;

	(void)arg;
	CHECK_EQ(sc(SYS_setpgid, 0, -1), -EINVAL);
	CHECK_EQ(sc(SYS_setpgid, getppid(), 0), -ESRCH);
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	/* Once more: nothing to do, and nothing is let go of. */
	CHECK_EQ(sc(SYS_setpgid, 0, 0), 0);
	CHECK_EQ(sc(SYS_setsid), -EPERM);
	in = test_fork(stays, NULL);
	out = test_fork(leaves, NULL);
	WAIT_UNTIL(load(outside) == 1);
	CHECK_EQ(sc(SYS_setpgid, out, 0), -EPERM);
	CHECK_EQ(sc(SYS_setpgid, in, out), -EPERM);
	CHECK_EQ(sc(SYS_setpgid, in, in), 0);
	CHECK_EQ(sc(SYS_getpgid, in), in);
	/* That group is where it is; one that is not there is its own. */
	dead = test_fork(stays, NULL);
	store(go, 1);
	WAIT_UNTIL(test_is_zombie(dead));
	CHECK_EQ(sc(SYS_setpgid, dead, 0), -ESRCH);
	CHECK_EXIT(dead, 0);
	CHECK_EQ(sc(SYS_setpgid, dead, 0), -ESRCH);
	CHECK_EQ(sc(SYS_setpgid, 0, dead), -EPERM);
	CHECK_EQ(sc(SYS_getpgid, 0), getpid());
	CHECK_EXIT(in, 0);
	CHECK_EXIT(out, 0);
}

/* Says that it is there, and lives until its parent closes its end. */
static int
executed(void)
{
	char c = 'x';

	sc(SYS_write, 1, &c, 1);
	sc(SYS_read, 0, &c, 1);
	return 7;
}

static void
another_program(const char *self)
{
	char *argv[] = {(char *)(uintptr_t)self, "exec", NULL};
	int in[2], out[2];
	pid_t pid;
	char c;

	REQUIRE(pipe(in) == 0 && pipe(out) == 0);
	pid = test_fork(stays, NULL);
	CHECK_EQ(sc(SYS_setpgid, pid, pid), 0);
	store(go, 1);
	CHECK_EXIT(pid, 0);
	pid = (pid_t)sc(SYS_fork);
	REQUIRE(pid >= 0);
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		sc(SYS_execve, self, argv, argv + 2);
		test_exit(1);
	}
	CHECK_EQ(sc(SYS_read, out[0], &c, 1), 1);
	CHECK_EQ(sc(SYS_setpgid, pid, pid), -EACCES);
	CHECK_EQ(sc(SYS_setpgid, pid, 0), -EACCES);
	for (int i = 0; i < 2; i++) {
		close(in[i]);
		close(out[i]);
	}
	CHECK_EXIT(pid, 7);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exec") == 0)
		return executed();
	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	outside = go + 1;
	CHECK_EXIT(test_fork(of_a_leader, NULL), 0);
	store(go, 0);
	another_program(argv[0]);
	return test_done();
}
