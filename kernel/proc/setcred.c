/*
 * setcred.c -- changing a process's identity: setuid(2) and its kin.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/md.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"
#include "kernel/procfs/stopevent.h"

void
proc_setcred(struct proc *p, struct ucred *cr)
{
	struct ucred *old = p->p_ucred;
	struct lwp *lp;

	p->p_ucred = cr;
	atomic_store(&p->p_uid, cr->cr_uid);
	atomic_store(&p->p_gid, cr->cr_gid);
	/* The threads renew their snapshots at the border to user mode, in
	 * either direction: who is in user mode now must not begin a call with
	 * what was given up before. */
	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		atomic_set(&lp->lwp_thread->td_mpflags, TDF_MP_AST);
		cpu_lwp_watch_syscalls(lp, true);
	}
	if (old != NULL)
		crfree(old);
}

void
lwp_renew_cred(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct thread *td = lp->lwp_thread;
	struct ucred *old = td->td_ucred;

	proc_lock(p); /* sleeps */
	if (old != p->p_ucred) {
		td->td_ucred = crhold(p->p_ucred);
		crfree(old);
		/* Its calls go the short way again, if nobody debugs it. */
		stops_join(lp);
	}
	proc_unlock(p);
}

const struct ucred *
lwp_cred(struct lwp *lp)
{
	if (atomic_load(&lp->lwp_proc->p_ucred) != lp->lwp_thread->td_ucred)
		lwp_renew_cred(lp); /* sleeps */
	return lp->lwp_thread->td_ucred;
}

int
kern_setuid(struct proc *p, uint32_t uid)
{
	const struct ucred *old;
	struct ucred *cr = NULL;
	int error = 0;
	bool root;

	/* RACE: another thread may just give up what allows this: hence one
	 * stretch under the token from the look to the change. */
	proc_lock(p); /* sleeps */
	old = p->p_ucred;
	root = old->cr_uid == 0;
	if (!root && uid != old->cr_ruid && uid != old->cr_svuid)
		error = EPERM;
	else if ((cr = crcopy_uid(old, root ? uid : old->cr_ruid)) == NULL)
		error = ENOMEM;
	if (error == 0) {
		cr->cr_uid = uid;
		if (root)
			cr->cr_svuid = uid;
		/* The count of processes moves with the real uid (2.33). */
		chgproccnt(cr->cr_ruidinfo, 1, -1);
		chgproccnt(old->cr_ruidinfo, -1, -1);
		proc_setcred(p, cr);
		p->p_flags |= P_SUGID;
	}
	proc_unlock(p);
	return error;
}
