/*
 * procs.c -- see procs.h.
 */
#include "kernel/proc/procs.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/objcache.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sysreaper.h"
#include "kernel/proc/ucred.h"
#include "kernel/procfs/stopevent.h"
#include "kernel/signal/sigacts.h"
#include "kernel/signal/sigset.h"

static struct objcache *proc_cache;

static void
procs_init(void)
{
	proc_cache = objcache_create("proc", sizeof(struct proc), CACHE_LINE,
	    NULL, NULL);
	KASSERT(proc_cache != NULL, "no memory for processes");
}
SYSINIT(procs, SI_SUB_BOOT2_PROC0, SI_ORDER_FIRST, procs_init);

struct proc *
proc_alloc(void)
{
	struct proc *p = objcache_get(proc_cache);

	if (p == NULL)
		return NULL;
	memset(p, 0, offsetof(struct proc, p_childinfo));
	p->p_magic = PROC_MAGIC;
	p->p_pid = -1;
	p->p_stat = SIDL;
	lwkt_token_init(&p->p_token, "proc");
	RB_INIT(&p->p_lwps);
	proc_private(p);
	p->p_lasttid = -1;
	proc_private_end(p);
	TAILQ_INIT(&p->p_children);
	TAILQ_INIT(&p->p_zombies[CHILD_PLAIN]);
	TAILQ_INIT(&p->p_zombies[CHILD_CLONE]);
	TAILQ_INIT(&p->p_changed);
	TAILQ_INIT(&p->p_peers);
	p->p_leader = p;
	p->p_start_ns = cpu_uptime_ns();
	atomic_add(&nprocs.n, 1);
	return p;
}

void
proc_free(struct proc *p)
{
	KASSERT(p->p_magic == PROC_MAGIC, "process %p freed twice", p);
	KASSERT((p->p_lock & PLOCK_COUNT) == 0, "process %d freed while held",
	    p->p_pid);
	proc_private(p);
	KKASSERT(RB_EMPTY(&p->p_lwps) && p->p_pgrp == NULL);
	KKASSERT_MSG(sigset_empty(&p->p_siglist.sp_set),
	    "zombie %d was signalled", p->p_pid);
	KKASSERT_MSG(p->p_itimers == NULL, "process %d freed with timers",
	    p->p_pid);
	KKASSERT_MSG(LIST_EMPTY(&p->p_sigios), "process %d freed as an owner",
	    p->p_pid);
	KKASSERT_MSG(klist_empty(&p->p_knotes), "process %d freed with knotes",
	    p->p_pid);
	if (unlikely(p->p_sigacts != NULL))
		sigacts_release(p);
	if (p->p_ucred != NULL) {
		chgproccnt(p->p_ucred->cr_ruidinfo, -1, -1);
		crfree(p->p_ucred);
	}
	if (p->p_args != NULL)
		pargs_rele(p->p_args);
	if (p->p_vmspace != NULL)
		vmspace_exitfree(p->p_vmspace);
	sysreaper_rele(p->p_reaper);
	if (unlikely(p->p_stops != NULL))
		stops_free(p);
	proc_private_end(p);
	p->p_magic = 0;
	objcache_put(proc_cache, p);
	atomic_sub(&nprocs.n, 1);
}
