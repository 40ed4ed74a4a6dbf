/*
 * fork.c -- birth: fork, vfork and rfork over one function.
 *
 * Decide, then change: every check and every allocation comes first, while
 * the child is an embryo that only we know; then it is linked to its parent,
 * under the parent's token, in one stretch that cannot fail but for the
 * parent's own death.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/unistd.h"
#include "kernel/file/inode.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/family.h"
#include "kernel/proc/fork.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/peers.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/procs.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"

#define ROOT_RESERVE 10 /* process slots that only uid 0 gets (spec 2.10) */

/* One process more for the user and the machine, if the limits allow. */
static int
fork_count(struct proc *p, struct proc *child) NEEDS(proc_token)
{
	struct ucred *cr = crhold(p->p_ucred);
	bool root = cr->cr_uid == 0;
	int64_t limit =
	    root ? -1 : p->p_limit->pl_rlimit[RLIMIT_NPROC].rlim_cur;

	if ((int)atomic_load(&nprocs.n) >
		(root ? maxproc : maxproc - ROOT_RESERVE) ||
	    !chgproccnt(cr->cr_ruidinfo, 1, limit)) {
		crfree(cr);
		return EAGAIN;
	}
	proc_setcred(child, cr);
	return 0;
}

static int
fork_memory(struct lwp *lp, struct proc *child, int flags)
{
	struct proc *p = lp->lwp_proc;

	if (flags & RFMEM) {
		vmspace_ref(p->p_vmspace);
		child->p_vmspace = p->p_vmspace;
	} else {
		child->p_vmspace =
		    vmspace_fork(p->p_vmspace, cpu_lwp_sp(lp)); /* sleeps */
	}
	return child->p_vmspace != NULL ? 0 : ENOMEM;
}

static int
fork_files(struct proc *p, struct proc *child, int flags)
{
	if (flags & RFCFDG) {
		child->p_fd = fdinit();
	} else if (flags & RFFDG) {
		child->p_fd = fdcopy(p->p_fd); /* sleeps */
	} else {
		fdshare(p->p_fd);
		child->p_fd = p->p_fd;
	}
	return child->p_fd != NULL ? 0 : ENOMEM;
}

/* RACE: another thread of ours may just be setting the first. */
static bool
has_actions(const struct proc *p) UNCHECKED;
static bool
has_actions(const struct proc *p)
{
	return atomic_load(&p->p_sigacts) != NULL;
}

/* What the child takes from p and that cannot fail.
 * MODEL: vfork.pml. */
static void
fork_inherit(struct proc *p, struct proc *child, int flags)
{
	proc_lock(p); /* sleeps */
	child->p_limit = plimit_hold(p->p_limit);
	child->p_args = pargs_hold(p->p_args);
	child->p_reaper = sysreaper_hold(p->p_reaper);
	child->p_sysent = p->p_sysent;
	child->p_text = p->p_text;
	if (child->p_text != NULL)
		inode_hold(child->p_text);
	child->p_flags = p->p_flags & P_SUGID;
	memcpy(child->p_comm, p->p_comm, sizeof(child->p_comm));
	child->p_sigtramp = p->p_sigtramp;
	child->p_mpflags = atomic_load(&p->p_mpflags) & P_CARES;
	if (flags & (int)RFPPWAIT)
		child->p_mpflags |= P_PPWAIT;
	proc_unlock(p);
}

/* The thread of the child: the caller's registers, in a tid of its own. */
static int
fork_thread(struct lwp *lp, struct proc *child)
{
	struct lwp *clp = lwp_alloc(child);
	struct trapframe *tf;

	if (clp == NULL)
		return ENOMEM;
	cpu_lwp_fork(clp, cpu_lwp_frame(lp));
	tf = cpu_lwp_frame(clp);
	cpu_set_result(tf, 0, 1);
	usched_heuristic_forking(lp, clp);
	proc_private(child);
	clp->lwp_thread->td_ucred = crhold(child->p_ucred);
	clp->lwp_tid = child->p_lasttid = 0;
	clp->lwp_sigmask = lp->lwp_sigmask;
	clp->lwp_sigstk = lp->lwp_sigstk;
	child->p_master = clp;
	proc_private_end(child);
	return 0;
}

