/*
 * sys_wait.c -- wait4(2) and wait6(2) over kern_wait(): spec 1.8, 1.13.
 *
 * The results go out while the child is claimed and not yet buried: a pointer
 * that cannot be written gives EFAULT, and the child can be waited for again.
 * User memory is touched only when a pid is returned (D03), and every byte of
 * what is copied has been written (D01, D02).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/wait.h"
#include "kernel/sys/syscalls.h"

#define WAIT4_OPTIONS                                                          \
	((int)(WNOHANG | WUNTRACED | WCONTINUED | WLINUXCLONE))

struct wait_out {
	int *wo_status;		      /* user addresses; NULL: not wanted */
	struct rusage *wo_rusage;     /* wait4: self and children */
	struct __wrusage *wo_wrusage; /* wait6: apart (D35) */
	struct siginfo *wo_info;
};

static __rare int
deliver_usage(const struct wait_result *ws, const struct wait_out *wo)
{
	struct __wrusage wru;
	struct usage both;

	if (wo->wo_rusage != NULL) {
		both = *ws->ws_self;
		usage_add(&both, ws->ws_children);
		usage_to_rusage(&both, &wru.wru_self);
		return copyout(&wru.wru_self, wo->wo_rusage,
		    sizeof(wru.wru_self)); /* sleeps */
	}
	usage_to_rusage(ws->ws_self, &wru.wru_self);
	usage_to_rusage(ws->ws_children, &wru.wru_children);
	return copyout(&wru, wo->wo_wrusage, sizeof(wru)); /* sleeps */
}

static int
deliver(const struct wait_result *ws, void *arg)
{
	const struct wait_out *wo = arg;
	struct siginfo si;
	int error = 0;

	if (wo->wo_status != NULL)
		error = suword32(wo->wo_status,
		    (uint32_t)ws->ws_status); /* sleeps */
	if (error == 0 && (wo->wo_rusage != NULL || wo->wo_wrusage != NULL))
		error = deliver_usage(ws, wo); /* sleeps */
	if (error == 0 && wo->wo_info != NULL) {
		wait_to_siginfo(ws, &si);
		error = copyout(&si, wo->wo_info, sizeof(si)); /* sleeps */
	}
	return error;
}

SYSCALL(wait4)
{
	int64_t pid = (int)args[0];
	int options = (int)args[2];
	struct wait_out wo = { .wo_status = (void *)args[1],
		.wo_rusage = (void *)args[3] };
	struct wait_request wr = { .wr_options = options | WEXITED | WTRAPPED };
	struct wait_result ws;
	int error;

	if (options & ~WAIT4_OPTIONS)
		return EINVAL;
	/* D42: a pair of type and number; no number means something else. */
	if (pid == WAIT_ANY) {
		wr.wr_idtype = P_ALL;
	} else if (pid > 0) {
		wr.wr_idtype = P_PID;
		wr.wr_id = pid;
	} else {
		wr.wr_idtype = P_PGID;
		wr.wr_id = pid == 0 ? atomic_load(&lp->lwp_proc->p_pgid) : -pid;
	}
	error = kern_wait(lp, &wr, &ws, deliver, &wo); /* sleeps */
	if (error == 0)
		*rv = ws.ws_pid;
	return error;
}

SYSCALL(wait6)
{
	struct wait_out wo = { .wo_status = (void *)args[2],
		.wo_wrusage = (void *)args[4],
		.wo_info = (void *)args[5] };
	struct wait_request wr = { .wr_idtype = (enum idtype)args[0],
		.wr_id = (int64_t)args[1],
		.wr_options = (int)args[3] };
	struct wait_result ws;
	int error;

	if (wr.wr_idtype == P_PGID && wr.wr_id == 0)
		wr.wr_id = atomic_load(&lp->lwp_proc->p_pgid);
	error = kern_wait(lp, &wr, &ws, deliver, &wo); /* sleeps */
	if (error == 0)
		*rv = ws.ws_pid;
	return error;
}
