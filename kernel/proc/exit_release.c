/*
 * exit_release.c -- stages that only drop a process's reference to something
 * that lives elsewhere.
 */
#include "kernel/file/inode.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"

void
exit_close_files(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct filedesc *fd = p->p_fd;

	p->p_fd = NULL;
	if (fd != NULL)
		fdfree(fd); /* sleeps */
}

/* MODEL: vfork.pml. */
void
exit_memory(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct usage rss = { .us_maxrss =
		vmspace_peak(p->p_vmspace) / 1024 };
	struct inode *text;

	proc_lock(p); /* sleeps */
	usage_add(&p->p_ru, &rss);
	text = p->p_text;
	p->p_text = NULL;
	proc_unlock(p);
	/* X43: a removed program goes with its last process, not with the last
	 * wait. */
	if (text != NULL)
		inode_rele(text);
	/* O12: it keeps the shell; every thread still runs on that page
	 * table, until the parent's wait drops it (wait.c, bury). */
	vmspace_exit(p->p_vmspace); /* sleeps */
}

void
exit_limits(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct plimit *pl;

	proc_lock(p); /* sleeps */
	pl = p->p_limit;
	p->p_limit = NULL;
	proc_unlock(p);
	plimit_free(pl);
}
