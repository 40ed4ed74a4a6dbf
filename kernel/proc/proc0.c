/*
 * proc0.c -- the first processes: number 0, which stands for the kernel and
 * is init's parent, and init.
 *
 * init's first thread is born in the kernel and gets its program like any
 * other, by exec; then it crosses the border to user mode for the first time.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/file.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/exec.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/family.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/procs.h"
#include "kernel/proc/ucred.h"
#include "kernel/sys/census.h"

struct proc proc0, *initproc;

MALLOC_DECLARE(M_EXECARGS);

static long
count_procs(void)
{
	return (long)atomic_load(&nprocs.n);
}
CENSUS(procs, "procs", count_procs);

static void
proc0_init(void)
{
	struct proc *p = &proc0;

	proc_private(p);
	p->p_magic = PROC_MAGIC;
	p->p_stat = SACTIVE;
	lwkt_token_init(&p->p_token, "proc");
	RB_INIT(&p->p_lwps);
	TAILQ_INIT(&p->p_children);
	TAILQ_INIT(&p->p_zombies[CHILD_PLAIN]);
	TAILQ_INIT(&p->p_zombies[CHILD_CLONE]);
	TAILQ_INIT(&p->p_changed);
	TAILQ_INIT(&p->p_peers);
	p->p_leader = p;
	strlcpy(p->p_comm, "kernel", sizeof(p->p_comm));
	pid_enter(p);
	pgrp_boot(p);
	p->p_limit = plimit_boot();
	p->p_ucred = crget_root();
	KASSERT(p->p_ucred != NULL, "no memory for the first credentials");
	chgproccnt(p->p_ucred->cr_ruidinfo, 1, -1);
	atomic_add(&nprocs.n, 1);
	proc_private_end(p);
}
SYSINIT(proc0, SI_SUB_BOOT2_PROC0, SI_ORDER_SECOND, proc0_init);

static void
init_args(struct exec_args *ea)
{
	const char *path = cmdline_get("init");
	int error;

	ea->ea_path = kstrdup(path != NULL && *path != '\0' ? path :
							     "/bin/init",
	    &M_EXECARGS);
	KASSERT(ea->ea_path != NULL, "no memory to start init");
	error = exec_args_add(ea, ea->ea_path);
	ea->ea_argc = 1;
	if (error == 0 && cmdline_get("demo") != NULL) {
		error = exec_args_add(ea, "demo");
		ea->ea_argc = 2;
	}
	KASSERT(error == 0, "no memory to start init");
	ea->ea_arglen = ea->ea_len;
}

/* The first code of init's thread. */
static void
start_init(void *arg)
{
	struct lwp *lp = arg;
	struct exec_args ea = { 0 };
	int error;

	init_args(&ea);
	error = kern_execve(lp, &ea); /* sleeps */
	KASSERT(error == 0, "%s cannot be run: error %d", ea.ea_path, error);
	exec_args_free(&ea);
	cpu_lwp_return(lp);
}

static void
create_init(void)
{
	struct proc *p = proc_alloc(), *pp = &proc0;
	struct lwp *lp;

	KASSERT(p != NULL, "no memory for init");
	initproc = p;
	pid_enter(p);
	KASSERT(p->p_pid == 1, "init is number %d", p->p_pid);
	proc_private(p);
	pgrp_boot(p);
	p->p_sigparent = SIGCHLD;
	p->p_limit = plimit_hold(pp->p_limit);
	p->p_ucred = crhold(pp->p_ucred);
	chgproccnt(p->p_ucred->cr_ruidinfo, 1, -1);
	p->p_fd = fdinit();
	p->p_vmspace = vmspace_alloc();
	lp = lwp_alloc(p);
	KASSERT(p->p_fd != NULL && p->p_vmspace != NULL && lp != NULL,
	    "no memory for init");
	lp->lwp_thread->td_ucred = crhold(p->p_ucred);
	lp->lwp_cpumask = cpumask_upto(ncpus);
	lp->lwp_tid = ++p->p_lasttid;
	lwp_enter(lp);
	family_link(p, pp);
	proc_private_end(p);
	p->p_stat = SACTIVE;
	cpu_thread_setup(lp->lwp_thread, start_init, lp);
	lwkt_schedule(lp->lwp_thread);
}
SYSINIT(init, SI_SUB_RUN_SCHEDULER, SI_ORDER_ANY, create_init);
