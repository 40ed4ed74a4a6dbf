/*
 * test_preempt.c -- critical sections, and interrupt threads that take the
 * CPU and give it back (spec 2.1).
 *
 * The runner (TDPRI_KERN_USER, CPU 0) is the one that is preempted.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/test/ktest.h"

static uint32_t seen;		  /* ATOMIC */
static uint32_t sent;		  /* ATOMIC */
static struct thread *runner;	  /* STABLE during a test */
static struct lwkt_token the_token = TOKEN_INITIALIZER("ktest");

static void
set_flag(void *flag, int unused)
{
	(void)unused;
	atomic_add((uint32_t *)flag, 1);
}

static void
send_to_cpu0(void *unused)
{
	(void)unused;
	lwkt_send_ipiq(globaldata[0], set_flag, &seen, 0);
	atomic_add(&sent, 1);
}

/* Spins without leaving the critical section. */
static bool
crit_wait(const uint32_t *word, uint32_t bits)
{
	uint64_t end = ktest_giveup();

	while (!(atomic_load(word) & bits) && cpu_uptime_ns() < end)
		cpu_pause();
	return atomic_load(word) & bits;
}

static void
inner_section(void)
{
	crit_enter();
	KT_CHECK(crit_wait(&sent, 1));
	KT_CHECK(crit_wait(&mycpu->gd_reqflags, RQF_IPIQ));
	KT_EQUAL(atomic_load(&seen), 0);
	crit_exit();
}

static void
test_crit_defers_message(void)
{
	if (!ktest_needs_cpus(2))
		return;
	seen = sent = 0;
	crit_enter();
	ktest_spawn(send_to_cpu0, NULL, TDPRI_KERN_USER, 1);
	inner_section();
	KT_EQUAL(atomic_load(&seen), 0);
	crit_exit();
	KT_EQUAL(atomic_load(&seen), 1);
}
KTEST(crit_defers_message, "2.1 2.2", test_crit_defers_message);

static void
callout_flag(void *flag)
{
	atomic_add((uint32_t *)flag, 1);
}

/* The end of the section runs the timer, which schedules softclock, which
 * preempts: all that before the next line. */
static void
test_crit_defers_timer(void)
{
	struct callout c;

	seen = 0;
	callout_init(&c);
	crit_enter();
	callout_reset(&c, 50 * NS_PER_US, callout_flag, &seen);
	KT_CHECK(crit_wait(&mycpu->gd_reqflags, RQF_TIMER));
	KT_EQUAL(atomic_load(&seen), 0);
	crit_exit();
	KT_WAIT(atomic_load(&seen) == 1);
	callout_stop_sync(&c); /* sleeps */
}
KTEST(crit_defers_timer, "2.1 2.8", test_crit_defers_timer);

/* On top of the runner: looks at both sides, then blocks. */
static void
preempting_thread(void *arg)
{
	struct thread *td = curthread;

	KT_CHECK(td->td_preempted == runner);
	KT_CHECK(runner->td_flags & TDF_PREEMPT_LOCK);
	KT_CHECK(!(runner->td_flags & (TDF_RUNNING | TDF_PREEMPT_DONE)));
	KT_CHECK(runner->td_flags & TDF_RUNQ);
	atomic_add(&seen, 1);
	tsleep_interlock(arg, 0);
	tsleep(arg, PINTERLOCKED, "preempt", 0); /* sleeps */
	atomic_add(&seen, 1);
}

static void
test_preempt_and_give_back(void)
{
	uint64_t preemptions = mycpu->gd_cnt_preempt;

	seen = sent = 0;
	runner = curthread;
	/* Better than the runner, but no interrupt thread: it must wait, also
	 * when the preemption ends. */
	ktest_spawn(send_to_cpu0, NULL, TDPRI_SOFT_NORM, 0);
	ktest_spawn_flags(preempting_thread, &sent, TDF_INTTHREAD,
	    TDPRI_INT_LOW, 0);
	KT_EQUAL(atomic_load(&seen), 1);
	KT_EQUAL(atomic_load(&sent), 0);
	KT_CHECK(mycpu->gd_cnt_preempt > preemptions);
	KT_CHECK(!(runner->td_flags & (TDF_PREEMPT_LOCK | TDF_PREEMPT_DONE)));
	KT_CHECK(runner->td_flags & TDF_RUNNING);
	/* Woken, it preempts again, and ends while it does. */
	wakeup(&sent);
	KT_EQUAL(atomic_load(&seen), 2);
	ktest_join(); /* sleeps */
	KT_EQUAL(atomic_load(&sent), 1);
}
KTEST(preempt_and_give_back, "2.1 2.42", test_preempt_and_give_back);

static void
note_preempted(void *unused)
{
	(void)unused;
	KT_CHECK(curthread->td_preempted == runner);
	atomic_add(&seen, 1);
}

/* Ends on top of the runner, which goes on. */
static void
test_preempt_waits_for_crit(void)
{
	seen = 0;
	runner = curthread;
	crit_enter();
	ktest_spawn_flags(note_preempted, NULL, TDF_INTTHREAD, TDPRI_INT_LOW,
	    0);
	KT_EQUAL(atomic_load(&seen), 0);
	crit_exit();
	KT_EQUAL(atomic_load(&seen), 1);
}
KTEST(preempt_waits_for_crit, "2.1", test_preempt_waits_for_crit);

