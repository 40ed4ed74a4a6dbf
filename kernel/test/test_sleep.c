/*
 * test_sleep.c -- tsleep and wakeup (spec 2.7).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/test/ktest.h"

#define PING_PONGS 100000
#define SLEEPERS 4

static char place; /* sleepers sleep on its address */

static void
test_sleep_timeout(void)
{
	uint64_t start = cpu_uptime_ns();

	KT_EQUAL(tsleep(&place, 0, "ktest", 2 * NS_PER_MS), /* sleeps */
	    EWOULDBLOCK);
	KT_CHECK(cpu_uptime_ns() - start >= 2 * NS_PER_MS);
	KT_CHECK(curthread->td_wchan == NULL);
	/* Nothing of it is left that could end the next sleep. */
	KT_EQUAL(tsleep(&place, 0, "ktest", NS_PER_MS), /* sleeps */
	    EWOULDBLOCK);
}
KTEST(sleep_timeout, "2.7", test_sleep_timeout);

static void
test_sleep_interlock(void)
{
	tsleep_interlock(&place, 0);
	wakeup(&place);
	KT_EQUAL(tsleep(&place, PINTERLOCKED, "ktest", 0), 0); /* sleeps */
	tsleep_interlock(&place, 0);
	tsleep_remove(curthread);
	KT_EQUAL(wakeup_domain(&place, 0, 0), 0);
	/* A second interlock replaces the first. */
	tsleep_interlock(&place, 0);
	tsleep_interlock(&place, PDOMAIN_UMTX);
	KT_EQUAL(wakeup_domain(&place, 0, 0), 0);
	KT_EQUAL(wakeup_domain(&place, PDOMAIN_UMTX, 0), 1);
	KT_CHECK(curthread->td_wchan == NULL);
}
KTEST(sleep_interlock, "2.7", test_sleep_interlock);

static uint32_t ball; /* ATOMIC 2 * rounds + whose turn */

/* Any lost wakeup stops both for good. */
static void
ping_pong(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	for (uint32_t i = 0; i < PING_PONGS; i++) {
		uint32_t mine = 2 * i + me;

		while (atomic_load_acq(&ball) != mine) {
			tsleep_interlock(&ball, 0);
			if (atomic_load_acq(&ball) == mine) {
				tsleep_remove(curthread);
				break;
			}
			tsleep(&ball, PINTERLOCKED, "ball", 0); /* sleeps */
		}
		atomic_store_rel(&ball, mine + 1);
		wakeup(&ball);
	}
}

/* The give-up time counts from the last progress. */
static void
test_sleep_ping_pong(void)
{
	uint32_t last;

	ball = 0;
	ktest_spawn(ping_pong, (void *)0, TDPRI_KERN_USER, ncpus - 1);
	ktest_spawn(ping_pong, (void *)1, TDPRI_KERN_USER, (ncpus - 1) / 2);
	do {
		last = atomic_load(&ball);
	} while (KT_WAIT(atomic_load(&ball) != last || last == 2 * PING_PONGS)
	    && last != 2 * PING_PONGS);
	KT_EQUAL(ball, 2 * PING_PONGS);
}
KTEST(sleep_ping_pong, "2.7 t2", test_sleep_ping_pong);

static uint32_t asleep; /* ATOMIC in the order of falling asleep */
static uint32_t awake;	/* ATOMIC */
static uint32_t order[SLEEPERS]; /* ATOMIC who woke as which */
static int sleep_domain;	 /* STABLE during a test */

static void
sleeper(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	KT_SPIN(atomic_load(&asleep) == me);
	tsleep_interlock(&place, sleep_domain);
	atomic_add(&asleep, 1);
	KT_EQUAL(tsleep(&place, PINTERLOCKED | sleep_domain, "ktest", 0),
	    0); /* sleeps */
	atomic_store(&order[atomic_fetchadd(&awake, 1)], me);
}

static bool
put_to_sleep(int domain)
{
	asleep = awake = 0;
	sleep_domain = domain;
	for (uintptr_t i = 0; i < SLEEPERS; i++)
		ktest_spawn(sleeper, (void *)i, TDPRI_KERN_USER,
		    (int)i % ncpus);
	return KT_WAIT(atomic_load(&asleep) == SLEEPERS);
}

