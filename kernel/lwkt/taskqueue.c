/*
 * taskqueue.c -- kernel threads that run small jobs: see taskqueue.h
 * (spec 2.39).
 *
 * tq_spin guards the queue and the jobs' own fields.  The thread of a queue
 * sleeps by descheduling itself after it has set tq_idle; an enqueue that
 * finds tq_idle set schedules it.  So an enqueue is a spin lock and at most
 * one lwkt_schedule(), after the lock is dropped: lwkt_switch_return(), in a
 * critical section, may call it.
 *
 * A job belongs to its user again when its function is called, and may be
 * freed there: afterwards the thread only compares its address.  Who waits
 * for a job (drain) or for the end of the thread (free) sets tq_wanted and
 * sleeps on &tq_running; the thread wakes that after each job and at its end.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/lwkt/taskqueue.h"
#include "kernel/mem/kmalloc.h"

static MALLOC_DEFINE(M_TASKQUEUE, "taskqueue");

struct taskqueue {
	struct spinlock tq_spin;      /* SELF */
	STAILQ_HEAD(, task) tq_tasks; /* GUARDED(leaf_spin) */
	struct task *tq_running;      /* GUARDED(leaf_spin) compared */
	bool tq_idle;		      /* GUARDED(leaf_spin) thread sleeps */
	bool tq_wanted;		      /* GUARDED(leaf_spin) see above */
	bool tq_blocked;	      /* GUARDED(leaf_spin) */
	bool tq_freeing;	      /* GUARDED(leaf_spin) */
	struct thread *tq_td;	      /* GUARDED(leaf_spin) NULL: gone */
};

struct taskqueue *
taskqueue_thread(int cpuid)
{
	return globaldata[cpuid]->gd_taskqueue;
}

/* If the queue's thread sleeps: the thread, held, for taskqueue_kick().  The
 * lock is held. */
static struct thread *
taskqueue_rouse(struct taskqueue *tq)
{
	struct thread *td = tq->tq_td;

	if (!tq->tq_idle || td == NULL)
		return NULL;
	tq->tq_idle = false;
	lwkt_hold(td);
	return td;
}

static void
taskqueue_kick(struct thread *td)
{
	if (td == NULL)
		return;
	lwkt_schedule(td);
	lwkt_rele(td);
}

/* Behind the jobs of the same priority.  The lock is held. */
static void
taskqueue_insert(struct taskqueue *tq, struct task *t)
{
	struct task *at, *last = NULL;

	/* Nearly always there is no job, or only jobs of one priority. */
	at = container_of(tq->tq_tasks.stqh_last, struct task,
	    ta_link.stqe_next);
	if (STAILQ_EMPTY(&tq->tq_tasks) || at->ta_priority >= t->ta_priority) {
		STAILQ_INSERT_TAIL(&tq->tq_tasks, t, ta_link);
		return;
	}
	STAILQ_FOREACH(at, &tq->tq_tasks, ta_link) {
		if (at->ta_priority < t->ta_priority)
			break;
		last = at;
	}
	if (last != NULL)
		STAILQ_INSERT_AFTER(&tq->tq_tasks, last, t, ta_link);
	else
		STAILQ_INSERT_HEAD(&tq->tq_tasks, t, ta_link);
}

int
taskqueue_enqueue(struct taskqueue *tq, struct task *t)
{
	struct thread *td = NULL;

	spin_lock(&tq->tq_spin);
	if (tq->tq_freeing) {
		spin_unlock(&tq->tq_spin);
		return EPIPE;
	}
	if (t->ta_pending++ == 0) {
		taskqueue_insert(tq, t);
		td = taskqueue_rouse(tq);
	}
	spin_unlock(&tq->tq_spin);
	taskqueue_kick(td);
	return 0;
}

/* Takes the next job, with how often it was asked for; NULL: none, and the
 * thread is noted as idle. */
static struct task *
taskqueue_next(struct taskqueue *tq, int *count, bool *stop)
{
	struct task *t = NULL;

	spin_lock(&tq->tq_spin);
	if (!tq->tq_blocked)
		t = STAILQ_FIRST(&tq->tq_tasks);
	if (t != NULL) {
		STAILQ_REMOVE_HEAD(&tq->tq_tasks, ta_link);
		*count = t->ta_pending;
		t->ta_pending = 0;
	}
	tq->tq_running = t;
	*stop = t == NULL && tq->tq_freeing;
	tq->tq_idle = t == NULL && !*stop;
	spin_unlock(&tq->tq_spin);
	return t;
}

/* The running job has ended (it may not exist any more). */
static void
taskqueue_done(struct taskqueue *tq)
{
	bool wanted;

	spin_lock(&tq->tq_spin);
	tq->tq_running = NULL;
	wanted = tq->tq_wanted;
	tq->tq_wanted = false;
	spin_unlock(&tq->tq_spin);
	/* WAKES: taskqueue_drain(). */
	if (wanted)
		wakeup(&tq->tq_running);
}

