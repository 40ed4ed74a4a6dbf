/*
 * zombie.c -- demonstration: a dead child that nobody has waited for yet.
 *
 * It is seen (wait6 with WNOWAIT leaves it as it is), shown as ps shows it,
 * still answers to kill(pid, 0), and is then reaped.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
#include <mayfly.h>
#include "user/lib/clock.h"
#include "user/lib/proctable.h"
#include "user/lib/scene.h"

static void
leave(int value)
{
	scene_last();
	_exit(value);
}

/* The row of this pid in the process list; 0: there is none. */
static int
find(pid_t pid, struct proc_row *found)
{
	int n, ok = 0;
	struct proc_row *rows = proctable_read(&n);

	if (rows == NULL)
		scene_fail("proclist");
	for (int i = 0; i < n && !ok; i++) {
		if (rows[i].pid == pid) {
			*found = rows[i];
			ok = 1;
		}
	}
	free(rows);
	return ok;
}

static void
hold(pid_t pid)
{
	struct proc_row row = {0};
	siginfo_t info = {0};
	int ok, status = 0;
	char text[40], who[32];
	uint64_t now;

	if (wait6(P_PID, pid, &status, WEXITED | WNOWAIT, NULL, &info) == -1)
		scene_fail("wait6");
	now = now_ns();
	ok = info.si_pid == pid && info.si_code == CLD_EXITED;
	snprintf(text, sizeof(text), "exit %d (WNOWAIT)", info.si_status);
	snprintf(who, sizeof(who), "pid %d", (int)pid);
	scene_row("exit(5), looked at", text, (int64_t)(now - scene->last), who,
	    ok && info.si_status == 5);
	ok = find(pid, &row);
	snprintf(text, sizeof(text), "ps: %s, %d threads",
	    ok && proctable_state(&row) == 'Z' ? "zombie" : "no zombie",
	    row.nthreads);
	scene_row("... held as a zombie", text, SCENE_NOTIME, who,
	    ok && proctable_state(&row) == 'Z' && kill(pid, 0) == 0);
}

static void
reap(pid_t pid)
{
	int ok, status;
	int64_t ns;
	char who[32];

	scene_last();
	status = scene_wait(pid, &ns);
	snprintf(who, sizeof(who), "pid %d", (int)pid);
	ok = kill(pid, 0) == -1 && errno == ESRCH;
	scene_status(
	    "... then reaped", status, ns, who, ok && status == SCENE_EXIT(5));
}

int
main(void)
{
	pid_t pid;

	scene_open();
	scene_begin();
	pid = scene_fork(leave, 5);
	hold(pid);
	reap(pid);
	return scene_close();
}
