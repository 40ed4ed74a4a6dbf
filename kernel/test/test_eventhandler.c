/*
 * test_eventhandler.c -- event handlers (spec 2.40, D23), and the order of
 * the start-up functions (spec 2.42).
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/eventhandler.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/test/ktest.h"

static EVENTHANDLER_LIST(ktest_event, "ktest");

static int journal[16];
static int journal_n;

static void
note_handler(void *arg, void *event)
{
	(*(int *)event)++;
	journal[journal_n++ % 16] = (int)(uintptr_t)arg;
}

static void
test_event_order(void)
{
	static const int pri[] = { EVENTHANDLER_PRI_ANY, EVENTHANDLER_PRI_LAST,
		EVENTHANDLER_PRI_FIRST, EVENTHANDLER_PRI_ANY, 5000 };
	static const int want[] = { 2, 4, 0, 3, 1 };
	struct eventhandler_entry *ee[nitems(pri)];
	int calls = 0;

	journal_n = 0;
	eventhandler_invoke(&ktest_event, &calls); /* sleeps */
	KT_EQUAL(calls, 0);
	for (size_t i = 0; i < nitems(pri); i++)
		ee[i] = eventhandler_register(&ktest_event, note_handler,
		    (void *)i, pri[i]);
	eventhandler_invoke(&ktest_event, &calls); /* sleeps */
	KT_EQUAL(calls, nitems(pri));
	for (size_t i = 0; i < nitems(pri); i++)
		KT_EQUAL(journal[i], want[i]);
	for (size_t i = 0; i < nitems(pri); i++)
		eventhandler_deregister(&ktest_event, ee[i]); /* sleeps */
	eventhandler_invoke(&ktest_event, &calls); /* sleeps */
	KT_EQUAL(calls, nitems(pri));
}
KTEST(event_priority_order, "2.40 t2", test_event_order);

static uint32_t entered, leave, left, after, gone; /* ATOMIC */
static struct eventhandler_entry *slow_entry;

static void
slow_handler(void *arg, void *event)
{
	(void)arg;
	(void)event;
	atomic_add(&entered, 1);
	KT_WAIT(atomic_load(&leave) != 0);
	atomic_add(&left, 1);
}

static void
count_after(void *arg, void *event)
{
	(void)arg;
	(void)event;
	atomic_add(&after, 1);
}

static void
invoke_it(void *unused)
{
	(void)unused;
	eventhandler_invoke(&ktest_event, NULL); /* sleeps */
}

static void
deregister_it(void *unused)
{
	(void)unused;
	eventhandler_deregister(&ktest_event, slow_entry); /* sleeps */
	KT_EQUAL(atomic_load(&left), 2);
	atomic_store(&gone, 1);
}

/* Two calls are under way, asleep; the walks go on behind the entry. */
static void
test_event_deregister_waits(void)
{
	struct eventhandler_entry *last;

	entered = leave = left = after = gone = 0;
	slow_entry = eventhandler_register(&ktest_event, slow_handler, NULL,
	    EVENTHANDLER_PRI_FIRST);
	last = eventhandler_register(&ktest_event, count_after, NULL,
	    EVENTHANDLER_PRI_LAST);
	ktest_spawn(invoke_it, NULL, TDPRI_KERN_USER, 0);
	ktest_spawn(invoke_it, NULL, TDPRI_KERN_USER, ncpus - 1);
	KT_WAIT(atomic_load(&entered) == 2);
	ktest_spawn(deregister_it, NULL, TDPRI_KERN_USER, ncpus / 2);
	KT_WAIT(atomic_load(&slow_entry->ee_dead));
	/* Dead: no new call, but the rest of the list. */
	eventhandler_invoke(&ktest_event, NULL); /* sleeps */
	KT_EQUAL(atomic_load(&entered), 2);
	KT_EQUAL(atomic_load(&after), 1);
	KT_EQUAL(atomic_load(&gone), 0);
	atomic_store(&leave, 1);
	ktest_join(); /* sleeps */
	KT_EQUAL(gone, 1);
	KT_EQUAL(after, 3);
	eventhandler_deregister(&ktest_event, last); /* sleeps */
}
KTEST(event_deregister_waits, "2.40 t4, D23", test_event_deregister_waits);

static void
brief_handler(void *arg, void *event)
{
	(void)event;
	if (*(uint32_t *)arg != 1)
		KT_CHECK(!"a handler runs that has been taken out");
	if (mycpu->gd_cpuid % 2)
		lwkt_yield(); /* sleeps */
}

/* A handler's argument is on the registrant's stack: it is 1 as long as the
 * handler is on the list. */
static void
come_and_go(void *unused)
{
	(void)unused;
	for (int i = 0; i < 100; i++) {
		uint32_t alive = 1;
		struct eventhandler_entry *ee = eventhandler_register(
		    &ktest_event, brief_handler, &alive, i % 7);

		lwkt_yield(); /* sleeps */
		eventhandler_deregister(&ktest_event, ee); /* sleeps */
		atomic_store(&alive, 0);
	}
}

static void
invoke_often(void *unused)
{
	(void)unused;
	for (int i = 0; i < 300; i++) {
		eventhandler_invoke(&ktest_event, NULL); /* sleeps */
		lwkt_yield(); /* sleeps */
	}
}

static void
test_event_storm(void)
{
	for (int i = 0; i < ncpus; i++) {
		ktest_spawn(come_and_go, NULL, TDPRI_KERN_USER, i);
		ktest_spawn(invoke_often, NULL, TDPRI_KERN_USER, i);
	}
	ktest_join(); /* sleeps */
	KT_CHECK(TAILQ_EMPTY(&ktest_event.el_entries));
}
KTEST(event_storm, "2.40 t4, D23", test_event_storm);

/* These run at boot, whether or not tests are wanted. */
static char start_order[8];
static int start_order_n;

static void
start_note(char c)
{
	if (start_order_n < 7)
		start_order[start_order_n++] = c;
}

static void
start_c(void)
{
	start_note('c');
}
SYSINIT(ktest_c, SI_SUB_CONFIGURE, SI_ORDER_MIDDLE, start_c);

static void
start_a(void)
{
	start_note('a');
}
SYSINIT(ktest_a, SI_SUB_DRIVERS, SI_ORDER_ANY, start_a);

static void
start_d(void)
{
	start_note('d');
}
SYSINIT(ktest_d, SI_SUB_VFS, SI_ORDER_FIRST, start_d);

static void
start_b(void)
{
	start_note('b');
}
SYSINIT(ktest_b, SI_SUB_CONFIGURE, SI_ORDER_SECOND, start_b);

static void
test_sysinit_order(void)
{
	KT_CHECK(strcmp(start_order, "abcd") == 0);
	for (int i = 0; i < ncpus; i++) {
		KT_CHECK(globaldata[i]->gd_softclock != NULL);
		KT_CHECK(globaldata[i]->gd_taskqueue != NULL);
		KT_CHECK(globaldata[i]->gd_ipiq != NULL);
	}
}
KTEST(sysinit_order, "2.42 t1 t3", test_sysinit_order);
