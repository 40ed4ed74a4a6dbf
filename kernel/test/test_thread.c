/*
 * test_thread.c -- birth, order and death of kernel threads, and their moves
 * between CPUs (spec 2.1).
 *
 * The runner has priority TDPRI_KERN_USER and is on CPU 0.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/sched/usched.h"
#include "kernel/test/ktest.h"

#define STORM_THREADS 10000
#define STORM_AT_ONCE 64
#define ROUNDS 200

static uint32_t counter; /* ATOMIC */

static void
count_one(void *arg)
{
	if (mycpu->gd_cpuid == (int)(uintptr_t)arg)
		atomic_add(&counter, 1);
}

static void
test_create_exit_storm(void)
{
	counter = 0;
	for (int i = 0; i < STORM_THREADS; i++) {
		int cpu = i % ncpus;

		if (ktest_live() >= STORM_AT_ONCE &&
		    !KT_SPIN(ktest_live() < STORM_AT_ONCE))
			return;
		ktest_spawn(count_one, (void *)(uintptr_t)cpu,
		    TDPRI_KERN_DAEMON, cpu);
	}
	ktest_join(); /* sleeps */
	KT_EQUAL(counter, STORM_THREADS);
}
KTEST(thread_create_exit_storm, "2.1 t1, 2.43", test_create_exit_storm);

/* What the threads of a test did, in order; all on CPU 0. */
static int journal[32];
static int journal_n;

static void
note_priority(void *unused)
{
	(void)unused;
	journal[journal_n++] = curthread->td_pri;
}

static void
test_strict_priority(void)
{
	static const int order[] = { TDPRI_SOFT_NORM, TDPRI_KERN_DAEMON,
		TDPRI_KERN_LPSCHED, TDPRI_USER_REAL, TDPRI_USER_NORM,
		TDPRI_USER_IDLE };
	static const int births[] = { 3, 1, 5, 0, 4, 2 };

	journal_n = 0;
	for (size_t i = 0; i < nitems(births); i++)
		ktest_spawn(note_priority, NULL, order[births[i]], 0);
	KT_EQUAL(journal_n, 0);
	lwkt_yield(); /* sleeps */
	KT_EQUAL(journal_n, 2);
	ktest_join(); /* sleeps */
	if (KT_EQUAL(journal_n, nitems(order)))
		for (size_t i = 0; i < nitems(order); i++)
			KT_EQUAL(journal[i], order[i]);
}
KTEST(thread_strict_priority, "2.1", test_strict_priority);

static void
note_three_turns(void *arg)
{
	for (int i = 0; i < 3; i++) {
		journal[journal_n++] = (int)(uintptr_t)arg;
		lwkt_yield(); /* sleeps */
	}
}

static void
test_round_robin(void)
{
	journal_n = 0;
	for (uintptr_t i = 0; i < 4; i++)
		ktest_spawn(note_three_turns, (void *)i, TDPRI_KERN_DAEMON, 0);
	ktest_join(); /* sleeps */
	if (KT_EQUAL(journal_n, 12))
		for (int i = 0; i < 12; i++)
			KT_EQUAL(journal[i], i % 4);
}
KTEST(thread_round_robin, "2.1", test_round_robin);

/* A thread that runs only when it is scheduled, once for each go. */
struct puppet {
	struct thread *pu_td;
	uint32_t pu_go;	   /* ATOMIC 1: one step, 2: end */
	uint32_t pu_steps; /* ATOMIC */
};

static struct puppet puppets[MAXCPU];

static uint32_t puppet_wait(struct puppet *pu) UNCHECKED;
static uint32_t
puppet_wait(struct puppet *pu)
{
	uint32_t go;

	crit_enter();
	while ((go = atomic_swap(&pu->pu_go, 0)) == 0) {
		lwkt_deschedule_self();
		lwkt_switch(); /* sleeps */
	}
	crit_exit();
	return go;
}

static void
puppet_main(void *arg)
{
	struct puppet *pu = arg;

	while (puppet_wait(pu) == 1)
		atomic_add(&pu->pu_steps, 1);
}

static void
puppet_pull(struct puppet *pu, uint32_t go)
{
	atomic_swap(&pu->pu_go, go);
	lwkt_schedule(pu->pu_td);
}

