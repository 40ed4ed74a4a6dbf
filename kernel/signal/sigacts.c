/*
 * sigacts.c -- see sigacts.h.
 */
#include "kernel/signal/sigacts.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/sigset.h"

#define ACTION_FLAGS                                                           \
	(SA_ONSTACK | SA_RESTART | SA_RESETHAND | SA_NOCLDSTOP | SA_NODEFER |  \
	    SA_NOCLDWAIT | SA_SIGINFO)

MALLOC_DEFINE(M_SIGACTS, "sigacts");

static inline void
acts_lock(struct sigacts *ps) TAKES(leaf_spin) UNCHECKED
{
	spin_lock(&ps->ps_spin);
}

static inline void
acts_unlock(struct sigacts *ps) DROPS(leaf_spin) UNCHECKED
{
	spin_unlock(&ps->ps_spin);
}

enum sigwhat
sigacts_what(const struct proc *p, int sig, struct sigaction *act)
{
	struct sigacts *ps = p->p_sigacts;
	enum sigwhat what = SIGWHAT_DEFAULT;

	if (ps == NULL)
		return SIGWHAT_DEFAULT;
	acts_lock(ps);
	if (sigset_has(&ps->ps_caught, sig))
		what = SIGWHAT_CATCH;
	else if (sigset_has(&ps->ps_ignored, sig))
		what = SIGWHAT_IGNORE;
	if (act != NULL)
		*act = ps->ps_actions[sig - 1];
	acts_unlock(ps);
	return what;
}

uint32_t
sigacts_flags(const struct proc *p)
{
	struct sigacts *ps = p->p_sigacts;
	uint32_t flags;

	if (likely(ps == NULL))
		return 0;
	acts_lock(ps);
	flags = ps->ps_flags;
	acts_unlock(ps);
	return flags;
}

static void
set_action(struct sigacts *ps, int sig, const struct sigaction *act)
    NEEDS(leaf_spin)
{
	uintptr_t handler = (uintptr_t)act->sa_handler;

	ps->ps_actions[sig - 1] = *act;
	sigset_del(&ps->ps_ignored, sig);
	sigset_del(&ps->ps_caught, sig);
	if (handler == SIGH_IGN)
		sigset_add(&ps->ps_ignored, sig);
	else if (handler != SIGH_DFL)
		sigset_add(&ps->ps_caught, sig);
	if (sig != SIGCHLD)
		return;
	ps->ps_flags = 0;
	if (act->sa_flags & SA_NOCLDSTOP)
		ps->ps_flags |= PS_NOCLDSTOP;
	if (act->sa_flags & SA_NOCLDWAIT)
		ps->ps_flags |= PS_NOCLDWAIT;
	if (handler == SIGH_IGN)
		ps->ps_flags |= PS_CLDSIGIGN;
}

void
sigacts_reset(struct proc *p, int sig)
{
	static const struct sigaction dfl;

	acts_lock(p->p_sigacts);
	set_action(p->p_sigacts, sig, &dfl);
	acts_unlock(p->p_sigacts);
}

static struct sigacts *
sigacts_alloc(void)
{
	struct sigacts *ps = kmalloc(sizeof(*ps), &M_SIGACTS, M_ZERO);

	if (ps == NULL)
		return NULL;
	ps->ps_refs = 1;
	spin_init(&ps->ps_spin, "sigacts", SPIN_LEAF);
	return ps;
}

static void
sigacts_rele(struct sigacts *ps)
{
	if (atomic_subfetch(&ps->ps_refs, 1) == 0)
		kfree(ps, &M_SIGACTS);
}

/* p's own, made if it has none; NULL without memory. */
static struct sigacts *
sigacts_of(struct proc *p) NEEDS(proc_token)
{
	if (p->p_sigacts == NULL)
		p->p_sigacts = sigacts_alloc();
	return p->p_sigacts;
}

/* A copy of ps with one reference; NULL without memory. */
static struct sigacts *
sigacts_copy(struct sigacts *ps)
{
	struct sigacts *copy = sigacts_alloc();

	if (copy == NULL)
		return NULL;
	acts_lock(ps);
	copy->ps_flags = ps->ps_flags;
	copy->ps_ignored = ps->ps_ignored;
	copy->ps_caught = ps->ps_caught;
	memcpy(copy->ps_actions, ps->ps_actions, sizeof(ps->ps_actions));
	acts_unlock(ps);
	return copy;
}

