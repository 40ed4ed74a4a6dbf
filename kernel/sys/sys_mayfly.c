/*
 * sys_mayfly.c -- Mayfly's own calls, for ps, the tests and the curious; and
 * reboot(2).
 *
 * Every list is copied out in pieces from a kernel buffer, row by row written
 * in full; the result is the number of rows there are, which may be more than
 * were asked for.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mayfly.h"
#include "kernel/abi/reboot.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/latency.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/proclist.h"
#include "kernel/proc/setcred.h"
#include "kernel/proc/ucred.h"
#include "kernel/sys/syscalls.h"

#define TRACE_MAX 4096

MALLOC_DEFINE(M_ROWS, "rows");

SYSCALL(reboot)
{
	int howto = (int)args[0];

	(void)rv;
	if (lwp_cred(lp)->cr_uid != 0) /* sleeps */
		return EPERM;
	latency_report();
	if (howto & RB_EXEC_STATUS)
		cpu_exit_emulator(howto & 0xff);
	if (howto == RB_POWEROFF)
		cpu_poweroff();
	if (howto == RB_AUTOBOOT)
		cpu_reset();
	return EINVAL;
}

struct proclist_out {
	struct proc_row *po_rows; /* user address */
	int64_t po_max, po_n;
	int po_error;
};

static bool
proclist_one(struct proc *p, void *arg)
{
	struct proclist_out *po = arg;
	struct proc_row *rows;
	int n;

	rows = proc_rows(p, &n); /* sleeps */
	if (rows == NULL) {
		po->po_error = ENOMEM;
		return false;
	}
	for (int i = 0; i < n && po->po_error == 0; i++, po->po_n++)
		if (po->po_n < po->po_max)
			po->po_error = copyout(&rows[i],
			    &po->po_rows[po->po_n], sizeof(*rows)); /* sleeps */
	proc_rows_free(rows);
	return po->po_error == 0;
}

SYSCALL(proclist)
{
	struct proclist_out po = { .po_rows = (void *)args[0],
		.po_max = (int64_t)args[1] };

	(void)lp;
	allproc_scan(proclist_one, &po); /* sleeps */
	*rv = po.po_n;
	return po.po_error;
}

SYSCALL(exittrace)
{
	int max = (int)min(args[2], (uint64_t)TRACE_MAX), n, error;
	struct exit_event *ev;

	(void)lp;
	ev = kmalloc(sizeof(*ev) * (size_t)(max + 1), &M_ROWS, M_ZERO);
	if (ev == NULL)
		return ENOMEM;
	*rv = exit_trace_read((int)args[0], ev, max, &n);
	error = copyout(ev, (void *)args[1],
	    sizeof(*ev) * (size_t)n); /* sleeps */
	kfree(ev, &M_ROWS);
	return error;
}

static int
copyout_stages(int table, struct exit_stage_row *urows, int max, int *np)
{
	bool threads = table == EXIT_TABLE_THREAD;
	const struct exit_stage *es = threads ? thread_stages : proc_stages;
	int n = threads ? n_thread_stages : n_proc_stages;

	for (int i = 0; i < n; i++, (*np)++) {
		struct exit_stage_row row;
		int error;

		if (*np >= max)
			continue;
		memset(&row, 0, sizeof(row));
		row.table = (uint16_t)table;
		row.index = (uint16_t)i;
		row.flags = es[i].es_fn == NULL;
		strlcpy(row.name, es[i].es_name, sizeof(row.name));
		strlcpy(row.reason, es[i].es_why, sizeof(row.reason));
		error = copyout(&row, &urows[*np], sizeof(row)); /* sleeps */
		if (error != 0)
			return error;
	}
	return 0;
}

SYSCALL(exitstages)
{
	struct exit_stage_row *urows = (void *)args[0];
	int max = (int)min(args[1], (uint64_t)INT32_MAX), n = 0, error;

	(void)lp;
	error = copyout_stages(EXIT_TABLE_PROC, urows, max, &n); /* sleeps */
	if (error == 0)
		error = copyout_stages(EXIT_TABLE_THREAD, urows, max,
		    &n); /* sleeps */
	*rv = n;
	return error;
}
