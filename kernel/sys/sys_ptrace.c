/*
 * sys_ptrace.c -- ptrace(2): its requests and their arguments (spec 2.17).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/proc.h"
#include "kernel/sched/usched.h"
#include "kernel/signal/ptrace.h"
#include "kernel/sys/syscalls.h"

#define IO_YIELD 64 /* pages before others run */

MALLOC_DEFINE(M_PTRACE, "ptrace");

/* As much of what the descriptor asks for as can be; *donep: how much. */
static int
io_move(struct lwp *lp, struct proc *p, const struct ptrace_io_desc *io,
    char *buf, bool write, size_t *donep)
{
	for (unsigned n = 1; *donep < io->piod_len; n++) {
		uintptr_t va = (uintptr_t)io->piod_offs + *donep;
		char *uaddr = (char *)io->piod_addr + *donep;
		size_t len =
		    min(io->piod_len - *donep, PAGE_SIZE - (va & PAGE_MASK));
		int error = 0;

		if (write)
			error = copyin(uaddr, buf, len); /* sleeps */
		if (error == 0)
			error = kern_trace_io(lp, p, va, buf, len,
			    write); /* sleeps */
		if (error == 0 && !write)
			error = copyout(buf, uaddr, len); /* sleeps */
		if (error != 0)
			return error;
		*donep += len;
		if (n % IO_YIELD == 0)
			usched_user_yield(); /* sleeps */
	}
	return 0;
}

static int
trace_io(struct lwp *lp, struct proc *p, struct ptrace_io_desc *uio)
{
	struct ptrace_io_desc io;
	int error = copyin(uio, &io, sizeof(io)); /* sleeps */
	size_t done = 0;
	bool write;
	char *buf;

	if (error != 0)
		return error;
	if (io.piod_op < PIOD_READ_D || io.piod_op > PIOD_WRITE_I)
		return EINVAL;
	write = io.piod_op == PIOD_WRITE_D || io.piod_op == PIOD_WRITE_I;
	buf = kmalloc(PAGE_SIZE, &M_PTRACE, 0);
	if (buf == NULL)
		return ENOMEM;
	/* That it may, though it asks for nothing. */
	error = kern_trace_io(lp, p, 0, buf, 0, false); /* sleeps */
	if (error == 0)
		error = io_move(lp, p, &io, buf, write, &done); /* sleeps */
	kfree(buf, &M_PTRACE);
	if (error != 0 && done == 0)
		return error;
	return copyout(&done, &uio->piod_len, sizeof(done)); /* sleeps */
}

static int
trace_regs(struct lwp *lp, struct proc *p, int request, void *uregs)
{
	bool write = request == PT_SETREGS || request == PT_SETFPREGS;
	bool fp = request == PT_GETFPREGS || request == PT_SETFPREGS;
	union {
		struct reg regs;
		struct fpreg fpregs;
	} u;
	size_t size = fp ? sizeof(u.fpregs) : sizeof(u.regs);
	int error = write ? copyin(uregs, &u, size) : 0; /* sleeps */

	if (error == 0 && fp)
		error = kern_trace_fpregs(lp, p, &u.fpregs,
		    write); /* sleeps */
	else if (error == 0)
		error = kern_trace_regs(lp, p, &u.regs, write); /* sleeps */
	if (error == 0 && !write)
		error = copyout(&u, uregs, size); /* sleeps */
	return error;
}

static int
trace_request(struct lwp *lp, struct proc *p, int request, uintptr_t addr,
    int data, int64_t *rv)
{
	int error;

	switch (request) {
	case PT_READ_I:
	case PT_READ_D:
		error = kern_trace_io(lp, p, addr, &data, sizeof(data),
		    false); /* sleeps */
		if (error == 0)
			*rv = data;
		return error;
	case PT_WRITE_I:
	case PT_WRITE_D:
		return kern_trace_io(lp, p, addr, &data, sizeof(data),
		    true); /* sleeps */
	case PT_CONTINUE:
		return kern_trace_continue(lp, p, TRACE_CONTINUE, addr,
		    data); /* sleeps */
	case PT_STEP:
		return kern_trace_continue(lp, p, TRACE_STEP, addr,
		    data); /* sleeps */
	case PT_DETACH:
		return kern_trace_continue(lp, p, TRACE_DETACH, addr,
		    data); /* sleeps */
	case PT_KILL:
		return kern_trace_continue(lp, p, TRACE_CONTINUE, PT_SAME_PC,
		    SIGKILL); /* sleeps */
	case PT_ATTACH:
		return kern_trace_attach(lp, p); /* sleeps */
	case PT_IO:
		return trace_io(lp, p, (void *)addr); /* sleeps */
	case PT_GETREGS:
	case PT_SETREGS:
	case PT_GETFPREGS:
	case PT_SETFPREGS:
		return trace_regs(lp, p, request, (void *)addr); /* sleeps */
	default:
		return EINVAL;
	}
}

SYSCALL(ptrace)
{
	int request = (int)args[0], pid = (int)args[1], error;
	struct proc *p;

	if (request == PT_TRACE_ME)
		return kern_trace_me(lp); /* sleeps */
	p = pid >= 0 ? pfind(pid) : NULL;
	if (p == NULL)
		return ESRCH;
	error = trace_request(lp, p, request, args[2], (int)args[3],
	    rv); /* sleeps */
	PRELE(p);
	return error;
}
