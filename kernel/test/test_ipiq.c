/*
 * test_ipiq.c -- messages between CPUs (spec 2.2).
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/abi/errno.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/test/ktest.h"

#define STORM_MESSAGES 1000
#define STORM_CPUS 8

/* received[to][from]: the number that comes next; only CPU to writes it. */
static uint32_t received[STORM_CPUS][STORM_CPUS];
static uint32_t ready; /* ATOMIC */
static uint32_t disorder; /* ATOMIC */

static int
storm_cpus(void)
{
	return min(ncpus, STORM_CPUS);
}

static void
storm_message(void *arg, int number)
{
	uint32_t *next = &received[mycpu->gd_cpuid][(uintptr_t)arg];

	if (*next != (uint32_t)number)
		atomic_add(&disorder, 1);
	atomic_store_rel(next, (uint32_t)number + 1);
}

/* All start together, and none leaves its critical section before it has sent
 * all: rings of 16 are full in both directions between all pairs. */
static void
storm_sender(void *arg)
{
	atomic_add(&ready, 1);
	KT_SPIN(atomic_load(&ready) == (uint32_t)storm_cpus());
	crit_enter();
	for (int i = 0; i < STORM_MESSAGES; i++)
		for (int to = 0; to < storm_cpus(); to++)
			lwkt_send_ipiq(globaldata[to], storm_message, arg, i);
	crit_exit();
}

static void
test_rings_full_both_ways(void)
{
	memset(received, 0, sizeof(received));
	ready = disorder = 0;
	for (int i = 0; i < storm_cpus(); i++)
		ktest_spawn(storm_sender, (void *)(uintptr_t)i,
		    TDPRI_KERN_DAEMON, i);
	ktest_join(); /* sleeps */
	for (int to = 0; to < storm_cpus(); to++)
		for (int from = 0; from < storm_cpus(); from++)
			KT_WAIT(atomic_load_acq(&received[to][from]) ==
			    STORM_MESSAGES);
	KT_EQUAL(disorder, 0);
}
KTEST(ipiq_full_both_ways, "2.2 t3", test_rings_full_both_ways);

static uint32_t stubborn; /* ATOMIC 1: in its section, 2: shall leave it */
static uint32_t calls;	  /* ATOMIC */

static void
stay_in_crit(void *unused)
{
	uint64_t end = ktest_giveup();

	(void)unused;
	crit_enter();
	atomic_store_rel(&stubborn, 1);
	while (atomic_load(&stubborn) != 2 && cpu_uptime_ns() < end)
		cpu_pause();
	crit_exit();
}

static void
count_call(void *arg, int unused)
{
	(void)arg;
	(void)unused;
	atomic_add(&calls, 1);
}

static void
test_nowait_when_full(void)
{
	uint32_t n = 0;

	if (!ktest_needs_cpus(2))
		return;
	stubborn = calls = 0;
	ktest_spawn(stay_in_crit, NULL, TDPRI_KERN_USER, 1);
	if (!KT_SPIN(atomic_load(&stubborn) == 1))
		return;
	crit_enter();
	while (n <= IPIQ_SLOTS && lwkt_send_ipiq_nowait(globaldata[1],
	    count_call, NULL, 0) == 0)
		n++;
	KT_EQUAL(lwkt_send_ipiq_nowait(globaldata[1], count_call, NULL, 0),
	    ENOENT);
	crit_exit();
	KT_CHECK(n > 0 && n <= IPIQ_SLOTS);
	KT_EQUAL(atomic_load(&calls), 0);
	atomic_store_rel(&stubborn, 2);
	KT_WAIT(atomic_load(&calls) == n);
}
KTEST(ipiq_nowait_when_full, "2.2", test_nowait_when_full);

static void
sync_call(void *arg, int amount)
{
	atomic_add((uint32_t *)arg + mycpu->gd_cpuid, (uint32_t)amount);
}

/* Each on a set of counters of its own, all at once. */
static void
sync_to_all(void *unused)
{
	uint32_t counts[MAXCPU];
	struct cpumask all = cpumask_upto(ncpus);

	(void)unused;
	memset(counts, 0, sizeof(counts));
	for (uint32_t round = 1; round <= 100; round++) {
		lwkt_ipiq_mask_sync(&all, sync_call, counts, 3);
		for (int i = 0; i < ncpus; i++)
			if (!KT_EQUAL(counts[i], 3 * round))
				return;
	}
}

static void
test_mask_sync(void)
{
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(sync_to_all, NULL, TDPRI_KERN_DAEMON, i);
}
KTEST(ipiq_mask_sync, "2.2", test_mask_sync);

/* A message to some is for nobody else; the call returns when they have run
 * it. */
static void
test_ipiq_to_some(void)
{
	uint32_t counts[MAXCPU] = { 0 };
	struct cpumask mask = { { 0 } };

	if (!ktest_needs_cpus(2))
		return;
	cpumask_set(&mask, ncpus - 1);
	lwkt_ipiq_mask_sync(&mask, sync_call, counts, 3);
	for (int i = 0; i < ncpus; i++)
		KT_EQUAL(counts[i], i == ncpus - 1 ? 3 : 0);
}
KTEST(ipiq_to_some, "2.2", test_ipiq_to_some);

/* To itself a CPU sends by calling: no ring, so it is never full. */
static void
test_ipiq_to_itself(void)
{
	uint32_t counts[MAXCPU] = { 0 };

	crit_enter();
	for (int i = 1; i <= 100; i++) {
		KT_EQUAL(lwkt_send_ipiq_nowait(mycpu, sync_call, counts, 1),
		    0);
		KT_EQUAL(counts[mycpu->gd_cpuid], i);
	}
	crit_exit();
}
KTEST(ipiq_to_itself, "2.2", test_ipiq_to_itself);
