/*
 * eventhandler.h -- lists of functions that are called when something happens
 * (spec 2.40).  A list is a static object, found by the linker and not by a
 * comparison of names (D24).
 */
#pragma once

#include <sys/queue.h>
#include "kernel/lockcheck.h"
#include "kernel/lwkt/token.h"

#define EVENTHANDLER_PRI_FIRST 0
#define EVENTHANDLER_PRI_ANY 10000
#define EVENTHANDLER_PRI_LAST 20000

typedef void eventhandler_fn(void *arg, void *event);

struct eventhandler_entry {
	TAILQ_ENTRY(eventhandler_entry) ee_link; /* GUARDED(list_token) */
	eventhandler_fn *ee_fn;			 /* STABLE */
	void *ee_arg;				 /* STABLE */
	int ee_priority;			 /* STABLE lower runs first */
	int ee_running;				 /* GUARDED(list_token) calls
						    under way */
	bool ee_dead;				 /* GUARDED(list_token) */
};

struct eventhandler_list {
	struct lwkt_token el_token;		   /* SELF */
	TAILQ_HEAD(, eventhandler_entry) el_entries; /* GUARDED(list_token) */
	const char *el_name;			   /* STABLE */
};

#define EVENTHANDLER_LIST(var, name)                                           \
	struct eventhandler_list var = { TOKEN_INITIALIZER(name),              \
		TAILQ_HEAD_INITIALIZER(var.el_entries), name }

/* NULL without memory.  Equal priorities run in the order of registration. */
struct eventhandler_entry *eventhandler_register(struct eventhandler_list *el,
    eventhandler_fn *fn, void *arg, int priority);
/* On return no call of it runs any more.  Not from the handler itself. */
void eventhandler_deregister(struct eventhandler_list *el,
    struct eventhandler_entry *ee) SLEEPS;
/* Calls every handler, in order, with (its argument, event). */
void eventhandler_invoke(struct eventhandler_list *el, void *event) SLEEPS;
