/*
 * test_taskqueue.c -- task queues (spec 2.39).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/taskqueue.h"
#include "kernel/mem/failpoint.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/test/ktest.h"

static MALLOC_DEFINE(M_KTEST_TASK, "ktest task");

static uint32_t runs;	     /* ATOMIC */
static uint32_t asked;	     /* ATOMIC sum of the counts */
static uint32_t order[8];    /* ATOMIC */
static uint32_t leave, left; /* ATOMIC */
static struct taskqueue *the_queue;
static struct task the_task;

static void
note_run(void *ctx, int count)
{
	atomic_store(&order[atomic_load(&runs) % nitems(order)],
	    (uint32_t)(uintptr_t)ctx);
	atomic_add(&asked, (uint32_t)count);
	atomic_add(&runs, 1);
}

static void
test_taskqueue_twice(void)
{
	struct taskqueue *tq = taskqueue_thread(ncpus - 1);
	struct task t;

	runs = asked = 0;
	TASK_INIT(&t, 0, note_run, NULL);
	taskqueue_block(tq);
	for (int i = 0; i < 3; i++)
		KT_EQUAL(taskqueue_enqueue(tq, &t), 0);
	KT_EQUAL(t.ta_pending, 3);
	taskqueue_unblock(tq);
	taskqueue_drain(tq, &t); /* sleeps */
	KT_EQUAL(runs, 1);
	KT_EQUAL(asked, 3);
	KT_EQUAL(taskqueue_enqueue(tq, &t), 0);
	taskqueue_drain(tq, &t); /* sleeps */
	KT_EQUAL(runs, 2);
	KT_EQUAL(asked, 4);
	/* Nothing to wait for. */
	taskqueue_drain(tq, &t); /* sleeps */
}
KTEST(taskqueue_twice, "2.39 t1", test_taskqueue_twice);

static void
note_right_cpu(void *ctx, int count)
{
	(void)count;
	KT_EQUAL(mycpu->gd_cpuid, (uintptr_t)ctx);
	KT_EQUAL(curthread->td_pri, TDPRI_KERN_DAEMON);
	atomic_add(&runs, 1);
}

/* From a critical section, to every CPU's own queue. */
static void
test_taskqueue_every_cpu(void)
{
	static struct task t[MAXCPU];

	runs = 0;
	for (int i = 0; i < ncpus; i++)
		TASK_INIT(&t[i], 0, note_right_cpu, (void *)(uintptr_t)i);
	crit_enter();
	for (int i = 0; i < ncpus; i++)
		KT_EQUAL(taskqueue_enqueue(taskqueue_thread(i), &t[i]), 0);
	crit_exit();
	for (int i = 0; i < ncpus; i++)
		taskqueue_drain(taskqueue_thread(i), &t[i]); /* sleeps */
	KT_EQUAL(runs, ncpus);
}
KTEST(taskqueue_every_cpu, "2.39 t2", test_taskqueue_every_cpu);

static void
test_taskqueue_priority(void)
{
	static const int pri[] = { 0, 5, 0, 9, 5, -1 };
	static const uint32_t want[] = { 3, 1, 4, 0, 2, 5 };
	struct task t[nitems(pri)];
	struct taskqueue *tq = taskqueue_create("ktest", TDPRI_KERN_USER, 0);

	if (!KT_CHECK(tq != NULL))
		return;
	runs = 0;
	taskqueue_block(tq);
	for (size_t i = 0; i < nitems(pri); i++) {
		TASK_INIT(&t[i], pri[i], note_run, (void *)i);
		taskqueue_enqueue(tq, &t[i]);
	}
	taskqueue_unblock(tq);
	taskqueue_free(tq); /* sleeps */
	if (KT_EQUAL(runs, nitems(pri)))
		for (size_t i = 0; i < nitems(pri); i++)
			KT_EQUAL(order[i], want[i]);
}
KTEST(taskqueue_priority, "2.39", test_taskqueue_priority);

static void
slow_job(void *ctx, int count)
{
	(void)ctx;
	(void)count;
	atomic_add(&runs, 1);
	KT_WAIT(atomic_load(&leave) != 0);
	atomic_store(&left, 1);
}