static void
test_wakeup_one_order(void)
{
	if (!put_to_sleep(0))
		return;
	for (uint32_t i = 0; i < SLEEPERS; i++) {
		KT_EQUAL(atomic_load(&awake), i);
		wakeup_one(&place);
		if (KT_SPIN(atomic_load(&awake) == i + 1))
			KT_EQUAL(order[i], i);
	}
	KT_EQUAL(wakeup_domain(&place, 0, 1), 0);
}
KTEST(wakeup_one_order, "2.7", test_wakeup_one_order);

static void
test_wakeup_domains(void)
{
	if (!put_to_sleep(PDOMAIN_UMTX))
		return;
	wakeup(&place);
	KT_EQUAL(wakeup_domain(&place, 0, 0), 0);
	KT_EQUAL(wakeup_domain(&place, PDOMAIN_UMTX, 1), 1);
	KT_WAIT(atomic_load(&awake) == 1);
	KT_EQUAL(wakeup_domain(&place, PDOMAIN_UMTX, 0), SLEEPERS - 1);
	KT_WAIT(atomic_load(&awake) == SLEEPERS);
}
KTEST(wakeup_domains, "2.7", test_wakeup_domains);

static void
plain_sleeper(void *unused)
{
	(void)unused;
	tsleep_interlock(&place, 0);
	atomic_add(&asleep, 1);
	KT_EQUAL(tsleep(&place, PINTERLOCKED, "ktest", 0), 0); /* sleeps */
	atomic_add(&awake, 1);
}

/* Only a wakeup ends a sleep, not a schedule that comes late. */
static void
test_spurious_schedule(void)
{
	struct thread *td;

	asleep = awake = 0;
	td = ktest_spawn(plain_sleeper, NULL, TDPRI_KERN_DAEMON, ncpus - 1);
	if (!KT_WAIT(atomic_load(&asleep) == 1))
		return;
	for (int i = 0; i < 10; i++) {
		uint64_t nvcsw = atomic_load(&td->td_nvcsw);

		lwkt_schedule(td);
		/* It has run, and has gone to sleep again. */
		KT_WAIT(atomic_load(&td->td_nvcsw) > nvcsw);
	}
	KT_EQUAL(atomic_load(&awake), 0);
	KT_CHECK(atomic_load(&td->td_wchan) == &place);
	wakeup(&place);
	KT_WAIT(atomic_load(&awake) == 1);
}
KTEST(sleep_spurious_schedule, "2.7", test_spurious_schedule);

#define NAPS 300

static void
nap(void *unused)
{
	(void)unused;
	for (int i = 0; i < NAPS; i++) {
		int error = tsleep(&place, 0, "nap",
		    (uint64_t)(1 + i % 50) * NS_PER_US); /* sleeps */

		KT_CHECK(error == 0 || error == EWOULDBLOCK);
	}
	atomic_add(&awake, 1);
}

/* Timeouts that race with wakeups, on all CPUs. */
static void
test_timeout_against_wakeup(void)
{
	uint64_t end = ktest_giveup();

	awake = 0;
	for (int i = 0; i < 2 * ncpus; i++)
		ktest_spawn(nap, NULL, TDPRI_KERN_DAEMON, i % ncpus);
	while (ktest_live() > 0) {
		wakeup_domain(&place, 0, 1);
		if (!ktest_yield(end)) /* sleeps */
			break;
	}
	KT_EQUAL(awake, 2 * ncpus);
}
KTEST(sleep_timeout_against_wakeup, "2.7 2.8", test_timeout_against_wakeup);

static void
test_wakeup_many(void)
{
	asleep = awake = 0;
	for (int i = 0; i < 40; i++)
		ktest_spawn(plain_sleeper, NULL, TDPRI_KERN_DAEMON, i % ncpus);
	if (!KT_WAIT(atomic_load(&asleep) == 40))
		return;
	KT_EQUAL(wakeup_domain(&place, 0, 20), 20);
	KT_WAIT(atomic_load(&awake) == 20);
	KT_EQUAL(wakeup_domain(&place, 0, 0), 20);
	KT_WAIT(atomic_load(&awake) == 40);
}
KTEST(wakeup_many, "2.7", test_wakeup_many);

/* The point of no sleep has an end: whoever has passed it may sleep again. */
static void
test_noblock_ends(void)
{
	noblock_enter();
	noblock_enter();
	KT_EQUAL(curthread->td_noblock, 2);
	noblock_exit();
	noblock_exit();
	KT_EQUAL(tsleep(&place, 0, "ktest", NS_PER_MS), /* sleeps */
	    EWOULDBLOCK);
}
KTEST(noblock_ends, "2.7", test_noblock_ends);
