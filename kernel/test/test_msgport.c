/*
 * test_msgport.c -- message ports (spec 2.4).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/msgport.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/test/ktest.h"

#define REQUESTS 300

static MALLOC_DEFINE(M_KTEST_PORT, "ktest port");

static struct lwkt_port server;
static uint32_t served;	  /* ATOMIC */
static uint32_t finished; /* ATOMIC */
static uint32_t client_error; /* ATOMIC */

/* Answers n requests: the result is the error of the request, doubled. */
static void
serve(void *arg)
{
	for (uintptr_t n = (uintptr_t)arg; n > 0; n--) {
		struct lwkt_msg *msg = lwkt_waitport(&server, 0); /* sleeps */

		KT_CHECK(!(msg->ms_flags & (MSGF_DONE | MSGF_QUEUED)));
		msg->ms_result *= 2;
		lwkt_replymsg(msg, 0);
		atomic_add(&served, 1);
	}
}

static void
ask(void *unused)
{
	struct lwkt_msg msg;

	(void)unused;
	for (long i = 0; i < REQUESTS; i++) {
		lwkt_initmsg(&msg, &curthread->td_msgport, 0);
		msg.ms_result = i;
		KT_EQUAL(lwkt_domsg(&server, &msg, 0), 0); /* sleeps */
		KT_EQUAL(msg.ms_result, 2 * i);
	}
	KT_EQUAL(curthread->td_msgport.mp_outstanding, 0);
	atomic_add(&finished, 1);
}

static void
test_msgport_requests(void)
{
	served = finished = 0;
	lwkt_initport(&server);
	ktest_spawn(serve, (void *)(uintptr_t)(REQUESTS * ncpus),
	    TDPRI_KERN_USER, 0);
	for (int i = 0; i < ncpus; i++)
		ktest_spawn(ask, NULL, TDPRI_KERN_USER, i);
	ktest_join(); /* sleeps */
	KT_EQUAL(finished, ncpus);
	KT_EQUAL(served, REQUESTS * ncpus);
	lwkt_closeport(&server);
}
KTEST(msgport_requests, "2.4", test_msgport_requests);

static void
test_msgport_queues(void)
{
	struct lwkt_port port, back;
	struct lwkt_msg m[4];

	lwkt_initport(&port);
	lwkt_initport(&back);
	KT_CHECK(lwkt_getport(&port) == NULL);
	for (int i = 0; i < 4; i++) {
		lwkt_initmsg(&m[i], &back, i >= 2 ? MSGF_PRIORITY : 0);
		KT_EQUAL(lwkt_sendmsg(&port, &m[i]), 0);
		KT_CHECK(m[i].ms_flags & MSGF_QUEUED);
	}
	/* Those with priority first, each kind in order. */
	for (int i = 0; i < 4; i++) {
		struct lwkt_msg *msg = lwkt_getport(&port);

		KT_CHECK(msg == &m[(i + 2) % 4]);
		KT_CHECK(lwkt_getport(&back) == NULL);
		lwkt_replymsg(msg, i);
		KT_CHECK(lwkt_getport(&back) == msg);
		KT_EQUAL(msg->ms_error, i);
		KT_CHECK(msg->ms_flags & MSGF_REPLY);
		KT_CHECK(!(msg->ms_flags & (MSGF_QUEUED | MSGF_INTRANSIT)));
	}
	lwkt_closeport(&port);
	lwkt_closeport(&back);
}
KTEST(msgport_queues, "2.4", test_msgport_queues);

/* The client has died, port and all, before the answer comes. */
static void
test_msgport_reply_to_the_dead(void)
{
	struct lwkt_port port;
	struct lwkt_port *back = kmalloc(sizeof(*back), &M_KTEST_PORT, 0);
	struct lwkt_msg held, queued;

	if (!KT_CHECK(back != NULL))
		return;
	lwkt_initport(&port);
	lwkt_initport(back);
	lwkt_initmsg(&held, back, 0);
	lwkt_initmsg(&queued, back, 0);
	KT_EQUAL(lwkt_sendmsg(&port, &held), 0);
	KT_CHECK(lwkt_getport(&port) == &held);
	KT_EQUAL(lwkt_sendmsg(&port, &queued), 0);
	lwkt_closeport(back);
	memset(back, 0x5a, sizeof(*back));
	kfree(back, &M_KTEST_PORT);
	lwkt_replymsg(&held, 0);
	KT_CHECK(lwkt_getport(&port) == &queued);
	lwkt_replymsg(&queued, 0);
	KT_CHECK(held.ms_flags & queued.ms_flags & MSGF_DONE);
	lwkt_closeport(&port);
}
KTEST(msgport_reply_to_the_dead, "2.4 t1", test_msgport_reply_to_the_dead);