static void
test_remote_schedule(void)
{
	for (int i = 0; i < ncpus; i++) {
		puppets[i] = (struct puppet){ 0 };
		puppets[i].pu_td = ktest_spawn(puppet_main, &puppets[i],
		    TDPRI_KERN_DAEMON, i);
	}
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		for (int i = 0; i < ncpus; i++)
			puppet_pull(&puppets[i], 1);
		for (int i = 0; i < ncpus; i++)
			KT_SPIN(atomic_load(&puppets[i].pu_steps) >= round);
	}
	for (int i = 0; i < ncpus; i++) {
		KT_EQUAL(puppets[i].pu_steps, ROUNDS);
		puppet_pull(&puppets[i], 2);
	}
}
KTEST(thread_remote_schedule, "2.1 2.2", test_remote_schedule);

static void
visit_every_cpu(void *arg)
{
	int first = (int)(uintptr_t)arg;

	for (int i = 1; i <= ROUNDS; i++) {
		int cpu = (first + i) % ncpus;

		lwkt_migrate_self(cpu); /* sleeps */
		if (!KT_EQUAL(mycpu->gd_cpuid, cpu))
			return;
		KT_CHECK(curthread->td_gd == mycpu);
	}
	atomic_add(&counter, 1);
}

static void
test_migration(void)
{
	counter = 0;
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(visit_every_cpu, (void *)(uintptr_t)i,
		    TDPRI_KERN_USER, i);
	ktest_join(); /* sleeps */
	KT_EQUAL(counter, ncpus);
}
KTEST(thread_migration, "2.1", test_migration);

/* Sleeps with a time limit on whatever CPU it is: the timeout of one CPU must
 * find the thread when it has moved on. */
static void
move_and_sleep(void *arg)
{
	for (int i = 0; i < 50; i++) {
		tsleep(arg, 0, "move", 20 * NS_PER_US); /* sleeps */
		lwkt_migrate_self((mycpu->gd_cpuid + 1) % ncpus); /* sleeps */
	}
	atomic_add(&counter, 1);
}

static void
test_migration_and_sleep(void)
{
	counter = 0;
	for (int i = 0; i < 2 * ncpus; i++)
		ktest_spawn(move_and_sleep, &journal[i % 4], TDPRI_KERN_USER,
		    i % ncpus);
	for (uint64_t end = ktest_giveup(), i = 0; ktest_live() > 0; i++) {
		wakeup(&journal[i % 4]);
		if (!ktest_yield(end)) /* sleeps */
			break;
	}
	KT_EQUAL(counter, 2 * ncpus);
}
KTEST(thread_migration_and_sleep, "2.1 2.7", test_migration_and_sleep);

static uint32_t release; /* ATOMIC */

static void
die_when_told(void *unused)
{
	(void)unused;
	KT_SPIN(atomic_load(&release) != 0);
}

/* Once its last switch is over, nothing but the reference is left. */
static void
test_last_switch(void)
{
	struct thread *td;

	release = 0;
	td = ktest_spawn(die_when_told, NULL, TDPRI_KERN_USER, ncpus - 1);
	lwkt_hold(td);
	atomic_store(&release, 1);
	KT_WAIT(atomic_load_acq(&td->td_refs) == 1);
	KT_CHECK(td->td_flags & TDF_EXITING);
	KT_CHECK(!(td->td_flags & (TDF_RUNNING | TDF_RUNQ)));
	KT_CHECK(td->td_toks_stop == td->td_toks && td->td_wchan == NULL);
	/* A late message that names it does no harm. */
	lwkt_schedule(td);
	KT_CHECK(!(td->td_flags & TDF_RUNQ));
	lwkt_rele(td);
}
KTEST(thread_last_switch, "2.1 X69", test_last_switch);

static void
run_until_told(void *unused)
{
	(void)unused;
	atomic_add(&counter, 1);
	KT_SPIN(atomic_load(&release) != 0);
}

/* Is a CPU that has something to do taken for idle? */
static bool
busy_is_idle(int cpuid)
{
	bool idle;

	KT_WAIT(usched_is_idle(cpuid));
	counter = release = 0;
	ktest_spawn(run_until_told, NULL, TDPRI_KERN_USER, cpuid);
	KT_WAIT(atomic_load(&counter) == 1);
	idle = usched_is_idle(cpuid);
	atomic_store(&release, 1);
	ktest_join(); /* sleeps */
	return idle;
}

/* It may be when the thread came just before it would have halted again, but
 * not always. */
static void
test_busy_is_not_idle(void)
{
	int tries = 0;

	if (!ktest_needs_cpus(2))
		return;
	while (busy_is_idle(1) && tries < 20)
		tries++;
	KT_CHECK(tries < 20);
}
KTEST(busy_is_not_idle, "2.6", test_busy_is_not_idle);
