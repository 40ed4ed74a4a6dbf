/*
 * intr.c -- the threads behind device lines: see intr.h.
 *
 * All device lines interrupt the boot CPU, and their threads belong to it; so
 * il_pending needs a critical section and no lock.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/intr.h"
#include "kernel/lwkt/thread.h"

#define INTR_LINES 64

struct intr_line {
	void (*il_fn)(void *);	  /* STABLE */
	void *il_arg;		  /* STABLE */
	struct thread *il_thread; /* STABLE */
	bool il_pending;	  /* GUARDED(crit) */
};

static struct intr_line lines[INTR_LINES];

static void
intr_wait(struct intr_line *il)
{
	crit_enter();
	while (!il->il_pending)
		lwkt_block();
	il->il_pending = false;
	crit_exit();
}

static void
intr_thread(void *arg)
{
	struct intr_line *il = arg;

	for (;;) {
		intr_wait(il);
		il->il_fn(il->il_arg);
		cpu_intr_unmask((unsigned)(il - lines));
	}
}

int
intr_register(unsigned line, void (*fn)(void *), void *arg, const char *name)
{
	struct intr_line *il = &lines[line];
	int error;

	if (line >= INTR_LINES)
		return EINVAL;
	if (il->il_fn != NULL)
		return EBUSY;
	il->il_fn = fn;
	il->il_arg = arg;
	error = lwkt_create(intr_thread, il, &il->il_thread, TDF_INTTHREAD,
	    TDPRI_INT_MED, 0, name);
	if (error != 0)
		il->il_fn = NULL;
	else
		cpu_intr_unmask(line);
	return error;
}

void
intr_schedule(unsigned line)
{
	lines[line].il_pending = true;
	lwkt_schedule(lines[line].il_thread);
}
