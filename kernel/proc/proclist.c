/*
 * proclist.c -- see proclist.h.
 *
 * A process's rows are filled under its token in one stretch: they show one
 * instant of it.  Its threads' running state changes all the time and is read
 * as it is.
 */
#include "kernel/proc/proclist.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/proc.h"

MALLOC_DEFINE(M_PROCROWS, "procrows");

static void
row_process(struct proc *p, struct proc_row *row) NEEDS(proc_token)
{
	memset(row, 0, sizeof(*row));
	row->pid = p->p_pid;
	/* Its real parent's, while another traces it. */
	row->ppid = atomic_load(&p->p_oppid);
	if (row->ppid == 0)
		row->ppid = atomic_load(&p->p_ppid);
	row->pgid = atomic_load(&p->p_pgid);
	row->sid = atomic_load(&p->p_sid);
	row->uid = atomic_load(&p->p_uid);
	row->tid = -1;
	row->stat = (uint8_t)atomic_load(&p->p_stat);
	if (row->stat == SACTIVE && (p->p_flags & P_STOPPED))
		row->stat = SSTOP;
	row->xstat = row->stat == SZOMB ? (uint16_t)p->p_xstat : 0;
	row->cpu = -1;
	/* Without the scan's own. */
	row->holds = (int)(atomic_load(&p->p_lock) & PLOCK_COUNT) - 1;
	if (p->p_vmspace != NULL)
		row->rss_bytes = vmspace_resident(p->p_vmspace);
	strlcpy(row->comm, p->p_comm, sizeof(row->comm));
}

static void
row_thread(const struct lwp *lp, struct proc_row *row) NEEDS(proc_token)
{
	const struct thread *td = lp->lwp_thread;
	const char *wmesg = atomic_load(&td->td_wmesg);
	bool asleep = atomic_load(&td->td_wchan) != NULL;
	struct usage us = usage_of_lwp(lp);

	row->tid = lp->lwp_tid;
	row->lwpstat = lp->lwp_flags & LWP_WSTOP ? LWP_STAT_STOP :
	    asleep				 ? LWP_STAT_SLEEP :
						   LWP_STAT_RUN;
	row->cpu = atomic_load(&td->td_gd)->gd_cpuid;
	row->utime_us = cpu_cycles_to_ns(us.us_uticks) / NS_PER_US;
	row->stime_us = cpu_cycles_to_ns(us.us_sticks) / NS_PER_US;
	if (asleep && wmesg != NULL)
		strlcpy(row->wmesg, wmesg, sizeof(row->wmesg));
}

static void
row_dead(struct proc *p, struct proc_row *row) NEEDS(proc_token)
{
	row->utime_us = cpu_cycles_to_ns(p->p_ru.us_uticks) / NS_PER_US;
	row->stime_us = cpu_cycles_to_ns(p->p_ru.us_sticks) / NS_PER_US;
}

struct proc_row *
proc_rows(struct proc *p, int *np)
{
	struct proc_row *rows, whole;
	struct lwp *lp;
	int room, n = 0;

	proc_lock(p); /* sleeps */
	room = max(p->p_nthreads, 1);
	rows = kmalloc(sizeof(*rows) * (size_t)room, &M_PROCROWS, 0);
	if (rows != NULL) {
		row_process(p, &whole);
		usage_settle(p);
		RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
			if (n == room)
				break;
			rows[n] = whole;
			row_thread(lp, &rows[n++]);
		}
		/* Those that can be found: one that is counted in p_nthreads
		 * still may have left (its joiner may know). */
		for (int i = 0; i < n; i++)
			rows[i].nthreads = n;
		if (n == 0) {
			rows[n] = whole;
			row_dead(p, &rows[n++]);
		}
	}
	proc_unlock(p);
	*np = n;
	return rows;
}

void
proc_rows_free(struct proc_row *rows)
{
	kfree(rows, &M_PROCROWS);
}
