/*
 * eventhandler.c -- lists of handlers, walked while handlers come and go
 * (spec 2.40, D23).
 *
 * The token of a list guards its entries and is not held while a handler
 * runs, so that handlers may sleep and several CPUs may be in the same
 * handler.  What keeps the walk safe is ee_running: an entry on which a call
 * is under way stays linked, so its successor can be read from it afterwards.
 * A handler that is taken out is first marked dead (no new call), and unlinked
 * when the last call under way has ended.
 *
 * Entry points: eventhandler_register, _deregister, _invoke.  Thread context.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/eventhandler.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/mem/kmalloc.h"

static MALLOC_DEFINE(M_EVENTHANDLER, "eventhandler");

struct eventhandler_entry *
eventhandler_register(struct eventhandler_list *el, eventhandler_fn *fn,
    void *arg, int priority)
{
	struct eventhandler_entry *ee, *at;

	ee = kmalloc(sizeof(*ee), &M_EVENTHANDLER, M_ZERO);
	if (ee == NULL)
		return NULL;
	ee->ee_fn = fn;
	ee->ee_arg = arg;
	ee->ee_priority = priority;
	lwkt_gettoken(&el->el_token);
	TAILQ_FOREACH(at, &el->el_entries, ee_link)
		if (at->ee_priority > priority)
			break;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, ee, ee_link);
	else
		TAILQ_INSERT_TAIL(&el->el_entries, ee, ee_link);
	lwkt_reltoken(&el->el_token);
	return ee;
}

void
eventhandler_deregister(struct eventhandler_list *el,
    struct eventhandler_entry *ee)
{
	lwkt_gettoken(&el->el_token);
	KASSERT(!ee->ee_dead, "%s: a handler is taken out twice", el->el_name);
	ee->ee_dead = true;
	while (ee->ee_running > 0)
		tsleep(ee, 0, "evhdlr", 0); /* sleeps */
	TAILQ_REMOVE(&el->el_entries, ee, ee_link);
	lwkt_reltoken(&el->el_token);
	kfree(ee, &M_EVENTHANDLER);
}

/* One call.  The token is held on entry and return, not in between. */
static void
eventhandler_call(struct eventhandler_list *el, struct eventhandler_entry *ee,
    void *event)
{
	ee->ee_running++;
	lwkt_reltoken(&el->el_token);
	ee->ee_fn(ee->ee_arg, event);
	lwkt_gettoken(&el->el_token);
	/* WAKES: whoever takes the handler out.  It needs the token to go on,
	 * so ee stays until we have moved to the next entry. */
	if (--ee->ee_running == 0 && ee->ee_dead)
		wakeup(ee);
}

void
eventhandler_invoke(struct eventhandler_list *el, void *event)
{
	struct eventhandler_entry *ee;

	/* RACE: a handler that is registered right now may miss this event,
	 * as it would if it had come a moment later. */
	if (atomic_load(&el->el_entries.tqh_first) == NULL)
		return;
	lwkt_gettoken(&el->el_token);
	TAILQ_FOREACH(ee, &el->el_entries, ee_link)
		if (!ee->ee_dead)
			eventhandler_call(el, ee, event);
	lwkt_reltoken(&el->el_token);
}
