/*
 * test_callout.c -- functions that run later (spec 2.8).
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/test/ktest.h"

#define LONG_TIME (1000 * NS_PER_SEC)
#define NOW 0

static MALLOC_DEFINE(M_KTEST_CALLOUT, "ktest callout");

static uint32_t runs; /* ATOMIC */
static uint32_t order[8];
static struct callout co;

static void
note_order(void *arg)
{
	order[atomic_load(&runs) % nitems(order)] = (uint32_t)(uintptr_t)arg;
	atomic_add(&runs, 1);
}

/* The order is that of the deadlines, whatever the time between arming one
 * and the next. */
static void
test_callout_order(void)
{
	static const uint64_t delays_ms[] = { 23, 21, 25, 22, 20, 24 };
	struct callout c[nitems(delays_ms)];
	uint64_t last = 0;

	runs = 0;
	for (size_t i = 0; i < nitems(c); i++) {
		callout_init(&c[i]);
		callout_reset(&c[i], delays_ms[i] * NS_PER_MS, note_order,
		    (void *)i);
	}
	KT_WAIT(atomic_load(&runs) == nitems(c));
	for (size_t i = 0; i < nitems(c); i++) {
		KT_CHECK(c[order[i]].c_deadline > last);
		last = c[order[i]].c_deadline;
		KT_CHECK(!callout_stop_sync(&c[i])); /* sleeps */
	}
}
KTEST(callout_order, "2.8", test_callout_order);

static void
test_callout_stop(void)
{
	uint64_t start;

	runs = 0;
	callout_init(&co);
	KT_CHECK(!callout_stop(&co));
	KT_CHECK(!callout_stop_sync(&co)); /* sleeps */
	callout_reset(&co, LONG_TIME, note_order, NULL);
	KT_CHECK(callout_stop(&co));
	KT_CHECK(!callout_stop(&co));
	callout_reset(&co, LONG_TIME, note_order, NULL);
	KT_CHECK(callout_stop_sync(&co)); /* sleeps */
	/* A sooner time replaces a later one, and the other way round. */
	callout_reset(&co, LONG_TIME, note_order, NULL);
	callout_reset(&co, NOW, note_order, NULL);
	KT_WAIT(atomic_load(&runs) == 1);
	do {
		/* Unless the host has stopped the CPU in between. */
		runs = 1;
		start = cpu_uptime_ns();
		callout_reset(&co, NS_PER_MS, note_order, NULL);
		callout_reset(&co, UINT64_MAX, note_order, NULL);
	} while (cpu_uptime_ns() - start >= NS_PER_MS);
	tsleep(&runs, 0, "ktest", 2 * NS_PER_MS); /* sleeps */
	KT_EQUAL(runs, 1);
	KT_CHECK(callout_stop(&co));
}
KTEST(callout_stop, "2.8", test_callout_stop);

static uint32_t body_entered, body_leave, body_left; /* ATOMIC */
static uint32_t stopped;			     /* ATOMIC */

static void
slow_body(void *unused)
{
	uint64_t end = ktest_giveup();

	(void)unused;
	atomic_store(&body_entered, 1);
	while (atomic_load(&body_leave) == 0 && cpu_uptime_ns() < end)
		cpu_pause();
	atomic_store(&body_left, 1);
}

static void
arm_now(void *fn)
{
	callout_reset(&co, NOW, (void (*)(void *))fn, &co);
}

static void
stop_it(void *unused)
{
	(void)unused;
	KT_CHECK(!callout_stop_sync(&co)); /* sleeps */
	KT_EQUAL(atomic_load(&body_left), 1);
	atomic_store(&stopped, 1);
}

static void
test_callout_stop_waits(void)
{
	if (!ktest_needs_cpus(2))
		return;
	body_entered = body_leave = body_left = stopped = 0;
	callout_init(&co);
	ktest_spawn(arm_now, (void *)slow_body, TDPRI_KERN_USER, 1);
	if (!KT_WAIT(atomic_load(&body_entered) == 1))
		return;
	/* Stop alone does not wait. */
	KT_CHECK(!callout_stop(&co));
	KT_EQUAL(atomic_load(&body_left), 0);
	ktest_spawn(stop_it, NULL, TDPRI_KERN_USER, 0);
	KT_WAIT(atomic_load(&globaldata[1]->gd_callout_wanted));
	KT_EQUAL(atomic_load(&stopped), 0);
	atomic_store(&body_leave, 1);
	KT_WAIT(atomic_load(&stopped) == 1);
}
KTEST(callout_stop_waits, "2.8", test_callout_stop_waits);

/* Armed again while its body runs, it stays with that CPU. */
static void
test_callout_reset_while_running(void)
{
	if (!ktest_needs_cpus(2))
		return;
	body_entered = body_leave = body_left = runs = 0;
	callout_init(&co);
	ktest_spawn(arm_now, (void *)slow_body, TDPRI_KERN_USER, 1);
	if (!KT_WAIT(atomic_load(&body_entered) == 1))
		return;
	callout_reset(&co, NOW, note_order, NULL);
	KT_CHECK(co.c_gd == globaldata[1]);
	tsleep(&runs, 0, "ktest", NS_PER_MS); /* sleeps */
	KT_EQUAL(atomic_load(&runs), 0);
	atomic_store(&body_leave, 1);
	KT_WAIT(atomic_load(&runs) == 1);
	KT_EQUAL(atomic_load(&body_left), 1);
}
KTEST(callout_reset_while_running, "2.8", test_callout_reset_while_running);

