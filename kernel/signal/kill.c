/*
 * kill.c -- kill(2) and lwp_kill(2): spec 2.15, 2.9, N1.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"
#include "kernel/signal/signal.h"

/* A number that kill can take. */
static int
sig_check(int sig)
{
	return sig < 0 || sig > SIG_MAXSIG ? EINVAL : 0;
}

/* By the current thread's own credentials: those of the process may be replaced
 * by another thread at any time, as the target's may. */
static bool
may_signal(struct proc *p, struct proc *targ, int sig)
{
	const struct ucred *cr = lwp_cred(curlwp); /* sleeps */
	bool ok;

	proc_lock(targ); /* sleeps */
	ok = cr_cansignal(cr, targ->p_ucred);
	proc_unlock(targ);
	/* POSIX: whoever is of the session may let a job go on. */
	return ok || (sig == SIGCONT &&
	    atomic_load(&p->p_sid) == atomic_load(&targ->p_sid));
}

/* Who has sent it. */
static struct siginfo
info_of_sender(const struct proc *p, int sig)
{
	return (struct siginfo){ .si_signo = sig, .si_code = SI_USER,
		.si_pid = p->p_pid, .si_uid = atomic_load(&p->p_uid) };
}

static void
send(struct proc *p, struct proc *targ, int sig)
{
	struct siginfo si = info_of_sender(p, sig);

	if (sig != 0)
		ksignal_info(targ, &si); /* sleeps */
}

/* A zombie is found and nothing happens to it (N1). */
static int
kill_one(struct proc *p, int pid, int sig)
{
	struct proc *targ = pfind_any(pid);
	int error = 0;

	if (targ == NULL)
		return ESRCH;
	if (!may_signal(p, targ, sig))
		error = EPERM;
	else
		send(p, targ, sig); /* sleeps */
	PRELE(targ);
	return error;
}

static int
kill_group(struct proc *p, int pgid, int sig)
{
	struct pgrp *pg = pgfind(pgid);
	struct proc **members;
	int n, error = ESRCH;

	if (pg == NULL)
		return ESRCH;
	members = pgrp_hold_members(pg, &n);
	if (n < 0)
		error = ENOMEM;
	for (int i = 0; i < n; i++) {
		if (!may_signal(p, members[i], sig)) {
			error = error == ESRCH ? EPERM : error;
			continue;
		}
		error = 0;
		send(p, members[i], sig); /* sleeps */
	}
	pgrp_free_members(pg, members, n);
	pgrele(pg);
	return error;
}

struct kill_all {
	struct proc *ka_p;
	int ka_sig;
	int ka_error;
};

static bool
kill_all_one(struct proc *targ, void *arg)
{
	struct kill_all *ka = arg;

	if (targ->p_pid <= 1 || targ == ka->ka_p ||
	    !may_signal(ka->ka_p, targ, ka->ka_sig))
		return true;
	ka->ka_error = 0;
	send(ka->ka_p, targ, ka->ka_sig); /* sleeps */
	return true;
}

int
kern_kill(struct proc *p, int pid, int sig)
{
	struct kill_all ka = { p, sig, ESRCH };
	int pgid, error = sig_check(sig);

	if (error != 0)
		return error;
	if (pid > 0)
		return kill_one(p, pid, sig);
	if (pid == -1) {
		allproc_scan(kill_all_one, &ka); /* sleeps */
		return ka.ka_error;
	}
	if (pid == 0)
		return kern_getpgid(p, 0, &pgid) != 0 ?
		    ESRCH :
		    kill_group(p, pgid, sig);
	return pid == INT32_MIN ? ESRCH : kill_group(p, -pid, sig);
}

int
kern_lwp_kill(struct proc *p, int pid, int tid, int sig)
{
	const struct ucred *cr = lwp_cred(curlwp); /* sleeps */
	struct proc *targ;
	struct lwp *lp;
	struct siginfo si = info_of_sender(p, sig);
	int error = sig_check(sig);

	if (error != 0)
		return error;
	if (tid < 0 || (pid < 0 && pid != -1))
		return EINVAL;
	targ = pfind(pid == -1 ? p->p_pid : pid);
	if (targ == NULL)
		return ESRCH;
	proc_lock(targ); /* sleeps */
	lp = lwp_find(targ, tid);
	if (!cr_cansignal(cr, targ->p_ucred))
		error = EPERM;
	else if (targ->p_flags & P_WEXIT)
		error = 0;
	else if (lp == NULL)
		error = ESRCH;
	else if (sig != 0)
		lwpsignal_found(lp, &si); /* sleeps */
	proc_unlock(targ);
	PRELE(targ);
	return error;
}