/* Runs jobs until there is none; true when the thread shall end.  UNCHECKED:
 * the thread switches away in a critical section, so that a schedule that
 * comes after it was noted as idle finds it off the run queue. */
static bool taskqueue_work(struct taskqueue *tq) UNCHECKED;
static bool
taskqueue_work(struct taskqueue *tq)
{
	struct task *t;
	int count = 0;
	bool stop;

	while ((t = taskqueue_next(tq, &count, &stop)) != NULL) {
		t->ta_func(t->ta_context, count);
		taskqueue_done(tq);
	}
	if (stop)
		return true;
	crit_enter();
	spin_lock(&tq->tq_spin);
	stop = !tq->tq_idle;
	spin_unlock(&tq->tq_spin);
	if (!stop) {
		lwkt_deschedule_self();
		lwkt_switch(); /* sleeps */
	}
	crit_exit();
	return false;
}

static void
taskqueue_main(void *arg)
{
	struct taskqueue *tq = arg;

	while (!taskqueue_work(tq))
		continue;
	spin_lock(&tq->tq_spin);
	tq->tq_td = NULL;
	spin_unlock(&tq->tq_spin);
	/* WAKES: taskqueue_free(), which may have freed tq by now: the address
	 * is only compared. */
	wakeup(&tq->tq_running);
}

struct taskqueue *
taskqueue_create(const char *name, int pri, int cpuid)
{
	struct taskqueue *tq = kmalloc(sizeof(*tq), &M_TASKQUEUE, M_ZERO);

	if (tq == NULL)
		return NULL;
	spin_init(&tq->tq_spin, "taskqueue", SPIN_LEAF);
	STAILQ_INIT(&tq->tq_tasks);
	if (lwkt_create(taskqueue_main, tq, &tq->tq_td, 0, pri, cpuid, name)) {
		kfree(tq, &M_TASKQUEUE);
		return NULL;
	}
	return tq;
}

/*
 * Sleeps until the thread has ended a job or itself, unless ready(tq, t) is
 * true already; returns what it was.
 */
static bool
taskqueue_wait(struct taskqueue *tq,
    bool (*ready)(struct taskqueue *tq, struct task *t), struct task *t)
{
	bool ok;

	tsleep_interlock(&tq->tq_running, 0);
	spin_lock(&tq->tq_spin);
	ok = ready(tq, t);
	if (!ok)
		tq->tq_wanted = true;
	spin_unlock(&tq->tq_spin);
	if (ok)
		tsleep_remove(curthread);
	else
		tsleep(&tq->tq_running, PINTERLOCKED, "taskq", 0); /* sleeps */
	return ok;
}

static bool
taskqueue_job_is_over(struct taskqueue *tq, struct task *t)
{
	return t->ta_pending == 0 && tq->tq_running != t;
}

static bool
taskqueue_thread_is_gone(struct taskqueue *tq, struct task *t)
{
	(void)t;
	return tq->tq_td == NULL;
}

void
taskqueue_drain(struct taskqueue *tq, struct task *t)
{
	KASSERT(curthread != tq->tq_td, "a task queue drains itself");
	while (!taskqueue_wait(tq, taskqueue_job_is_over, t)) /* sleeps */
		continue;
}

void
taskqueue_block(struct taskqueue *tq)
{
	spin_lock(&tq->tq_spin);
	tq->tq_blocked = true;
	spin_unlock(&tq->tq_spin);
}

void
taskqueue_unblock(struct taskqueue *tq)
{
	struct thread *td;

	spin_lock(&tq->tq_spin);
	tq->tq_blocked = false;
	td = taskqueue_rouse(tq);
	spin_unlock(&tq->tq_spin);
	taskqueue_kick(td);
}

void
taskqueue_free(struct taskqueue *tq)
{
	struct thread *td;

	KASSERT(curthread != tq->tq_td, "a task queue frees itself");
	spin_lock(&tq->tq_spin);
	tq->tq_freeing = true;
	tq->tq_blocked = false;
	td = taskqueue_rouse(tq);
	spin_unlock(&tq->tq_spin);
	taskqueue_kick(td);
	while (!taskqueue_wait(tq, taskqueue_thread_is_gone, NULL)) /* sleeps */
		continue;
	kfree(tq, &M_TASKQUEUE);
}

static void
taskqueue_create_all(void)
{
	for (int i = 0; i < ncpus; i++) {
		struct taskqueue *tq =
		    taskqueue_create("taskq", TDPRI_KERN_DAEMON, i);

		KASSERT(tq != NULL, "no memory for the task queue of CPU %d",
		    i);
		globaldata[i]->gd_taskqueue = tq;
	}
}
SYSINIT(taskqueues, SI_SUB_PRE_DRIVERS, SI_ORDER_FIRST, taskqueue_create_all);