static void
note_cpu(void *unused)
{
	(void)unused;
	atomic_store(&order[0], (uint32_t)mycpu->gd_cpuid + 1);
}

static void
test_callout_moves(void)
{
	callout_init(&co);
	for (int cpu = 0; cpu < ncpus; cpu++) {
		order[0] = 0;
		callout_reset(&co, LONG_TIME, note_order, NULL);
		ktest_spawn(arm_now, (void *)note_cpu, TDPRI_KERN_USER, cpu);
		KT_WAIT(atomic_load(&order[0]) != 0);
		KT_EQUAL(order[0], cpu + 1);
	}
	KT_CHECK(!callout_stop(&co));
}
KTEST(callout_moves, "2.8", test_callout_moves);

static void
arm_again(void *arg)
{
	atomic_add(&runs, 1);
	callout_reset(arg, 10 * NS_PER_US, arm_again, arg);
}

static void
test_callout_rearm(void)
{
	uint32_t n;

	runs = 0;
	callout_init(&co);
	ktest_spawn(arm_now, (void *)arm_again, TDPRI_KERN_USER, ncpus - 1);
	KT_WAIT(atomic_load(&runs) >= 20);
	KT_CHECK(callout_stop_sync(&co)); /* sleeps */
	n = atomic_load(&runs);
	tsleep(&runs, 0, "ktest", NS_PER_MS); /* sleeps */
	KT_EQUAL(atomic_load(&runs), n);
}
KTEST(callout_rearm, "2.8", test_callout_rearm);

static void
free_itself(void *arg)
{
	memset(arg, 0x5a, sizeof(struct callout));
	kfree(arg, &M_KTEST_CALLOUT);
	atomic_add(&runs, 1);
}

static void
arm_and_forget(void *unused)
{
	(void)unused;
	for (int i = 0; i < 100; i++) {
		struct callout *c = kmalloc(sizeof(*c), &M_KTEST_CALLOUT, 0);

		if (!KT_CHECK(c != NULL))
			return;
		callout_init(c);
		callout_reset(c, (uint64_t)(i % 10) * NS_PER_US, free_itself,
		    c);
	}
}

static void
test_callout_freed_by_body(void)
{
	runs = 0;
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(arm_and_forget, NULL, TDPRI_KERN_USER, i);
	KT_WAIT(atomic_load(&runs) == 100 * (uint32_t)ncpus);
}
KTEST(callout_freed_by_body, "2.8", test_callout_freed_by_body);

#define SHARED 3

static struct callout shared[SHARED];
static uint32_t inside[SHARED]; /* ATOMIC bodies under way */

static void
shared_body(void *arg)
{
	struct callout *c = arg;
	uint32_t *in = &inside[c - shared];

	KT_EQUAL(atomic_addfetch(in, 1), 1);
	for (int i = 0; i < 50; i++)
		cpu_pause();
	atomic_sub(in, 1);
}

/* Everybody arms and stops the same callouts. */
static void
meddle(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg + 1;

	for (int i = 0; i < 1500; i++) {
		struct callout *c;

		seed = seed * 1664525 + 1013904223;
		c = &shared[(seed >> 8) % SHARED];
		switch (seed >> 28 & 3) {
		case 0:
			callout_stop(c);
			break;
		case 1:
			callout_stop_sync(c); /* sleeps */
			break;
		default:
			callout_reset(c, (seed >> 16 & 31) * NS_PER_US,
			    shared_body, c);
		}
		if (i % 64 == 0)
			lwkt_yield(); /* sleeps */
	}
}

static void
test_callout_meddling(void)
{
	for (int i = 0; i < SHARED; i++)
		callout_init(&shared[i]);
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(meddle, (void *)(uintptr_t)i, TDPRI_KERN_USER, i);
	ktest_join(); /* sleeps */
	for (int i = 0; i < SHARED; i++) {
		callout_stop_sync(&shared[i]); /* sleeps */
		KT_EQUAL(inside[i], 0);
	}
	for (int i = 0; i < ncpus; i++)
		KT_WAIT(globaldata[i]->gd_callout_running == NULL);
}
KTEST(callout_meddling, "2.8", test_callout_meddling);

/* With nothing armed, the timer of a CPU stays silent. */
static void
test_callout_idle_cpu(void)
{
	struct globaldata *gd = globaldata[ncpus - 1];
	uint64_t timers;

	if (!ktest_needs_cpus(2))
		return;
	order[0] = 0;
	callout_init(&co);
	ktest_spawn(arm_now, (void *)note_cpu, TDPRI_KERN_USER, ncpus - 1);
	KT_WAIT(atomic_load(&order[0]) == (uint32_t)ncpus);
	/* What was stopped from elsewhere may still come once. */
	KT_WAIT(atomic_load(&gd->gd_timer_deadline) == 0 ||
	    atomic_load(&gd->gd_timer_deadline) >
	    cpu_uptime_ns() + NS_PER_SEC);
	timers = atomic_load(&gd->gd_cnt_timer);
	tsleep(&runs, 0, "ktest", 50 * NS_PER_MS); /* sleeps */
	KT_EQUAL(atomic_load(&gd->gd_cnt_timer), timers);
}
KTEST(callout_idle_cpu, "B boot, 2.8", test_callout_idle_cpu);