static void
drain_it(void *unused)
{
	(void)unused;
	taskqueue_drain(the_queue, &the_task); /* sleeps */
	KT_EQUAL(atomic_load(&left), 1);
	atomic_add(&asked, 1);
}

static void
test_taskqueue_drain(void)
{
	runs = asked = leave = left = 0;
	the_queue = taskqueue_thread(ncpus - 1);
	TASK_INIT(&the_task, 0, slow_job, NULL);
	taskqueue_enqueue(the_queue, &the_task);
	KT_WAIT(atomic_load(&runs) == 1);
	ktest_spawn(drain_it, NULL, TDPRI_KERN_USER, 0);
	ktest_spawn(drain_it, NULL, TDPRI_KERN_USER, ncpus / 2);
	tsleep(&runs, 0, "ktest", 2 * NS_PER_MS); /* sleeps */
	KT_EQUAL(atomic_load(&asked), 0);
	atomic_store(&leave, 1);
	KT_WAIT(atomic_load(&asked) == 2);
}
KTEST(taskqueue_drain, "2.39 t3", test_taskqueue_drain);

static void
free_queue(void *unused)
{
	(void)unused;
	taskqueue_free(the_queue); /* sleeps */
	KT_EQUAL(atomic_load(&left), 1);
	KT_EQUAL(atomic_load(&runs), 2);
	atomic_store(&asked, 1);
}

static void
note_nothing(void *ctx, int count)
{
	(void)ctx;
	(void)count;
}

/* What is queued runs; what comes later is refused; then it is gone. */
static void
test_taskqueue_free(void)
{
	struct task second, late;

	runs = asked = leave = left = 0;
	the_queue = taskqueue_create("ktest", TDPRI_KERN_DAEMON, ncpus - 1);
	if (!KT_CHECK(the_queue != NULL))
		return;
	TASK_INIT(&the_task, 0, slow_job, NULL);
	TASK_INIT(&second, 0, note_run, NULL);
	TASK_INIT(&late, 0, note_nothing, NULL);
	taskqueue_enqueue(the_queue, &the_task);
	taskqueue_enqueue(the_queue, &second);
	KT_WAIT(atomic_load(&runs) == 1);
	ktest_spawn(free_queue, NULL, TDPRI_KERN_USER, 0);
	KT_WAIT(taskqueue_enqueue(the_queue, &late) == EPIPE);
	KT_EQUAL(atomic_load(&left), 0);
	atomic_store(&leave, 1);
	ktest_join(); /* sleeps */
}
KTEST(taskqueue_free, "2.39", test_taskqueue_free);

static void
free_job(void *ctx, int count)
{
	(void)count;
	kfree(ctx, &M_KTEST_TASK);
	atomic_add(&runs, 1);
}

static void
enqueue_many(void *arg)
{
	for (int i = 0; i < 200; i++) {
		struct task *t = kmalloc(sizeof(*t), &M_KTEST_TASK, 0);

		if (!KT_CHECK(t != NULL))
			return;
		TASK_INIT(t, i % 3, free_job, t);
		taskqueue_enqueue(arg, t);
	}
}

/* All CPUs feed one queue with jobs that free themselves. */
static void
test_taskqueue_storm(void)
{
	runs = 0;
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(enqueue_many, taskqueue_thread(ncpus / 2),
		    TDPRI_KERN_USER, i);
	KT_WAIT(atomic_load(&runs) == 200 * (uint32_t)ncpus);
}
KTEST(taskqueue_storm, "2.39", test_taskqueue_storm);

/* Each allocation in turn fails; what has been made by then is given back. */
static void
test_taskqueue_without_memory(void)
{
	struct taskqueue *tq = NULL;

	for (long n = 0; n < 100 && tq == NULL; n++) {
		failpoint_arm("*", n, 1, true);
		tq = taskqueue_create("ktest", TDPRI_KERN_DAEMON, 0);
		KT_CHECK((failpoint_disarm() == 0) == (tq != NULL));
		KT_CHECK(tq == NULL || n >= 2);
	}
	if (KT_CHECK(tq != NULL))
		taskqueue_free(tq); /* sleeps */
}
KTEST(taskqueue_without_memory, "2.39 2.43", test_taskqueue_without_memory);
