/*
 * procfs_regs.c -- registers of a process that stands still, as files: one
 * struct reg or fpreg (kernel/abi/ptrace.h), read and written whole.
 *
 * Whose: of the thread that has stopped at an event or for a tracer, else of
 * its first.  What may be written is arch/'s to say.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/ptrace.h"
#include "kernel/proc/debug.h"
#include "kernel/proc/proc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/signal/stop.h"

union registers {
	struct reg regs;
	struct fpreg fpregs;
};

/* The thread; NULL: the process runs. */
static struct lwp *
still_lwp(struct proc *p) NEEDS(proc_token)
{
	struct lwp *lp = stopped_lwp(p);

	if (lp != NULL || !stop_is_complete(p))
		return lp;
	return p->p_tracelwp != NULL ? p->p_tracelwp :
				       RB_MIN(lwp_tree, &p->p_lwps);
}

static int
access_registers(struct proc *p, int kind, union registers *u, bool write)
{
	struct lwp *lp;
	int error;

	proc_lock(p); /* sleeps */
	error = proc_candebug(curlwp, p);
	lp = still_lwp(p);
	if (error == 0 && (p->p_flags & P_SINGLE))
		error = EAGAIN;
	if (error == 0 && lp == NULL)
		error = EBUSY;
	if (error == 0 && kind == PFS_REGS) {
		if (write)
			error = cpu_lwp_set_regs(lp, &u->regs);
		else
			cpu_lwp_get_regs(lp, &u->regs);
	} else if (error == 0) {
		if (write)
			cpu_lwp_set_fpregs(lp, &u->fpregs);
		else
			cpu_lwp_get_fpregs(lp, &u->fpregs);
	}
	proc_unlock(p);
	return error;
}

int
procfs_registers(struct proc *p, int kind, struct uio *uio, bool write)
{
	size_t size = kind == PFS_REGS ? sizeof(struct reg) :
					 sizeof(struct fpreg);
	size_t len = uio->uio_resid, at = (size_t)uio->uio_offset;
	union registers u;
	int error;

	if (write) {
		if (at != 0 || len != size)
			return EINVAL;
		error = uiomove_in(uio, &u, size); /* sleeps */
		if (error == 0)
			error = access_registers(p, kind, &u, true);
		if (error != 0) { /* nothing was written */
			uio->uio_resid = len;
			uio->uio_offset = 0;
		}
		return error;
	}
	error = access_registers(p, kind, &u, false);
	if (error == 0 && at < size)
		error = uiomove_out(uio, (char *)&u + at, /* sleeps */
		    size - at);
	return error;
}
