/*
 * exit_stages.c -- THE table: what a process and a thread let go of, in which
 * order, and why there.
 *
 * What a stage may rely on is what stands below it in the list: it has not
 * been let go of yet.  What stands above is gone.  A stage that sleeps must
 * look again at what it knew; from the process's second stage on there is no
 * other thread of the process that could change anything.
 *
 * A comment line marks the place of a subsystem that is not built yet.
 */
#include "kernel/proc/exit.h"
#include "kernel/ipc/knote.h"
#include "kernel/ipc/poll.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/jobs.h"

const struct exit_stage proc_stages[] = {
	{ "siblings", exit_kill_siblings,
	    "first: the other threads use everything below (O2)" },
	/* asynchronous I/O: its jobs hold files and user pages (O3) */
	{ "peers", exit_wait_peers,
	    "a leader outlives its peers, who share its locks (O4)" },
	{ "debugger", exit_debugger,
	    "may stop the process here, where all is still to be seen (O5)" },
	{ "handlers", exit_event_handlers,
	    "may change the status, and look at files and memory (O6)" },
	{ "hooks", exit_hooks, "may look at files and memory (O6)" },
	/* profiling: its buffer is user memory */
	{ "signals", exit_drop_signals,
	    "none is acted on any more; none may be left for a zombie" },
	{ "timers", exit_itimers,
	    "their callouts use the process; as a zombie it has none (O7)" },
	{ "owners", exit_owners,
	    "SIGIO must not find the next process of that number (O8)" },
	{ "files", exit_close_files,
	    "after the peers, who may share them; before leaving them (O9)" },
	{ "leave peers", exit_leave_peers,
	    "after the files, whose locks belong to the leader (O9)" },
	/* semaphore undo: names the process (O10); upcalls; vkernel (O11) */
	{ "joiner", lwp_exit_joiner,
	    "the last thread's word may be in memory that others share" },
	{ "memory", exit_memory,
	    "nobody above needs user memory any more; the shell stays (O12)" },
	{ "vfork", exit_release_vfork,
	    "after the memory, which was the parent's too (O16)" },
	{ "terminal", exit_terminal,
	    "own files are closed: what it revokes is others' (O13)" },
	{ "job control", exit_jobs,
	    "after the terminal; looks at children, which go soon (O14)" },
	/* accounting: before the limits (O15); ktrace */
	{ "reaper", exit_sysreaper,
	    "before the children go, who must go to another" },
	{ "publish", exit_publish,
	    "the zombie is there before anybody is told of it (O17)" },
	{ "orphans", exit_orphan_children,
	    "as a zombie it gets no more; before the parent is told (O18)" },
	{ "knotes", exit_knotes,
	    "as a zombie it gets no more; before it can be freed (O20)" },
	{ "tell", exit_tell_parent,
	    "after all that the parent may ask about" },
	{ "limits", exit_limits, "last: other stages may be limited by them" },
};
const int n_proc_stages = nitems(proc_stages);

const struct exit_stage thread_stages[] = {
	/* caps endpoints; vkernel context: the thread's own */
	{ "select", exit_select, "the thread's own, which nobody else knows" },
	{ "leave", lwp_exit_leave,
	    "nobody finds it any more; what it used is the process's (O19)" },
	{ "joiner", lwp_exit_joiner,
	    "after leaving: who sees the word must not find the tid (D12)" },
	{ "cred", lwp_exit_cred, "no call that could need it follows" },
	{ "scheduler", lwp_exit_scheduler,
	    "last: the CPU goes to the next; only the count is left" },
};
const int n_thread_stages = nitems(thread_stages);

void
exit_walk(struct lwp *lp, int table)
{
	bool threads = table == EXIT_TABLE_THREAD, tracing = exit_tracing;
	const struct exit_stage *first = threads ? thread_stages : proc_stages;
	const struct exit_stage *end =
	    first + (threads ? n_thread_stages : n_proc_stages);

	for (const struct exit_stage *es = first; es < end; es++) {
		if (es->es_fn == NULL)
			continue;
		if (unlikely(tracing))
			exit_trace(lp, table, (int)(es - first));
		es->es_fn(lp);
	}
}
