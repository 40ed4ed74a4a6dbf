/*
 * sys_signal.c -- the border of signals: spec 2.15.
 *
 * Results that cannot be written give EFAULT; what was asked for has happened
 * then, but for sigaction and sigaltstack, whose new values come in first.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"
#include "kernel/sys/syscalls.h"

SYSCALL(sigaction)
{
	const void *uact = (void *)args[1];
	void *uoact = (void *)args[2];
	struct sigaction act, oact;
	int error = 0;

	if (uact != NULL)
		error = copyin(uact, &act, sizeof(act)); /* sleeps */
	if (error == 0)
		error = kern_sigaction(lp->lwp_proc, (int)args[0],
		    uact != NULL ? &act : NULL,
		    uoact != NULL ? &oact : NULL); /* sleeps */
	if (error == 0 && uoact != NULL)
		error = copyout(&oact, uoact, sizeof(oact)); /* sleeps */
	return error;
}

SYSCALL(sigprocmask)
{
	const void *uset = (void *)args[1];
	void *uoset = (void *)args[2];
	struct sigset set, oset;
	int error = 0;

	if (uset != NULL)
		error = copyin(uset, &set, sizeof(set)); /* sleeps */
	if (error == 0)
		error = kern_sigprocmask(lp, (int)args[0],
		    uset != NULL ? &set : NULL, &oset); /* sleeps */
	if (error == 0 && uoset != NULL)
		error = copyout(&oset, uoset, sizeof(oset)); /* sleeps */
	return error;
}

SYSCALL(sigpending)
{
	struct sigset set;

	kern_sigpending(lp, &set); /* sleeps */
	return copyout(&set, (void *)args[0], sizeof(set)); /* sleeps */
}

SYSCALL(sigsuspend)
{
	struct sigset set;
	int error = copyin((void *)args[0], &set, sizeof(set)); /* sleeps */

	return error != 0 ? error : kern_sigsuspend(lp, &set); /* sleeps */
}

static int
wait_for(struct lwp *lp, const void *uset, void *uinfo, uint64_t until,
    int64_t *rv)
{
	struct sigset set;
	struct siginfo si;
	int error = copyin(uset, &set, sizeof(set)); /* sleeps */

	if (error == 0)
		error = kern_sigtimedwait(lp, &set, until, &si); /* sleeps */
	if (error == 0 && uinfo != NULL)
		error = copyout(&si, uinfo, sizeof(si)); /* sleeps */
	if (error == 0)
		*rv = si.si_signo;
	return error;
}

SYSCALL(sigtimedwait)
{
	const struct timespec *uts = (void *)args[2];
	struct timespec ts;
	uint64_t until = 0;
	int error;

	if (uts != NULL) {
		error = copyin(uts, &ts, sizeof(ts)); /* sleeps */
		if (error != 0)
			return error;
		if (ts.tv_sec < 0 || ts.tv_nsec < 0 ||
		    ts.tv_nsec >= (int64_t)NS_PER_SEC)
			return EINVAL;
		ts.tv_sec =
		    min(ts.tv_sec, (int64_t)(INT64_MAX / NS_PER_SEC / 2));
		until = cpu_uptime_ns() + (uint64_t)ts.tv_sec * NS_PER_SEC +
		    (uint64_t)ts.tv_nsec;
	}
	return wait_for(lp, (void *)args[0], (void *)args[1], until,
	    rv); /* sleeps */
}

SYSCALL(sigwaitinfo)
{
	return wait_for(lp, (void *)args[0], (void *)args[1], 0,
	    rv); /* sleeps */
}

SYSCALL(sigaltstack)
{
	const void *uss = (void *)args[0];
	void *uoss = (void *)args[1];
	struct sigaltstack ss, oss;
	int error = 0;

	if (uss != NULL)
		error = copyin(uss, &ss, sizeof(ss)); /* sleeps */
	if (error == 0)
		error = kern_sigaltstack(lp, uss != NULL ? &ss : NULL, &oss);
	if (error == 0 && uoss != NULL)
		error = copyout(&oss, uoss, sizeof(oss)); /* sleeps */
	return error;
}

/* Who returns to a context that is not there, or that it may not have, has
 * nowhere to go: it dies of the signal that such a step deserves. */
SYSCALL(sigreturn)
{
	struct sigset mask;
	int error = cpu_sigreturn(lp, (void *)args[0], &mask); /* sleeps */

	if (error == EFAULT)
		trapsignal(lp, SIGSEGV, SEGV_MAPERR, args[0]); /* sleeps */
	else if (error != 0)
		trapsignal(lp, SIGBUS, BUS_OBJERR, args[0]); /* sleeps */
	else
		kern_sigprocmask(lp, SIG_SETMASK, &mask, NULL); /* sleeps */
	return EJUSTRETURN;
}
