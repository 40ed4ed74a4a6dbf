/*
 * exit_trace.c -- which stage was walked when: a ring of events per CPU.
 *
 * Written in a critical section of the CPU that owns it; read by
 * exittrace(2) from anywhere, which takes what it finds: an event that is
 * overwritten while it is read is dropped by its sequence number.  A build
 * without self-checks traces only when the kernel's argument "trace" asks for
 * it.
 */
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"

#define TRACE_EVENTS 512 /* a power of two */

MALLOC_DEFINE(M_EXITTRACE, "exittrace");

struct trace_slot {
	uint64_t ts_seq; /* ATOMIC 0 while it is written */
	uint64_t ts_cycles; /* GUARDED(crit) */
	int ts_pid, ts_tid; /* GUARDED(crit) */
	uint16_t ts_table, ts_stage; /* GUARDED(crit) */
};

struct trace_ring {
	uint64_t tr_next; /* ATOMIC written in a critical section */
	struct trace_slot tr_slots[TRACE_EVENTS]; /* GUARDED(crit) */
};

static struct trace_ring *rings[MAXCPU]; /* STABLE */
bool exit_tracing;

#ifdef INVARIANTS
#define ALWAYS 1
#else
#define ALWAYS 0
#endif

static void
exit_trace_init(void)
{
	exit_tracing = ALWAYS || cmdline_get("trace") != NULL;
	if (!exit_tracing)
		return;
	for (int i = 0; i < ncpus; i++) {
		rings[i] = kmalloc(sizeof(*rings[i]), &M_EXITTRACE, M_ZERO);
		KASSERT(rings[i] != NULL, "no memory for the exit trace");
		rings[i]->tr_next = 1;
	}
}
SYSINIT(exit_trace, SI_SUB_CONFIGURE, SI_ORDER_FIRST, exit_trace_init);

void
exit_trace(struct lwp *lp, int table, int stage)
{
	struct trace_ring *tr;
	struct trace_slot *ts;

	crit_enter();
	tr = rings[mycpu->gd_cpuid];
	ts = &tr->tr_slots[tr->tr_next % TRACE_EVENTS];
	atomic_store(&ts->ts_seq, 0);
	compiler_fence();
	ts->ts_cycles = cpu_cycles();
	ts->ts_pid = lp->lwp_proc->p_pid;
	ts->ts_tid = lp->lwp_tid;
	ts->ts_table = (uint16_t)table;
	ts->ts_stage = (uint16_t)stage;
	atomic_store_rel(&ts->ts_seq, tr->tr_next);
	atomic_store(&tr->tr_next, tr->tr_next + 1);
	crit_exit();
}

/* Copies a slot if it holds a whole event of pid (-1: any). */
static bool
slot_read(const struct trace_slot *ts, int pid, struct exit_event *ev)
{
	uint64_t seq = atomic_load_acq(&ts->ts_seq);

	if (seq == 0 || (pid != -1 && ts->ts_pid != pid))
		return false;
	ev->when_ns = cpu_cycles_to_ns(ts->ts_cycles);
	ev->pid = ts->ts_pid;
	ev->tid = ts->ts_tid;
	ev->table = ts->ts_table;
	ev->stage = ts->ts_stage;
	compiler_fence();
	return atomic_load(&ts->ts_seq) == seq;
}

/* Puts an event in its place among the n newest-first ones of ev, which has
 * room for max: the newest stay. */
static int
insert_event(struct exit_event *ev, int n, int max,
    const struct exit_event *one)
{
	int at;

	if (n == max) {
		if (n == 0 || one->when_ns <= ev[n - 1].when_ns)
			return n;
		n--;
	}
	for (at = n; at > 0 && ev[at - 1].when_ns < one->when_ns; at--)
		ev[at] = ev[at - 1];
	ev[at] = *one;
	return n + 1;
}

static void
reverse_events(struct exit_event *ev, int n)
{
	for (int i = 0; i < n / 2; i++) {
		struct exit_event one = ev[i];

		ev[i] = ev[n - 1 - i];
		ev[n - 1 - i] = one;
	}
}

/* A ring is walked from its newest event back: those that come too late in
 * the walk to be among the newest move nothing. */
int
exit_trace_read(int pid, struct exit_event *ev, int max, int *storedp)
{
	int found = 0, n = 0;

	for (int cpu = 0; exit_tracing && cpu < ncpus; cpu++) {
		const struct trace_ring *tr = rings[cpu];
		uint64_t next = atomic_load(&tr->tr_next);

		for (int i = 1; i <= TRACE_EVENTS; i++) {
			struct exit_event one;

			if (!slot_read(&tr->tr_slots[(next - (unsigned)i) %
				TRACE_EVENTS], pid, &one))
				continue;
			one.cpu = (uint32_t)cpu;
			n = insert_event(ev, n, max, &one);
			found++;
		}
	}
	reverse_events(ev, n);
	*storedp = n;
	return found;
}
