/*
 * hooks.c -- functions that other parts of the kernel have called at every
 * exit: the event process_exit (by priority) and the list of at_exit() (first
 * in, first out).  Both run once a process, on its last thread, with files
 * and memory still there (spec 2.40, 2.41).
 *
 * A walk may sleep in a hook: the list is walked by the event handlers' own
 * rules, which let no entry be freed under a walk (D23).
 */
#include "kernel/abi/errno.h"
#include "kernel/lwkt/eventhandler.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"

EVENTHANDLER_LIST(process_exit_list, "process_exit");
static EVENTHANDLER_LIST(at_exit_list, "at_exit");

/* Serialises at_exit() and rm_at_exit(), for they look and then change. */
static struct lwkt_token at_exit_token = TOKEN_INITIALIZER("at_exit");

/* An at_exit function takes the thread alone; the handler's argument is the
 * function. */
static void
call_hook(void *fn, void *td)
{
	((exitlist_fn *)fn)(td);
}

static struct eventhandler_entry *
find_hook(exitlist_fn *fn)
{
	struct eventhandler_entry *ee;

	lwkt_gettoken(&at_exit_list.el_token);
	TAILQ_FOREACH(ee, &at_exit_list.el_entries, ee_link)
		if (ee->ee_arg == (void *)fn && !ee->ee_dead)
			break;
	lwkt_reltoken(&at_exit_list.el_token);
	return ee;
}

int
at_exit(exitlist_fn *fn)
{
	int error = 0;

	lwkt_gettoken(&at_exit_token);
	if (find_hook(fn) != NULL)
		error = EEXIST;
	else if (eventhandler_register(&at_exit_list, call_hook, (void *)fn,
		     EVENTHANDLER_PRI_ANY) == NULL)
		error = ENOMEM;
	lwkt_reltoken(&at_exit_token);
	return error;
}

int
rm_at_exit(exitlist_fn *fn)
{
	struct eventhandler_entry *ee;

	lwkt_gettoken(&at_exit_token);
	ee = find_hook(fn);
	if (ee != NULL)
		eventhandler_deregister(&at_exit_list, ee); /* sleeps */
	lwkt_reltoken(&at_exit_token);
	return ee != NULL;
}

void
exit_event_handlers(struct lwp *lp)
{
	eventhandler_invoke(&process_exit_list, lp->lwp_proc); /* sleeps */
}

void
exit_hooks(struct lwp *lp)
{
	eventhandler_invoke(&at_exit_list, lp->lwp_thread); /* sleeps */
}
