/*
 * kqueue_proc.c -- EVFILT_PROC: the end of a process with its status, asked
 * for or not, before and after its parent's wait and of a zombie; fork, exec,
 * and children that are followed, also when they end before anybody looks.
 */
#include "user/tests/kqueue_test.h"

TEST_ROWS("E59 E60 X48 O20");

#define LAST (EV_EOF | EV_ONESHOT)

static int *go;

static void
waits_and_exits(void *arg)
{
	test_await(go, 1);
	test_exit((int)(intptr_t)arg);
}

static pid_t
new_child(int code)
{
	store(go, 0);
	return test_fork(waits_and_exits, (void *)(intptr_t)code);
}

/* A child that ends when it is told to, and is watched. */
static pid_t
watched(int kq, int code, uint32_t fflags)
{
	pid_t pid = new_child(code);

	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, fflags, 0), 0);
	return pid;
}

/* The next event, and the last of that process, is its end. */
static void
ends(int kq, pid_t pid, uint32_t fflags, int status)
{
	struct kevent kev = kq_next(kq);

	CHECK_EVENT(&kev, pid, EVFILT_PROC, fflags, status);
	CHECK_EQ(kev.flags & LAST, LAST);
	CHECK_QUIET(kq);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_DELETE, 0, 0), -ENOENT);
}

static void
status(int kq)
{
	pid_t pid = watched(kq, 7, NOTE_EXIT);

	CHECK_QUIET(kq);
	test_post(go);
	ends(kq, pid, NOTE_EXIT, 7 << 8);
	/* It may be heard of before it can be waited for, but not long. */
	CHECK_EXIT(pid, 7);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), -ESRCH);
}

static void
killed(int kq)
{
	pid_t pid = watched(kq, 0, NOTE_EXIT);

	CHECK_EQ(sc(SYS_kill, pid, SIGKILL), 0);
	ends(kq, pid, NOTE_EXIT, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

/* Told of the end though it asked for something else. */
static void
not_asked_for(int kq)
{
	pid_t pid = watched(kq, 3, NOTE_FORK);

	test_post(go);
	ends(kq, pid, 0, 3 << 8);
	CHECK_EXIT(pid, 3);
}

static void
after_the_reap(int kq)
{
	pid_t pid = watched(kq, 9, NOTE_EXIT);

	test_post(go);
	CHECK_EXIT(pid, 9);
	ends(kq, pid, NOTE_EXIT, 9 << 8);
}

static void
zombie(int kq)
{
	pid_t pid = new_child(5);

	test_post(go);
	test_await_zombie(pid);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, 0, 0), -ESRCH);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_FORK, 0), -ESRCH);
	CHECK_EQ(kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), 0);
	ends(kq, pid, NOTE_EXIT, 5 << 8);
	CHECK_EXIT(pid, 5);
}

static void
sleeper(void *arg)
{
	int kq = *(int *)arg;
	struct kevent kev = kq_next(kq);

	CHECK_EQ(kev.fflags, NOTE_EXIT);
	CHECK_EQ(kev.data, 11 << 8);
}

/* A thread sleeps in kevent; two kqueues are told of one process. */
static void
two_kqueues(int kq)
{
	int kq2 = kq_new();
	pid_t pid = watched(kq, 11, NOTE_EXIT);
	struct mthread t;

	CHECK_EQ(kq_change(kq2, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), 0);
	mthread_start(&t, sleeper, &kq);
	test_sleep_ms(5);
	test_post(go);
	mthread_join(&t);
	ends(kq2, pid, NOTE_EXIT, 11 << 8);
	CHECK_EXIT(pid, 11);
	CHECK_EQ(sc(SYS_close, kq2), 0);
}

/* Forks, executes, exits. */
static void
lives(void *arg)
{
	static const char *argv[] = {"/bin/true", NULL};
	pid_t pid;

	(void)arg;
	test_await(go, 1);
	pid = test_fork(waits_and_exits, (void *)4L);
	CHECK_EXIT(pid, 4);
	test_await(go, 2);
	sc(SYS_execve, argv[0], argv, NULL);
	test_exit(99);
}

static void
fork_and_exec(int kq)
{
	struct kevent kev;
	pid_t pid;

	store(go, 0);
	pid = test_fork(lives, NULL);
	CHECK_EQ(
	    kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_FORK | NOTE_EXEC, 0),
	    0);
	test_post(go);
	kev = kq_next(kq);
	CHECK_EVENT(&kev, pid, EVFILT_PROC, NOTE_FORK, 0);
	CHECK_QUIET(kq);
	test_post(go);
	kev = kq_next(kq);
	CHECK_EQ(kev.fflags, NOTE_EXEC);
	if (!(kev.flags & EV_EOF))
		kev = kq_next(kq);
	CHECK_EQ(kev.fflags & ~NOTE_EXEC, 0);
	CHECK_EQ(kev.data, 0);
	CHECK_EXIT(pid, 0);
}