static void
ask_once(void *arg)
{
	struct lwkt_msg *msg = arg;

	lwkt_initmsg(msg, &curthread->td_msgport, 0);
	atomic_store(&client_error,
	    (uint32_t)lwkt_domsg(&server, msg, PCATCH)); /* sleeps */
	KT_CHECK(msg->ms_flags & MSGF_DONE);
	/* No trace of it is left on either port. */
	KT_EQUAL(curthread->td_msgport.mp_outstanding, 0);
	KT_CHECK(TAILQ_EMPTY(&curthread->td_msgport.mp_transit));
	lwkt_initmsg(msg, NULL, 0);
	atomic_add(&finished, 1);
}

static void
test_msgport_close(void)
{
	struct lwkt_msg msg, late;

	finished = 0;
	lwkt_initport(&server);
	ktest_spawn(ask_once, &msg, TDPRI_KERN_USER, ncpus - 1);
	KT_WAIT(!TAILQ_EMPTY(&server.mp_msgq));
	KT_EQUAL(atomic_load(&finished), 0);
	lwkt_closeport(&server);
	KT_WAIT(atomic_load(&finished) == 1);
	KT_EQUAL(client_error, ECONNABORTED);
	lwkt_initmsg(&late, &curthread->td_msgport, 0);
	KT_EQUAL(lwkt_sendmsg(&server, &late), ECONNREFUSED);
	KT_EQUAL(lwkt_domsg(&server, &late, 0), ECONNREFUSED); /* sleeps */
	KT_EQUAL(curthread->td_msgport.mp_outstanding, 0);
	KT_CHECK(TAILQ_EMPTY(&curthread->td_msgport.mp_transit));
}
KTEST(msgport_close, "2.4", test_msgport_close);

static void
test_msgport_abort_queued(void)
{
	struct lwkt_msg msg;

	finished = 0;
	lwkt_initport(&server);
	ktest_spawn(ask_once, &msg, TDPRI_KERN_USER, ncpus - 1);
	KT_WAIT(!TAILQ_EMPTY(&server.mp_msgq));
	lwkt_abortmsg(&msg);
	KT_WAIT(atomic_load(&finished) == 1);
	KT_EQUAL(client_error, EINTR);
	KT_CHECK(lwkt_getport(&server) == NULL);
	lwkt_closeport(&server);
}
KTEST(msgport_abort_queued, "2.4 t2", test_msgport_abort_queued);

static uint32_t aborts; /* ATOMIC */

static void
note_abort(struct lwkt_msg *msg)
{
	(void)msg;
	atomic_add(&aborts, 1);
}

/* The server has it: the sender goes on only when the server has replied. */
static void
test_msgport_abort_in_hand(void)
{
	struct lwkt_msg msg, *got;

	finished = aborts = 0;
	lwkt_initport(&server);
	ktest_spawn(ask_once, &msg, TDPRI_KERN_USER, ncpus - 1);
	got = lwkt_waitport(&server, 0); /* sleeps */
	KT_CHECK(got == &msg);
	lwkt_abortmsg(&msg);
	KT_EQUAL(aborts, 0);
	got->ms_abort = note_abort;
	atomic_set(&got->ms_flags, MSGF_ABORTABLE);
	lwkt_abortmsg(&msg);
	KT_EQUAL(aborts, 1);
	KT_EQUAL(atomic_load(&finished), 0);
	lwkt_replymsg(got, EINTR);
	KT_WAIT(atomic_load(&finished) == 1);
	KT_EQUAL(client_error, EINTR);
	lwkt_closeport(&server);
}
KTEST(msgport_abort_in_hand, "2.4 t2", test_msgport_abort_in_hand);

/* Replies that nobody has fetched go with their port; they are answered to
 * nobody a second time. */
static void
test_msgport_close_with_replies(void)
{
	struct lwkt_port port, back;
	struct lwkt_msg asked, answered;

	lwkt_initport(&port);
	lwkt_initport(&back);
	lwkt_initmsg(&answered, &back, 0);
	lwkt_initmsg(&asked, NULL, 0);
	KT_EQUAL(lwkt_sendmsg(&port, &answered), 0);
	KT_CHECK(lwkt_getport(&port) == &answered);
	lwkt_replymsg(&answered, ENOENT);
	KT_CHECK(answered.ms_flags & MSGF_QUEUED);
	KT_EQUAL(lwkt_sendmsg(&back, &asked), 0);
	lwkt_closeport(&back);
	KT_EQUAL(answered.ms_error, ENOENT);
	KT_CHECK(!(answered.ms_flags & MSGF_QUEUED));
	KT_EQUAL(asked.ms_error, ECONNABORTED);
	lwkt_closeport(&port);
}
KTEST(msgport_close_with_replies, "2.4", test_msgport_close_with_replies);
