/*
 * umtx.c -- see umtx.h.
 *
 * Sleepers meet in the sleep queues' UMTX domain, on an address made from
 * what the word IS: place in a page of shared memory, or address in a vmspace.
 * It does not change while someone sleeps: copy-on-write moves a private word
 * to another page, but not to another vmspace, and a shared page stays while it
 * is mapped.
 *
 * Test and sleep under one hold (law 5): the thread is queued first, then the
 * word is read; a waker writes the word first, then looks at the queue.
 */
#include "kernel/ipc/umtx.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/mem/vm_map.h"
#include "kernel/proc/proc.h"

/* An odd number for each pair: no kernel address, and no other pair's. */
static const void *
ident_of(const void *where, uintptr_t offset)
{
	uint64_t h = (uintptr_t)where * 0x9e3779b97f4a7c15UL;

	return (const void *)((h ^ (offset * 0xff51afd7ed558ccdUL)) | 1);
}

const void *
umtx_ident(struct proc *p, const void *uaddr)
{
	uintptr_t va = (uintptr_t)uaddr;
	struct vmspace *vm = p->p_vmspace;
	struct vm_map_entry *e;
	uint64_t pa = 0;

	vm_lock(vm); /* sleeps */
	e = vm_entry_at(vm, va);
	/* Not by its object: a file that has grown has another one, of the
	 * same pages.  No page: nobody has touched the word, nor sleeps. */
	if (e != NULL && (e->me_flags & ME_SHARED) && e->me_object != NULL)
		pa = vm_object_peek(e->me_object,
		    e->me_pgoff + ((va - e->me_start) >> PAGE_SHIFT));
	vm_unlock(vm);
	if (pa != 0)
		return ident_of((const void *)pa, va & PAGE_MASK);
	return ident_of(vm, va);
}

int
kern_umtx_sleep(struct proc *p, const uint32_t *uaddr, uint32_t val, int usec)
{
	const void *ident;
	uint32_t now;
	int error;

	if (usec < 0)
		return EINVAL;
	if ((uintptr_t)uaddr % sizeof(*uaddr) != 0)
		return EFAULT;
	/* Fault the page in first: a thread that is queued must not sleep for
	 * anything else, or it would lose its place. */
	error = fuword32(uaddr, &now); /* sleeps */
	if (error != 0)
		return error;
	if (now != val)
		return EBUSY;
	ident = umtx_ident(p, uaddr); /* sleeps */
	tsleep_interlock(ident, PDOMAIN_UMTX);
	curthread->td_nofault = true;
	error = fuword32(uaddr, &now); /* sleeps */
	curthread->td_nofault = false;
	if (error == 0 && now != val)
		error = EBUSY;
	if (error == 0) {
		error = tsleep(ident,
		    PCATCH | PINTERLOCKED | PASKED | PDOMAIN_UMTX, "umtx",
		    (uint64_t)usec * NS_PER_US); /* sleeps */
		return error == ERESTART ? EINTR : error;
	}
	tsleep_remove(curthread);
	/* The page has gone again meanwhile: the caller tries again. */
	return error == EFAULT ? EBUSY : error;
}

int
kern_umtx_wakeup(struct proc *p, const uint32_t *uaddr, int count)
{
	if ((uintptr_t)uaddr % sizeof(*uaddr) != 0)
		return EFAULT;
	wakeup_domain(umtx_ident(p, uaddr), PDOMAIN_UMTX,
	    count > 0 ? count : 0);
	return 0;
}
