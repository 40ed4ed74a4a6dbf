/*
 * procfs_mem.c -- another process's memory as a file.
 *
 * The call holds the shell of the address space that the process has when it
 * begins (mem/vmspace.c), and moves a page at a time through a buffer, under
 * that space's token: no page of it stays mapped or held.  When the process
 * execs or ends meanwhile, the rest fails (EFAULT).
 */
#include "kernel/abi/errno.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/debug.h"
#include "kernel/proc/proc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/sched/usched.h"

#define MEM_YIELD 64 /* pages before others run */

static MALLOC_DEFINE(M_PROCMEM, "procmem");

static int
move_page(struct vmspace *vm, struct uio *uio, char *buf, bool write)
{
	uintptr_t va = (uintptr_t)uio->uio_offset;
	size_t n = min(uio->uio_resid, PAGE_SIZE - (va & PAGE_MASK));
	int error;

	if (write) {
		error = uiomove_in(uio, buf, n); /* sleeps */
		if (error == 0)
			error = vmspace_write(vm, va, buf, n); /* sleeps */
		if (error != 0) { /* what came in did not get there */
			uio->uio_resid += (size_t)uio->uio_offset - va;
			uio->uio_offset = (int64_t)va;
		}
		return error;
	}
	error = vmspace_read(vm, va, buf, n);                 /* sleeps */
	return error != 0 ? error : uiomove_out(uio, buf, n); /* sleeps */
}

int
procfs_mem(struct proc *p, struct uio *uio, bool write)
{
	struct vmspace *vm;
	int error = proc_debug_vmspace(curlwp, p, &vm); /* sleeps */
	char *buf;

	if (error != 0)
		return error;
	buf = kmalloc(PAGE_SIZE, &M_PROCMEM, 0);
	error = buf != NULL ? 0 : ENOMEM;
	for (unsigned n = 1; error == 0 && uio->uio_resid > 0; n++) {
		error = move_page(vm, uio, buf, write); /* sleeps */
		if (n % MEM_YIELD == 0)
			usched_user_yield(); /* sleeps */
	}
	kfree(buf, &M_PROCMEM);
	vmspace_exitfree(vm);
	return error;
}
