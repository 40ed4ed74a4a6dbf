/*
 * exec.c -- a process gets a new program.
 *
 * All that can fail without a trace comes first: the new memory is built and
 * filled beside the old one.  Then the other threads are ended (E09, E13),
 * which is the point of no return for them, not for the program: what can
 * still fail after it returns an error to the old one.  Then the memory is
 * replaced, in one stretch that cannot fail.
 *
 * RACE: exec against exit, exec against exec: killalllwps() lets one win; the
 * loser is doomed, and ends at the border to user mode.
 */
#include "kernel/proc/exec.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/event.h"
#include "kernel/abi/resource.h"
#include "kernel/file/inode.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/elf_image.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/fork.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/setcred.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/signal.h"

/* MODEL: vfork.pml. */
void
proc_replace_vmspace(struct proc *p, struct vmspace *vm)
{
	struct vmspace *old = p->p_vmspace;
	struct usage rss = { .us_maxrss = vmspace_peak(old) / 1024 };

	proc_lock(p); /* sleeps */
	usage_add(&p->p_ru, &rss);
	crit_enter();
	p->p_vmspace = vm;
	pmap_load(&vm->vm_pmap);
	crit_exit();
	proc_unlock(p);
	vmspace_rele(old); /* sleeps */
}

static const char *
base_name(const char *path)
{
	const char *base = path;

	for (; *path != '\0'; path++)
		if (path[0] == '/' && path[1] != '\0')
			base = path + 1;
	return base;
}

/* A private table, for what is closed on exec is closed for us alone. */
static int
exec_unshare_files(struct proc *p)
{
	struct filedesc *old = p->p_fd, *fd;

	if (atomic_load(&old->fd_refs) == 1)
		return 0;
	fd = fdcopy(old); /* sleeps */
	if (fd == NULL)
		return ENOMEM;
	p->p_fd = fd;
	fdfree(old); /* sleeps */
	return 0;
}

/* What ps shows, and what belonged to the old program alone.  Takes over text
 * and args. */
static void
exec_rename(struct lwp *lp, const struct exec_args *ea, struct inode *text,
    struct pargs *args)
{
	struct proc *p = lp->lwp_proc;
	struct inode *old_text;
	struct pargs *old;

	proc_lock(p); /* sleeps */
	strlcpy(p->p_comm, base_name(ea->ea_path), sizeof(p->p_comm));
	strlcpy(lp->lwp_thread->td_comm, p->p_comm,
	    sizeof(lp->lwp_thread->td_comm));
	sigacts_exec(p);
	memset(&lp->lwp_sigstk, 0, sizeof(lp->lwp_sigstk));
	old = p->p_args;
	p->p_args = args;
	old_text = p->p_text;
	p->p_text = text;
	/* No program here changes the identity of who runs it. */
	p->p_flags = (p->p_flags & ~P_SUGID) | P_EXEC;
	proc_unlock(p);
	if (old != NULL)
		pargs_rele(old);
	if (old_text != NULL)
		inode_rele(old_text);
}

/* The way without return; takes over img's memory, text and args.
 * MODEL: kill.pml, vfork.pml. */
static int
exec_commit(struct lwp *lp, struct exec_args *ea, struct elf_image *img,
    struct inode *text, struct pargs *args)
{
	struct proc *p = lp->lwp_proc;
	int error = killalllwps(lp, P_SINGLE); /* sleeps */

	if (error != 0)
		return EINTR;
	error = sigacts_unshare(p);
	if (error == 0)
		error = exec_unshare_files(p); /* sleeps */
	if (error == 0) {
		proc_replace_vmspace(p, img->ei_vm); /* sleeps */
		fdcloexec(p->p_fd);		     /* sleeps */
		exec_rename(lp, ea, text, args);
		exit_release_vfork(lp); /* sleeps */
		p->p_sigtramp = img->ei_sigtramp;
		cpu_lwp_set_entry(lp, img->ei_entry, img->ei_sp, 0);
	}
	killalllwps_done(lp); /* sleeps */
	if (error != 0)
		return error;
	if (!klist_empty(&lp->lwp_proc->p_knotes))
		knote_proc(lp->lwp_proc, NOTE_EXEC);
	STOPEVENT(lp, S_EXEC, 0); /* sleeps */
	if (unlikely(atomic_load(&p->p_flags) & P_TRACED))
		lwpsignal(lp, SIGTRAP); /* sleeps */
	return error;
}

int
kern_execve(struct lwp *lp, struct exec_args *ea)
{
	struct proc *p = lp->lwp_proc;
	struct elf_image img;
	struct pargs *args;
	struct inode *text;
	struct file *fp;
	int error;

	error = file_open(ea->ea_path, O_RDONLY, FOPEN_EXEC, &fp); /* sleeps */
	if (error != 0)
		return error;
	error = elf_load(fp, ea, (size_t)proc_limit(p, RLIMIT_STACK),
	    lwp_cred(lp), &img); /* sleeps */
	text = fp->f_data;
	inode_hold(text);
	fdrop(fp); /* sleeps */
	if (error != 0) {
		inode_rele(text);
		return error;
	}
	args = pargs_alloc(ea->ea_buf, ea->ea_arglen);
	error = ENOMEM;
	if (args != NULL)
		error = exec_commit(lp, ea, &img, text, args); /* sleeps */
	if (error != 0) {
		if (args != NULL)
			pargs_rele(args);
		inode_rele(text);
		vmspace_rele(img.ei_vm); /* sleeps */
	}
	return error;
}