int
sigacts_fork(struct proc *p, struct proc *child, bool share)
{
	struct sigacts *ps;

	proc_lock(p); /* sleeps */
	ps = share ? sigacts_of(p) : sigacts_copy(p->p_sigacts);
	if (share && ps != NULL) {
		atomic_add(&ps->ps_refs, 1);
		/* What one of them sets from now on, both care for: the child
		 * inherits this. */
		atomic_set(&p->p_mpflags, P_CARES);
	}
	proc_unlock(p);
	child->p_sigacts = ps;
	return ps != NULL ? 0 : ENOMEM;
}

/* Are p's actions another process's, too?  Nobody but p's only thread makes
 * them so. */
static bool
is_shared(const struct proc *p) UNCHECKED;
static bool
is_shared(const struct proc *p)
{
	return p->p_sigacts != NULL && atomic_load(&p->p_sigacts->ps_refs) > 1;
}

int
sigacts_unshare(struct proc *p)
{
	struct sigacts *ps, *copy;

	if (likely(!is_shared(p)))
		return 0;
	proc_lock(p); /* sleeps */
	ps = p->p_sigacts;
	copy = sigacts_copy(ps);
	if (copy != NULL) {
		p->p_sigacts = copy;
		sigacts_rele(ps);
	}
	proc_unlock(p);
	return copy != NULL ? 0 : ENOMEM;
}

void
sigacts_exec(struct proc *p)
{
	static const struct sigaction dfl;
	struct sigacts *ps = p->p_sigacts;
	struct sigset caught;
	int sig;

	if (ps == NULL)
		return;
	acts_lock(ps);
	caught = ps->ps_caught;
	while ((sig = sig_first(&caught)) != 0) {
		sigset_del(&caught, sig);
		set_action(ps, sig, &dfl);
	}
	ps->ps_flags &= ~(uint32_t)PS_NOCLDWAIT;
	acts_unlock(ps);
}

void
sigacts_release(struct proc *p)
{
	struct sigacts *ps = p->p_sigacts;

	p->p_sigacts = NULL;
	if (ps != NULL)
		sigacts_rele(ps);
}

/* The new action is to ignore sig: what is pending of it is gone. */
static void
forget_pending(struct proc *p, int sig) NEEDS(proc_token)
{
	struct lwp *lp;

	sigpend_take(&p->p_siglist, sig, NULL);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		sigpend_take(&lp->lwp_siglist, sig, NULL);
}

static int
check_action(const struct proc *p, int sig, const struct sigaction *act)
{
	if (act == NULL)
		return 0;
	if (sig == SIGKILL || sig == SIGSTOP)
		return EINVAL;
	if (act->sa_flags & ~ACTION_FLAGS)
		return EINVAL;
	/* Somebody has to bury the dead. */
	if (p == initproc && sig == SIGCHLD && (act->sa_flags & SA_NOCLDWAIT))
		return EINVAL;
	return 0;
}

int
kern_sigaction(struct proc *p, int sig, const struct sigaction *act,
    struct sigaction *oact)
{
	struct sigaction sane;
	struct sigacts *ps;
	int error;

	if (sig < 1 || sig > SIG_MAXSIG)
		return EINVAL;
	error = check_action(p, sig, act);
	if (error != 0)
		return error;
	if (oact != NULL)
		memset(oact, 0, sizeof(*oact));
	proc_lock(p); /* sleeps */
	ps = act != NULL ? sigacts_of(p) : p->p_sigacts;
	if (act != NULL && ps == NULL)
		error = ENOMEM;
	if (ps != NULL) {
		acts_lock(ps);
		if (oact != NULL)
			*oact = ps->ps_actions[sig - 1];
		if (act != NULL) {
			sane = *act;
			sigset_sane_mask(&sane.sa_mask);
			set_action(ps, sig, &sane);
		}
		acts_unlock(ps);
	}
	if (act != NULL && error == 0) {
		atomic_set(&p->p_mpflags, P_CARES);
		if (sigacts_what(p, sig, NULL) == SIGWHAT_IGNORE ||
		    ((uintptr_t)act->sa_handler == SIGH_DFL &&
			sig_is_ignored(sig)))
			forget_pending(p, sig);
	}
	proc_unlock(p);
	return error;
}