/* Gives back all that an embryo has been given so far. */
static void
fork_abort(struct proc *child)
{
	proc_private(child);
	if (child->p_master != NULL)
		lwp_discard(child->p_master);
	/* Its leader may still hold it. */
	proc_stall(child); /* sleeps */
	if (child->p_text != NULL)
		inode_rele(child->p_text);
	if (child->p_limit != NULL)
		plimit_free(child->p_limit);
	proc_private_end(child);
	if (child->p_itimers != NULL)
		itimers_free(child); /* sleeps */
	if (child->p_fd != NULL)
		fdfree(child->p_fd); /* sleeps */
	if (child->p_vmspace != NULL)
		vmspace_exit(child->p_vmspace); /* sleeps */
	proc_free(child);
}

/*
 * May p have a child now?  RACE: another thread of ours may have begun to end
 * the process; then nobody would hand the child on.  And a signal to the group
 * must not miss the child: if it has come to us, we act on it first.
 */
static int
fork_allowed(struct lwp *lp) NEEDS(proc_token)
{
	/* A stop has left nothing pending: it stops, and does it again. */
	if (unlikely(lp->lwp_proc->p_flags & (P_WEXIT | P_SINGLE | P_STOPPED)))
		return lp->lwp_proc->p_flags & (P_WEXIT | P_SINGLE) ? EINTR :
								    ERESTART;
	if (likely(sigset_empty(&lp->lwp_proc->p_siglist.sp_set) &&
		sigset_empty(&lp->lwp_siglist.sp_set)))
		return 0;
	return sig_is_due(lp) ? ERESTART : 0;
}

/*
 * Makes child, which can be signalled already, a peer of p's leader, a member
 * of p's group and pp's child, in one stretch that does not sleep once it is
 * known to be allowed.  EBUSY: the group is being signalled; EINTR, ERESTART:
 * see fork_allowed().
 */
static int
fork_enter(struct lwp *lp, struct proc *child, struct proc *pp, int flags)
    NEEDS(proc_token, parent_token)
{
	struct proc *p = lp->lwp_proc;
	int error;

	if (flags & RFTHREAD)
		peers_join(child, p->p_leader); /* sleeps */
	error = fork_allowed(lp);
	if (error == 0 && unlikely(!pgrp_inherit(child, p)))
		error = EBUSY;
	if (unlikely(error != 0)) {
		if (flags & RFTHREAD)
			peers_leave(child); /* sleeps */
		return error;
	}
	pid_enter(child);
	/* D29: init waits for plain children only. */
	child->p_sigparent = (flags & RFLINUXTHPN) && !(flags & RFNOWAIT) ?
	    SIGUSR1 :
	    SIGCHLD;
	family_link(child, pp);
	return 0;
}

/* Whoever finds child from here on can signal it, though it does not run. */
static void
fork_activate(struct proc *child, struct lwp *clp) NEEDS(proc_token)
{
	lwp_enter(clp);
	child->p_master = NULL;
	atomic_store_rel(&child->p_stat, SACTIVE);
}

/* Nobody has found it, but for its leader for a while: an embryo again. */
static __rare void
fork_deactivate(struct proc *child, struct lwp *clp)
{
	proc_lock(child); /* sleeps */
	child->p_stat = SIDL;
	RB_REMOVE(lwp_tree, &child->p_lwps, clp);
	child->p_nlive--;
	child->p_nthreads--;
	child->p_master = clp;
	sigpend_drop_all(&child->p_siglist);
	proc_unlock(child);
}

/* Links the finished embryo to its parent; *clpp gets its thread. */
static int
fork_link(struct lwp *lp, struct proc *child, int flags, struct lwp **clpp)
{
	struct proc *p = lp->lwp_proc;
	struct proc *pp = flags & RFNOWAIT ? initproc : p;
	struct lwp *clp;
	int error;

	proc_lock(p);	   /* sleeps */
	children_lock(pp); /* sleeps */
	*clpp = clp = child->p_master;
	fork_activate(child, clp);
	while ((error = fork_enter(lp, child, pp, flags)) == EBUSY)
		pgrp_await(p); /* sleeps */
	if (unlikely(error != 0))
		fork_deactivate(child, clp); /* sleeps */
	children_unlock(pp);
	proc_unlock(p);
	return error;
}