static void
note_order(void *arg)
{
	KT_CHECK(curthread->td_preempted == NULL);
	KT_EQUAL(atomic_addfetch(&seen, 1), (uintptr_t)arg);
}

/* A thread that may not preempt keeps its place before one of lower priority
 * that may. */
static void
test_preempt_not_past_a_better(void)
{
	seen = 0;
	ktest_spawn(note_order, (void *)1, TDPRI_INT_SUPPORT, 0);
	ktest_spawn_flags(note_order, (void *)2, TDF_INTTHREAD,
	    TDPRI_SOFT_NORM, 0);
	KT_EQUAL(atomic_load(&seen), 0);
	ktest_join(); /* sleeps */
	KT_EQUAL(atomic_load(&seen), 2);
}
KTEST(preempt_not_past_a_better, "2.1", test_preempt_not_past_a_better);

static void
inner_interrupt(void *arg)
{
	KT_CHECK(curthread->td_preempted == arg);
	atomic_add(&seen, 1);
}

static void
outer_interrupt(void *unused)
{
	(void)unused;
	KT_CHECK(curthread->td_preempted == runner);
	/* Worse, or no better: waits. */
	ktest_spawn_flags(callout_flag, &sent, TDF_INTTHREAD, TDPRI_INT_LOW, 0);
	KT_EQUAL(atomic_load(&sent), 0);
	ktest_spawn_flags(inner_interrupt, curthread, TDF_INTTHREAD,
	    TDPRI_INT_HIGH, 0);
	KT_EQUAL(atomic_load(&seen), 1);
	atomic_add(&seen, 1);
}

static void
test_preempt_nests(void)
{
	seen = sent = 0;
	runner = curthread;
	ktest_spawn_flags(outer_interrupt, NULL, TDF_INTTHREAD, TDPRI_INT_MED,
	    0);
	KT_EQUAL(atomic_load(&seen), 2);
	/* What had to wait for an interrupt thread preempts the runner. */
	KT_EQUAL(atomic_load(&sent), 1);
	ktest_join(); /* sleeps */
}
KTEST(preempt_nests, "2.1", test_preempt_nests);

static void
wants_the_token(void *unused)
{
	(void)unused;
	KT_CHECK(!lwkt_trytoken(&the_token));
	atomic_add(&seen, 1);
	lwkt_gettoken(&the_token);
	KT_CHECK(lwkt_token_held(&the_token));
	atomic_add(&seen, 1);
	lwkt_reltoken(&the_token);
}

/* A preempted thread keeps its tokens; who wants one gives the CPU back. */
static void
test_preempt_keeps_tokens(void)
{
	seen = 0;
	lwkt_gettoken(&the_token);
	ktest_spawn_flags(wants_the_token, NULL, TDF_INTTHREAD, TDPRI_INT_LOW,
	    0);
	KT_EQUAL(atomic_load(&seen), 1);
	KT_CHECK(lwkt_token_held(&the_token));
	lwkt_reltoken(&the_token);
	KT_WAIT(atomic_load(&seen) == 2);
}
KTEST(preempt_keeps_tokens, "2.1 2.3", test_preempt_keeps_tokens);

static void
sleeps_with_token(void *arg)
{
	lwkt_gettoken(&the_token);
	atomic_add(&seen, 1);
	tsleep(arg, 0, "preempt", 0); /* sleeps */
	KT_CHECK(curthread->td_preempted == NULL);
	KT_CHECK(lwkt_token_held(&the_token));
	atomic_add(&seen, 1);
	lwkt_reltoken(&the_token);
}

/* Who wants tokens back when it is woken might not get them: it does not
 * preempt, and waits for its turn. */
static void
test_preempt_not_for_tokens(void)
{
	seen = 0;
	ktest_spawn_flags(sleeps_with_token, &sent, TDF_INTTHREAD,
	    TDPRI_INT_LOW, 0);
	KT_EQUAL(atomic_load(&seen), 1);
	wakeup(&sent);
	KT_EQUAL(atomic_load(&seen), 1);
	ktest_join(); /* sleeps */
	KT_EQUAL(atomic_load(&seen), 2);
}
KTEST(preempt_not_for_tokens, "2.1 2.3", test_preempt_not_for_tokens);

static void
nothing(void *unused)
{
	(void)unused;
}

/*
 * A thread that lowers its own priority below that of one that waits is told
 * that there is a better one: the other was no better when it came.
 */
static void
test_lowered_priority_is_noted(void)
{
	struct thread *td;
	uint32_t notes;

	crit_enter();
	lwkt_setpri_self(TDPRI_KERN_USER);
	td = ktest_spawn(nothing, NULL, TDPRI_KERN_USER, mycpu->gd_cpuid);
	gd_unnote(mycpu, RQF_LWKT_RESCHED);
	lwkt_setpri_self(TDPRI_USER_NORM);
	notes = mycpu->gd_reqflags;
	lwkt_setpri_self(TDPRI_KERN_USER);
	crit_exit();
	KT_CHECK(td != NULL);
	KT_CHECK(notes & RQF_LWKT_RESCHED);
	KT_CHECK(ktest_join()); /* sleeps */
}
KTEST(lowered_priority_is_noted, "2.1 E10 E11", test_lowered_priority_is_noted);