/* Grandchildren too are told of: CHILD with the parent, then EXIT. */
static void
has_child(void *arg)
{
	(void)arg;
	test_await(go, 1);
	CHECK_EXIT(test_fork(waits_and_exits, (void *)6L), 6);
	test_exit(8);
}

static pid_t
tracked(int kq)
{
	pid_t pid;

	store(go, 0);
	pid = test_fork(has_child, NULL);
	CHECK_EQ(
	    kq_change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_TRACK | NOTE_EXIT, 0),
	    0);
	test_post(go);
	return pid;
}

static void
track(int kq)
{
	int told = 0, ended = 0;
	pid_t pid = tracked(kq), child = 0;

	while (ended < 2) {
		struct kevent kev = kq_next(kq);

		CHECK_EQ(kev.udata, pid + 7);
		CHECK_EQ(kev.fflags & NOTE_TRACKERR, 0);
		if (kev.fflags & NOTE_CHILD) {
			child = (pid_t)kev.ident;
			CHECK(child != pid);
			told++;
			CHECK_EQ(kev.fflags, NOTE_CHILD);
			CHECK_EQ(kev.data, pid);
		}
		if (kev.fflags & NOTE_EXIT) {
			CHECK(kev.ident == (uintptr_t)pid ||
			      kev.ident == (uintptr_t)child);
			CHECK_EQ(kev.data, (kev.ident == (uintptr_t)pid ? 8 : 6)
					       << 8);
			ended++;
		}
		if (load(test_failures) > 0)
			break;
	}
	CHECK_EQ(told, 1);
	CHECK_EXIT(pid, 8);
	CHECK_QUIET(kq);
}

static int switched;

/* Nobody looks before all are dead: of the child both are told, in order, also
 * when the knote is changed or switched off and on in between. */
static void
track_unread(int kq)
{
	bool change = switched++ % 2;
	struct kevent kev[4];
	pid_t pid = tracked(kq), child;
	int of_child;

	test_await_zombie(pid);
	CHECK_EQ(kq_look(kq, kev, 4), 2);
	of_child = kev[0].ident == (uintptr_t)pid ? 1 : 0;
	CHECK_EQ(kev[of_child].fflags, NOTE_CHILD);
	CHECK_EQ(kev[of_child].data, pid);
	CHECK_EQ(kev[of_child].flags & LAST, 0);
	child = (pid_t)kev[of_child].ident;
	CHECK_EQ(kev[1 - of_child].fflags, NOTE_EXIT);
	CHECK_EQ(kev[1 - of_child].data, 8 << 8);
	if (change)
		CHECK_EQ(kq_change(kq, child, EVFILT_PROC, EV_DISABLE, 0, 0),
		    0);
	if (change) {
		CHECK_QUIET(kq);
		CHECK_EQ(
		    kq_change(kq, child, EVFILT_PROC, EV_ENABLE, 0, 0), 0);
	}
	CHECK_EQ(kq_look(kq, kev, 4), 1);
	CHECK_EQ(kev[0].ident, child);
	CHECK_EQ(kev[0].fflags, NOTE_EXIT);
	CHECK_EQ(kev[0].data, 6 << 8);
	CHECK_EQ(kev[0].flags & LAST, LAST);
	CHECK_QUIET(kq);
	CHECK_EXIT(pid, 8);
}

/* A kqueue is not the child's, and dies with knotes of the living. */
static void
looks_for_it(void *arg)
{
	struct kevent kev;

	CHECK_EQ(kq_look(*(int *)arg, &kev, 1), -EBADF);
}

static void
not_inherited(int other)
{
	int kq = kq_new();
	pid_t pid = watched(kq, 0, NOTE_EXIT);

	(void)other;
	CHECK_EXIT(test_fork(looks_for_it, &kq), 0);
	CHECK_EQ(sc(SYS_close, kq), 0);
	test_post(go);
	CHECK_EXIT(pid, 0);
}

int
main(int argc, char **argv)
{
	static void (*const parts[])(int) = {status, killed, not_asked_for,
	    after_the_reap, zombie, two_kqueues, fork_and_exec, track,
	    track_unread, not_inherited, NULL};

	test_begin(argc, argv);
	go = test_shared(TEST_PAGE);
	kq_rounds(test_rounds(20, 500), parts);
	return test_done();
}