/*
 * Sleeps until the child has ended or has its own memory.  Woken by
 * exit_release_vfork().  Nothing else ends it but the end of this process:
 * then the child keeps the memory, and we shall not touch it again.  Returns
 * the signal that we end it by; 0: we do not.
 * MODEL: vfork.pml.
 */
static int
vfork_wait(struct lwp *lp, struct proc *child)
{
	int sig = 0;

	for (;;) {
		tsleep_interlock(&child->p_mpflags, 0);
		if (!(atomic_load(&child->p_mpflags) & P_PPWAIT))
			break;
		if (tsleep(&child->p_mpflags, PKILL | PINTERLOCKED, "ppwait",
			0) == EINTR && /* sleeps */
		    sig_ends_sleep(lp, &sig)) /* sleeps */
			break;
	}
	tsleep_remove(curthread);
	return sig;
}

/* Nobody else knows it. */
static bool
has_cpu_limit(const struct proc *child) UNCHECKED;
static bool
has_cpu_limit(const struct proc *child)
{
	return plimit_has_cpu(child->p_limit);
}

static int
fork_make(struct lwp *lp, struct proc *child, int flags)
{
	struct proc *p = lp->lwp_proc;
	int error;

	proc_lock(p); /* sleeps */
	error = fork_count(p, child);
	proc_unlock(p);
	if (error == 0)
		error = fork_memory(lp, child, flags); /* sleeps */
	if (error == 0)
		error = fork_files(p, child, flags); /* sleeps */
	if (error == 0 && unlikely(has_actions(p) || (flags & RFSIGSHARE)))
		error = sigacts_fork(p, child, flags & RFSIGSHARE); /* sleeps */
	if (error != 0)
		return error;
	fork_inherit(p, child, flags);
	if (unlikely(has_cpu_limit(child)))
		error = itimer_fork(child); /* sleeps */
	return error != 0 ? error : fork_thread(lp, child);
}

/* MODEL: vfork.pml. */
int
kern_fork(struct lwp *lp, int flags, int *pidp)
{
	struct proc *child = proc_alloc();
	struct lwp *clp;
	int error, sig;

	if (child == NULL)
		return ENOMEM;
	error = fork_make(lp, child, flags);
	if (error == 0)
		error = fork_link(lp, child, flags, &clp); /* sleeps */
	if (error != 0) {
		fork_abort(child);
		return error;
	}
	*pidp = child->p_pid;
	if (!klist_empty(&lp->lwp_proc->p_knotes))
		knote_fork(lp->lwp_proc, child);
	if (!(flags & (int)RFPPWAIT)) {
		/* From here on the child may run, end and be buried. */
		usched_setrunqueue_new(clp);
		return 0;
	}
	PHOLD(child);
	usched_setrunqueue_new(clp);
	sig = vfork_wait(lp, child); /* sleeps */
	PRELE(child);
	/* RACE: by the border another thread of ours may have ignored it, and
	 * the child is on our stack. */
	if (unlikely(sig != 0))
		sigexit(lp, sig); /* sleeps */
	return 0;
}

/* rfork(2) without RFPROC: what this process shares becomes its own. */
int
kern_unshare(struct lwp *lp, int flags)
{
	struct proc *p = lp->lwp_proc;
	struct filedesc *fd = NULL;
	struct vmspace *vm = NULL;
	bool alone;

	proc_lock(p); /* sleeps */
	alone = p->p_nlive == 1;
	proc_unlock(p);
	if (!alone)
		return EINVAL;
	/* RACE: others may be on their way out, and use the memory still. */
	exit_kill_siblings(lp); /* sleeps */
	if (flags & (RFFDG | RFCFDG)) {
		fd = flags & RFCFDG ? fdinit() : fdcopy(p->p_fd); /* sleeps */
		if (fd == NULL)
			return ENOMEM;
	}
	if (!(flags & RFMEM) && atomic_load(&p->p_vmspace->vm_refcnt) > 1) {
		vm = vmspace_fork(p->p_vmspace, cpu_lwp_sp(lp)); /* sleeps */
		if (vm == NULL) {
			if (fd != NULL)
				fdfree(fd); /* sleeps */
			return ENOMEM;
		}
	}
	if (fd != NULL) {
		struct filedesc *old = p->p_fd;

		p->p_fd = fd;
		fdfree(old); /* sleeps */
	}
	if (vm != NULL)
		proc_replace_vmspace(p, vm); /* sleeps */
	return 0;
}
