/*
 * setcred.c -- changing a process's identity: setuid(2) and its kin.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"

void
proc_setcred(struct proc *p, struct ucred *cr)
{
	struct ucred *old = p->p_ucred;
	struct lwp *lp;

	p->p_ucred = cr;
	atomic_store(&p->p_uid, cr->cr_uid);
	atomic_store(&p->p_gid, cr->cr_gid);
	/* The threads renew their snapshots at the border to user mode. */
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		atomic_set(&lp->lwp_thread->td_mpflags, TDF_MP_AST);
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
	const struct ucred *old = lwp_cred(curlwp); /* sleeps */
	struct ucred *cr;
	bool root = old->cr_uid == 0;

	if (!root && uid != old->cr_ruid && uid != old->cr_svuid)
		return EPERM;
	cr = crcopy_uid(old, root ? uid : old->cr_ruid);
	if (cr == NULL)
		return ENOMEM;
	cr->cr_uid = uid;
	if (root)
		cr->cr_svuid = uid;
	/* The count of processes moves with the real uid (spec 2.33). */
	chgproccnt(cr->cr_ruidinfo, 1, -1);
	proc_lock(p); /* sleeps */
	chgproccnt(p->p_ucred->cr_ruidinfo, -1, -1);
	proc_setcred(p, cr);
	p->p_flags |= P_SUGID;
	proc_unlock(p);
	return 0;
}
