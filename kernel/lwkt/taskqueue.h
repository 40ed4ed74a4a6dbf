/*
 * taskqueue.h -- one kernel thread per CPU that runs small jobs (spec 2.39).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"

struct taskqueue;

/* A job.  Enqueued twice before it runs, it runs once and is told how often
 * it was asked for. */
struct task {
	STAILQ_ENTRY(task) ta_link;	       /* GUARDED(leaf_spin) */
	int ta_pending;			       /* GUARDED(leaf_spin) */
	int ta_priority;		       /* STABLE higher runs first */
	void (*ta_func)(void *ctx, int count); /* STABLE */
	void *ta_context;		       /* STABLE */
};

#define TASK_INIT(t, pri, func, ctx)                                           \
	(*(t) = (struct task){ .ta_priority = (pri), .ta_func = (func),        \
	    .ta_context = (ctx) })

/* The queue of a CPU, served by its thread at TDPRI_KERN_DAEMON. */
struct taskqueue *taskqueue_thread(int cpuid);

/* A queue with a thread of its own on CPU cpuid; NULL without memory. */
struct taskqueue *taskqueue_create(const char *name, int pri, int cpuid);
/* 0, or EPIPE when the queue is being freed.  Never blocks; critical sections
 * allowed. */
int taskqueue_enqueue(struct taskqueue *tq, struct task *t);
/* Waits until t is neither queued nor running. */
void taskqueue_drain(struct taskqueue *tq, struct task *t) SLEEPS;
/* Stops and restarts the running of jobs. */
void taskqueue_block(struct taskqueue *tq);
void taskqueue_unblock(struct taskqueue *tq);
/* Runs what is queued, then ends the thread and frees the queue. */
void taskqueue_free(struct taskqueue *tq) SLEEPS;
