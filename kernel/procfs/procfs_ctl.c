/*
 * procfs_ctl.c -- /proc/PID/ctl: what is written is an order.
 *
 * attach, detach, step and run are ptrace(2)'s requests; wait sleeps until the
 * traced process has stopped; the name of a signal sends it, or, to a traced
 * process that has stopped for us, lets it go on with it.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/wait.h"
#include "kernel/procfs/procfs.h"
#include "kernel/signal/ptrace.h"
#include "kernel/signal/signal.h"

#define CTL_MAX 16 /* bytes of an order */

static const char *const signals[] = {
	[SIGHUP] = "hup", [SIGINT] = "int", [SIGQUIT] = "quit",
	[SIGILL] = "ill", [SIGTRAP] = "trap", [SIGABRT] = "abrt",
	[SIGEMT] = "emt", [SIGFPE] = "fpe", [SIGKILL] = "kill",
	[SIGBUS] = "bus", [SIGSEGV] = "segv", [SIGSYS] = "sys",
	[SIGPIPE] = "pipe", [SIGALRM] = "alrm", [SIGTERM] = "term",
	[SIGURG] = "urg", [SIGSTOP] = "stop", [SIGTSTP] = "tstp",
	[SIGCONT] = "cont", [SIGCHLD] = "chld", [SIGTTIN] = "ttin",
	[SIGTTOU] = "ttou", [SIGIO] = "io", [SIGXCPU] = "xcpu",
	[SIGXFSZ] = "xfsz", [SIGVTALRM] = "vtalrm", [SIGPROF] = "prof",
	[SIGWINCH] = "winch", [SIGINFO] = "info", [SIGUSR1] = "usr1",
	[SIGUSR2] = "usr2",
};

/* EIO: it has ended; ECHILD: it is not ours to wait for. */
static int
ctl_wait(struct lwp *lp, struct proc *p)
{
	struct wait_request wr = { .wr_idtype = P_PID, .wr_id = p->p_pid,
		.wr_options = WEXITED | WTRAPPED | WNOWAIT };
	struct wait_result ws;
	int error = kern_wait(lp, &wr, &ws, NULL, NULL); /* sleeps */

	if (error != 0)
		return error;
	if (!WIFSTOPPED(ws.ws_status))
		return EIO;
	/* It has been waited for. */
	wr.wr_options = WTRAPPED | WNOHANG;
	return kern_wait(lp, &wr, &ws, NULL, NULL); /* sleeps */
}

static int
ctl_signal(struct lwp *lp, struct proc *p, int sig)
{
	int error = kern_trace_continue(lp, p, TRACE_CONTINUE, PT_SAME_PC,
	    sig); /* sleeps */

	/* It is not traced, or runs. */
	if (error != EPERM && error != EBUSY)
		return error;
	return kern_kill(lp->lwp_proc, p->p_pid, sig); /* sleeps */
}

static int
ctl_order(struct lwp *lp, struct proc *p, const char *order)
{
	if (strcmp(order, "attach") == 0)
		return kern_trace_attach(lp, p); /* sleeps */
	if (strcmp(order, "detach") == 0)
		return kern_trace_continue(lp, p, TRACE_DETACH, PT_SAME_PC,
		    0); /* sleeps */
	if (strcmp(order, "step") == 0)
		return kern_trace_continue(lp, p, TRACE_STEP, PT_SAME_PC,
		    0); /* sleeps */
	if (strcmp(order, "run") == 0)
		return kern_trace_continue(lp, p, TRACE_CONTINUE, PT_SAME_PC,
		    0); /* sleeps */
	if (strcmp(order, "wait") == 0)
		return ctl_wait(lp, p); /* sleeps */
	for (int sig = 1; sig < (int)nitems(signals); sig++)
		if (strcmp(order, signals[sig]) == 0)
			return ctl_signal(lp, p, sig); /* sleeps */
	return EOPNOTSUPP;
}

int
procfs_ctl(struct proc *p, struct uio *uio)
{
	size_t len = uio->uio_resid;
	char order[CTL_MAX + 1];
	int error;

	if (len > CTL_MAX)
		return EMSGSIZE;
	error = uiomove_in(uio, order, len); /* sleeps */
	order[len] = '\0';
	if (len > 0 && order[len - 1] == '\n')
		order[len - 1] = '\0';
	if (error == 0)
		error = ctl_order(curlwp, p, order); /* sleeps */
	if (error != 0)
		uio->uio_resid = len;
	return error;
}
