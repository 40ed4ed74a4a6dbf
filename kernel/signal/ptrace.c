/*
 * ptrace.c -- see ptrace.h; who is whose tracee is proc/tracees.c's.
 *
 * A traced process stops for every signal but SIGKILL (issignal.c,
 * stop_for_tracer), its tracer is told like a parent of a stopped child, and
 * may do what it likes from its wait on until it lets the process go on.
 *
 * A request holds the tokens of both for its checks and what it changes.
 * Memory is moved after that (debug.h): a process that is killed meanwhile
 * takes its memory along, and no harm is done.
 *
 * No circle of tracers: who starts tracing holds trace_token while it looks up
 * the chain and makes the new link.
 */
#include "kernel/signal/ptrace.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/token.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/debug.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tracees.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"

static struct lwkt_token trace_token = TOKEN_INITIALIZER("trace");

bool
trace_is_ready(const struct proc *p)
{
	return stop_is_complete(p) && (p->p_flags & P_STOPTOLD) &&
	    p->p_report == 0;
}

/*
 * Beginning.
 */

/* Is p traced by target, or by one that target traces, and so on?  Does not
 * block, and ends: there are no circles. */
static bool
is_traced_by(struct proc *p, const struct proc *target) UNCHECKED;
static bool
is_traced_by(struct proc *p, const struct proc *target)
{
	bool found = false;

	PHOLD(p);
	while (!found && (atomic_load(&p->p_flags) & P_TRACED)) {
		struct proc *tracer = pfind_any(atomic_load(&p->p_ppid));

		/* RACE: its tracer may end, and it is traced no more. */
		if (tracer == NULL)
			break;
		PRELE(p);
		p = tracer;
		found = p == target;
	}
	PRELE(p);
	return found;
}

int
kern_trace_me(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc, *pp;
	int error = 0;

	lwkt_gettoken(&trace_token);
	proc_lock(p);	     /* sleeps */
	pp = parent_lock(p); /* sleeps */
	if (p->p_flags & P_TRACED)
		error = EBUSY;
	else if (atomic_load(&pp->p_stat) == SZOMB)
		error = ESRCH;
	else if (is_traced_by(pp, p))
		error = EINVAL;
	else
		trace_begin(p, pp, pp);
	parent_unlock(pp);
	proc_unlock(p);
	lwkt_reltoken(&trace_token);
	return error;
}

/* May the current process trace p?  All tokens are held. */
static int
attach_check(struct lwp *lp, struct proc *p) NEEDS(proc_token)
{
	struct proc *self = lp->lwp_proc;
	int error;

	if (p == self)
		return EINVAL;
	if (p->p_flags & P_TRACED)
		return EBUSY;
	error = proc_candebug(lp, p);
	if (error != 0)
		return error;
	/* The machine does not live without init, nor init with a tracer that
	 * ends: as if securelevel were above 0.  And init traces nobody. */
	if (p == initproc || self == initproc)
		return EPERM;
	if (p->p_flags & P_SINGLE)
		return EAGAIN;
	if (atomic_load(&p->p_stat) != SACTIVE)
		return ESRCH;
	return is_traced_by(self, p) ? EINVAL : 0;
}

/* It stops now, or, if it has, the tracer is told as if it did now. */
static void
attach_stop(struct proc *p) NEEDS(proc_token)
{
	if (!(p->p_flags & P_STOPPED)) {
		ksignal(p, SIGSTOP); /* sleeps */
		return;
	}
	p->p_flags &= ~(uint32_t)P_STOPTOLD;
	p->p_stopsig = SIGSTOP;
	stop_tell_complete(p); /* sleeps */
}

/* MODEL: tracing.pml. */
UNCHECKED int
kern_trace_attach(struct lwp *lp, struct proc *p)
{
	struct proc *self = lp->lwp_proc, *pp;
	int error;

	if (p == &proc0)
		return EPERM;
	lwkt_gettoken(&trace_token);
	proc_lock(self); /* sleeps */
	for (;;) {
		pp = parent_lock(p); /* sleeps */
		proc_lock(p);	     /* sleeps */
		/* RACE: the parent's token was lost; from here on nothing
		 * blocks. */
		if (p->p_pptr == pp)
			break;
		proc_unlock(p);
		parent_unlock(pp);
	}
	error = attach_check(lp, p);
	if (error == 0)
		trace_begin(p, pp, self);
	if (error == 0)
		attach_stop(p); /* sleeps */
	proc_unlock(p);
	parent_unlock(pp);
	proc_unlock(self);
	lwkt_reltoken(&trace_token);
	return error;
}

/*
 * The traced.
 */

