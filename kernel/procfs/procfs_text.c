/*
 * procfs_text.c -- what the files of /proc that are text say.
 *
 * status: name pid ppid pgid sid tty flags start user system wait euid and the
 * list of ruid and groups, as DragonFly has it; times are seconds,microseconds,
 * the start is since 1970.  map: a line for each entry: start, end, rights,
 * most rights, COW or NCOW, kind.  cmdline: the arguments, each with its NUL.
 * rlimit: name, current and greatest value; -1: none.
 */
#include "kernel/abi/mman.h"
#include "kernel/abi/resource.h"
#include "kernel/mem/vm_map.h"
#include "kernel/proc/args.h"
#include "kernel/proc/debug.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/ucred.h"
#include "kernel/procfs/procfs.h"

static void
text_time(struct textbuf *tb, uint64_t ns)
{
	TB_PRINTF(tb, " %lu,%lu", (unsigned long)(ns / NS_PER_SEC),
	    (unsigned long)(ns % NS_PER_SEC / NS_PER_US));
}

/* Why its first thread sleeps. */
static const char *
wait_message(struct proc *p) NEEDS(proc_token)
{
	struct lwp *lp = RB_MIN(lwp_tree, &p->p_lwps);
	const char *wmesg = NULL;

	if (lp != NULL && atomic_load(&lp->lwp_thread->td_wchan) != NULL)
		wmesg = atomic_load(&lp->lwp_thread->td_wmesg);
	return wmesg != NULL ? wmesg : "nochan";
}

void
procfs_status(struct proc *p, struct textbuf *tb)
{
	struct usage us;
	uint64_t born;
	int ppid;

	proc_lock(p); /* sleeps */
	usage_settle(p);
	us = usage_of_proc(p);
	born = cpu_walltime_ns() - (cpu_uptime_ns() - p->p_start_ns);
	ppid = atomic_load(&p->p_oppid);
	if (ppid == 0)
		ppid = atomic_load(&p->p_ppid);
	TB_PRINTF(tb, "%s %d %d %d %d -1,-1 %s", p->p_comm, p->p_pid, ppid,
	    atomic_load(&p->p_pgid), atomic_load(&p->p_sid),
	    atomic_load(&p->p_sid) == p->p_pid ? "sldr" : "noflags");
	text_time(tb, born);
	text_time(tb, cpu_cycles_to_ns(us.us_uticks));
	text_time(tb, cpu_cycles_to_ns(us.us_sticks));
	TB_PRINTF(tb, " %s %u %u,%u,%u\n", wait_message(p), p->p_ucred->cr_uid,
	    p->p_ucred->cr_ruid, p->p_ucred->cr_rgid, p->p_ucred->cr_gid);
	proc_unlock(p);
}

static void
text_rights(struct textbuf *tb, int prot)
{
	TB_PRINTF(tb, " %s%s%s", prot & PROT_READ ? "r" : "-",
	    prot & PROT_WRITE ? "w" : "-", prot & PROT_EXEC ? "x" : "-");
}

static void
text_entry(struct textbuf *tb, const struct vm_map_entry *e) NEEDS(vm_token)
{
	const char *kind = "vnode";

	if (e->me_flags & ME_STACK)
		kind = "stack";
	else if (e->me_object == NULL || (e->me_flags & ME_PARKED))
		kind = "default";
	TB_PRINTF(tb, "%#lx %#lx", e->me_start, e->me_end);
	text_rights(tb, e->me_prot);
	text_rights(tb, e->me_maxprot);
	TB_PRINTF(
	    tb, " %s %s\n", e->me_flags & ME_SHARED ? "NCOW" : "COW", kind);
}

void
procfs_map(struct proc *p, struct textbuf *tb)
{
	struct vmspace *vm = proc_vmspace_hold(p); /* sleeps */
	struct vm_map_entry *e;

	if (vm == NULL)
		return;
	vm_lock(vm); /* sleeps */
	RB_FOREACH(e, vm_map, &vm->vm_map)
	text_entry(tb, e);
	vm_unlock(vm);
	vmspace_exitfree(vm);
}

void
procfs_cmdline(struct proc *p, struct textbuf *tb)
{
	proc_lock(p); /* sleeps */
	if (p->p_args != NULL)
		tb_append(tb, p->p_args->ar_args, p->p_args->ar_len);
	else
		tb_append(tb, p->p_comm, strlen(p->p_comm) + 1);
	proc_unlock(p);
}

static void
text_limit(struct textbuf *tb, int64_t limit)
{
	TB_PRINTF(tb, " %ld", limit == RLIM_INFINITY ? -1L : (long)limit);
}

void
procfs_rlimit(struct proc *p, struct textbuf *tb)
{
	static const char *const names[RLIM_NLIMITS] = {"cpu", "fsize", "data",
	    "stack", "core", "rss", "memlock", "nproc", "nofile", "sbsize",
	    "vmem", "posixlock"};

	proc_lock(p); /* sleeps */
	for (int i = 0; i < RLIM_NLIMITS && p->p_limit != NULL; i++) {
		TB_PRINTF(tb, "%s", names[i]);
		text_limit(tb, p->p_limit->pl_rlimit[i].rlim_cur);
		text_limit(tb, p->p_limit->pl_rlimit[i].rlim_max);
		TB_PRINTF(tb, "\n");
	}
	proc_unlock(p);
}

void
procfs_etype(struct proc *p, struct textbuf *tb)
{
	(void)p;
	TB_PRINTF(tb, "Mayfly ELF64\n");
}
