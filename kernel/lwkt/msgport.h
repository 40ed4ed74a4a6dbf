/*
 * msgport.h -- message ports (spec 2.4).
 *
 * A port is a queue with an owner thread that waits on it.  A message is sent
 * to a port and comes back to its reply port.  The sender owns the memory of
 * the message until it has been sent and again when it has been replied.
 *
 * The lock of a port is not in it: a sender that takes a message back may
 * find that the port is gone (msgport.c).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "kernel/lockcheck.h"

struct lwkt_port;
struct thread;

#define MSGF_DONE 0x0001
#define MSGF_REPLY 0x0002
#define MSGF_QUEUED 0x0004
#define MSGF_SYNC 0x0008      /* the sender waits for this very message */
#define MSGF_INTRANSIT 0x0010
#define MSGF_ABORTABLE 0x0080 /* ms_abort may be called */
#define MSGF_PRIORITY 0x0100  /* goes before the others */

struct lwkt_msg {
	TAILQ_ENTRY(lwkt_msg) ms_node;	   /* GUARDED(leaf_spin) queue */
	TAILQ_ENTRY(lwkt_msg) ms_transit;  /* GUARDED(leaf_spin) mp_transit of
					      the reply port */
	struct lwkt_port *ms_target_port;  /* STABLE while in transit; gone,
					      maybe, when not queued on it */
	struct lwkt_port *ms_reply_port;   /* GUARDED(leaf_spin) NULL: it has
					      been closed, no reply */
	void (*ms_abort)(struct lwkt_msg *); /* OWNER who sets MSGF_ABORTABLE */
	uint32_t ms_flags;		   /* ATOMIC MSGF_* */
	int ms_error;			   /* OWNER of the message */
	long ms_result;			   /* OWNER of the message */
};

TAILQ_HEAD(lwkt_msgq, lwkt_msg);

struct lwkt_port {
	struct lwkt_msgq mp_msgq;	  /* GUARDED(leaf_spin) */
	struct lwkt_msgq mp_priq;	  /* GUARDED(leaf_spin) */
	struct lwkt_msgq mp_transit;	  /* GUARDED(leaf_spin) sent, and to be
					     replied to this port */
	bool mp_closed;			  /* GUARDED(leaf_spin) replies to it
					     are dropped, requests refused */
	uint32_t mp_outstanding;	  /* ATOMIC synchronous requests that
					     have not come back */
};

void lwkt_initport(struct lwkt_port *port);
/* Closes a port for good: requests that are queued on it are answered with
 * ECONNABORTED, replies to its own requests are dropped from now on.  No
 * synchronous request of it is outstanding.  Its memory may be freed. */
void lwkt_closeport(struct lwkt_port *port);
void lwkt_initmsg(struct lwkt_msg *msg, struct lwkt_port *reply,
    uint32_t flags);
/* Queues msg on port; never blocks.  0, or ECONNREFUSED when it is closed. */
int lwkt_sendmsg(struct lwkt_port *port, struct lwkt_msg *msg);
/* Sends, and waits for the reply; returns ms_error.  slpflags: PCATCH lets a
 * signal abort the request (it is then completed all the same before this
 * returns). */
int lwkt_domsg(struct lwkt_port *port, struct lwkt_msg *msg, int slpflags)
    SLEEPS;
/* Asks for an early end of a synchronous request (EINTR unless its receiver
 * says otherwise); the sender is in lwkt_domsg() and stays there until the
 * reply. */
void lwkt_abortmsg(struct lwkt_msg *msg);
void lwkt_replymsg(struct lwkt_msg *msg, int error);
/* The next message, NULL when there is none; or wait for one (NULL only when
 * slpflags has PCATCH and a signal came). */
struct lwkt_msg *lwkt_getport(struct lwkt_port *port);
struct lwkt_msg *lwkt_waitport(struct lwkt_port *port, int slpflags) SLEEPS;