/* May the current process have this of p now? */
static int
check_tracee(struct lwp *lp, struct proc *p) NEEDS(proc_token, parent_token)
{
	if (p->p_flags & P_SINGLE)
		return EAGAIN;
	if (!(p->p_flags & P_TRACED))
		return EPERM;
	if (p->p_pptr != lp->lwp_proc || !trace_is_ready(p))
		return EBUSY;
	return 0;
}

/* Takes the tokens of the current process and of p.  0, and they are held; or
 * an error. */
static UNCHECKED int
tracee_lock(struct lwp *lp, struct proc *p)
{
	int error;

	family_lock(lp->lwp_proc); /* sleeps */
	proc_lock(p);		   /* sleeps */
	error = check_tracee(lp, p);
	if (error != 0) {
		proc_unlock(p);
		family_unlock(lp->lwp_proc);
	}
	return error;
}

static UNCHECKED void
tracee_unlock(struct lwp *lp, struct proc *p)
{
	proc_unlock(p);
	family_unlock(lp->lwp_proc);
}

/* The thread that the tracer looks at: the one that has stopped for it, or any
 * of one that had stopped before. */
static struct lwp *
traced_lwp(struct proc *p) UNCHECKED;
static struct lwp *
traced_lwp(struct proc *p)
{
	return p->p_tracelwp != NULL ? p->p_tracelwp :
				       RB_MIN(lwp_tree, &p->p_lwps);
}

/* Goes on with that signal; who had stopped before gets it like any other.
 * ORDER: SIGCONT finds it stopped, and is told of; a stop finds it going on,
 * and stops it. */
static void
let_go(struct proc *p, int sig) NEEDS(proc_token)
{
	bool mine = p->p_tracelwp != NULL;

	if (mine)
		p->p_tracelwp->lwp_tracesig = sig;
	else if (sig != 0 && !sig_is_stop(sig))
		ksignal(p, sig); /* sleeps */
	proc_unstop(p);
	if (!mine && sig_is_stop(sig))
		ksignal(p, sig); /* sleeps */
}

UNCHECKED int
kern_trace_continue(struct lwp *lp, struct proc *p, enum trace_how how,
    uintptr_t pc, int sig)
{
	struct proc *pp;
	int error;

	if (sig < 0 || sig > SIG_MAXSIG)
		return EINVAL;
	for (;;) {
		error = tracee_lock(lp, p); /* sleeps */
		if (error != 0)
			return error;
		pp = how == TRACE_DETACH ? orphan_lock(p) : NULL; /* sleeps */
		/* RACE: p may have been killed, or handed on. */
		error = check_tracee(lp, p);
		if (error != 0 || how != TRACE_DETACH || p->p_opptr == pp)
			break;
		orphan_unlock(pp);
		tracee_unlock(lp, p);
	}
	if (error == 0) {
		cpu_lwp_trace(traced_lwp(p), pc == PT_SAME_PC ? NULL : &pc,
		    how == TRACE_STEP);
		if (how == TRACE_DETACH)
			trace_end(p);
		let_go(p, sig); /* sleeps */
	}
	orphan_unlock(pp);
	tracee_unlock(lp, p);
	return error;
}

UNCHECKED int
kern_trace_io(struct lwp *lp, struct proc *p, uintptr_t va, void *buf,
    size_t len, bool write)
{
	struct vmspace *vm;
	int error = tracee_lock(lp, p); /* sleeps */

	if (error != 0)
		return error;
	vm = p->p_vmspace;
	vmspace_hold(vm);
	tracee_unlock(lp, p);
	error = write ? vmspace_write(vm, va, buf, len) : /* sleeps */
			vmspace_read(vm, va, buf, len);	  /* sleeps */
	vmspace_exitfree(vm);
	return error;
}

UNCHECKED int
kern_trace_regs(struct lwp *lp, struct proc *p, struct reg *regs, bool write)
{
	int error = tracee_lock(lp, p); /* sleeps */

	if (error != 0)
		return error;
	if (write)
		error = cpu_lwp_set_regs(traced_lwp(p), regs);
	else
		cpu_lwp_get_regs(traced_lwp(p), regs);
	tracee_unlock(lp, p);
	return error;
}

UNCHECKED int
kern_trace_fpregs(struct lwp *lp, struct proc *p, struct fpreg *regs,
    bool write)
{
	int error = tracee_lock(lp, p); /* sleeps */

	if (error != 0)
		return error;
	if (write)
		cpu_lwp_set_fpregs(traced_lwp(p), regs);
	else
		cpu_lwp_get_fpregs(traced_lwp(p), regs);
	tracee_unlock(lp, p);
	return error;
}
