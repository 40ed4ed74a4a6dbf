/*
 * quarantine.c -- freed objects and stacks wait here before they may be used
 * again, so that a late access still finds them free, and whose they were.
 *
 * First in, first out, one queue a CPU, in a critical section.  What has
 * waited long enough goes to its slab; magazines get objects from slabs alone
 * in such a build.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/slab.h"
#include "kernel/san/shadow.h"

#define OBJECTS_SHARE 32 /* of memory, one part, of all CPUs together */
#define STACKS 16	 /* of a CPU */
#define BATCH 16	 /* objects that leave at a time */

struct quarantine {
	struct record *qu_first, *qu_last; /* GUARDED(crit) objects */
	size_t qu_bytes;		   /* GUARDED(crit) */
	void *qu_stack[STACKS];		   /* GUARDED(crit) a ring */
	unsigned qu_next;		   /* GUARDED(crit) the oldest */
} __cachealigned;

static struct quarantine quarantines[MAXCPU];

static size_t
limit(void)
{
	return bootinfo.bi_mem_bytes / OBJECTS_SHARE / (size_t)ncpus;
}

/* Some of the oldest, while there are more than most bytes; how many. */
static int
take_old(struct quarantine *qu, struct record *old[BATCH], size_t most)
    NEEDS(crit)
{
	int n = 0;

	while (n < BATCH && qu->qu_bytes > most) {
		old[n] = qu->qu_first;
		qu->qu_first = old[n]->rc_next;
		qu->qu_bytes -= old[n]->rc_cache->oc_size;
		n++;
	}
	if (qu->qu_first == NULL)
		qu->qu_last = NULL;
	return n;
}

static void
give_back(struct record *old[BATCH], int n)
{
	for (int i = 0; i < n; i++) {
		void *obj = old[i]->rc_obj; /* slab.c may not read records */

		slab_give(old[i]->rc_cache, &obj, 1);
	}
}

void
quarantine_put(struct record *rc, size_t size)
{
	struct record *old[BATCH];
	struct quarantine *qu;
	int n;

	crit_enter();
	qu = &quarantines[mycpu->gd_cpuid];
	rc->rc_next = NULL;
	if (qu->qu_last != NULL)
		qu->qu_last->rc_next = rc;
	else
		qu->qu_first = rc;
	qu->qu_last = rc;
	qu->qu_bytes += size;
	n = take_old(qu, old, limit());
	crit_exit();
	give_back(old, n);
}

bool
kasan_reclaim(void)
{
	struct record *old[BATCH];
	bool any = false;
	int n;

	/* What fails on purpose is to be seen to fail. */
	if (atomic_load(&failpoint_armed))
		return false;
	do {
		crit_enter();
		n = take_old(&quarantines[mycpu->gd_cpuid], old, 0);
		crit_exit();
		give_back(old, n);
		any = any || n > 0;
	} while (n > 0);
	return any;
}

void *
quarantine_stack(struct record *rc)
{
	struct quarantine *qu;
	void *old;

	crit_enter();
	qu = &quarantines[mycpu->gd_cpuid];
	old = qu->qu_stack[qu->qu_next];
	qu->qu_stack[qu->qu_next] = rc->rc_obj;
	qu->qu_next = (qu->qu_next + 1) % STACKS;
	crit_exit();
	return old;
}
