/*
 * sys_mem.c -- the border of memory: break, mmap and kin.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/resource.h"
#include "kernel/file/file.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/sys/syscalls.h"

#define MAP_KNOWN                                                              \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_STACK | MAP_ANON)
#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)

SYSCALL(break)
{
	(void)rv;
	return vm_map_brk(lp->lwp_proc->p_vmspace, args[0],
	    (size_t)proc_limit(lp->lwp_proc, RLIMIT_DATA)); /* sleeps */
}

/* The memory behind a descriptor, for a mapping with these rights. */
static int
mmap_object(struct proc *p, int fd, int prot, int flags,
    struct vm_object **objp)
{
	struct file *fp;
	size_t size;
	int error = fdget(p->p_fd, fd, &fp); /* sleeps */

	if (error != 0)
		return error;
	if ((fp->f_flag & O_ACCMODE) == O_WRONLY ||
	    ((flags & MAP_SHARED) && (prot & PROT_WRITE)))
		error = EACCES;
	else if (fp->f_ops->fo_object == NULL)
		error = ENODEV;
	else
		error = fp->f_ops->fo_object(fp, objp, &size); /* sleeps */
	fdrop(fp); /* sleeps */
	return error;
}

SYSCALL(mmap)
{
	uintptr_t addr = args[0];
	size_t len = args[1];
	int prot = (int)args[2], flags = (int)args[3], fd = (int)args[4];
	uint64_t pos = args[6];
	struct vm_object *obj = NULL;
	int maxprot = PROT_ALL, error = 0;

	if ((flags & ~MAP_KNOWN) != 0 || (prot & ~PROT_ALL) != 0 || len == 0)
		return EINVAL;
	if ((flags & MAP_STACK) && !(flags & MAP_SHARED))
		flags |= MAP_ANON | MAP_PRIVATE;
	if (!(flags & (MAP_SHARED | MAP_PRIVATE)))
		flags |= MAP_PRIVATE;
	if (flags & MAP_ANON) {
		pos = 0;
	} else {
		if (pos & PAGE_MASK)
			return EINVAL;
		error = mmap_object(lp->lwp_proc, fd, prot, flags,
		    &obj); /* sleeps */
		if (error != 0)
			return error;
		if (flags & MAP_SHARED)
			maxprot = PROT_READ | PROT_EXEC;
	}
	error = vm_map_enter(lp->lwp_proc->p_vmspace, &addr, len, prot,
	    maxprot, flags, obj, pos >> PAGE_SHIFT); /* sleeps */
	if (error != 0 && obj != NULL)
		vm_object_rele(obj);
	if (error == 0)
		*rv = (int64_t)addr;
	return error;
}

SYSCALL(munmap)
{
	(void)rv;
	return vm_map_remove(lp->lwp_proc->p_vmspace, args[0],
	    args[1]); /* sleeps */
}

SYSCALL(mprotect)
{
	(void)rv;
	return vm_map_protect(lp->lwp_proc->p_vmspace, args[0], args[1],
	    (int)args[2]); /* sleeps */
}
