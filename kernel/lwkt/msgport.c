/*
 * msgport.c -- message ports: see msgport.h (spec 2.4).
 *
 * A message in transit is on two lists: the queue of its target port, until
 * the receiver takes it, and mp_transit of its reply port, until it is
 * replied.  Either port may end first:
 * - the target's close answers what is queued there;
 * - the reply port's close clears ms_reply_port of what is in transit, so the
 *   reply, whenever it comes, finds no port and is dropped.
 *
 * The lock of a port stands in a table, by a hash of its address.  So it can
 * be taken before one knows whether the port still exists: a message that is
 * found queued (or in transit to it) under the lock proves that it does.  Only
 * one of these locks is held at a time.
 *
 * Sleepers: lwkt_waitport() on the port, lwkt_domsg() on the message; both are
 * woken after the lock is dropped, by address alone.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/msgport.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/spin.h"

#define PORT_LOCKS_LOG2 6

struct port_lock {
	struct spinlock pl_spin; /* SELF */
} __cachealigned;

static struct port_lock port_locks[1 << PORT_LOCKS_LOG2] = {
	[0 ... (1 << PORT_LOCKS_LOG2) - 1] = {
		SPIN_INITIALIZER("msgport", SPIN_LEAF)
	},
};

static struct spinlock *
port_lock(const struct lwkt_port *port)
{
	uint64_t h = (uintptr_t)port * 0x9e3779b97f4a7c15UL;
	struct spinlock *sl = &port_locks[h >> (64 - PORT_LOCKS_LOG2)].pl_spin;

	spin_lock(sl);
	return sl;
}

static struct lwkt_msgq *
port_queue(struct lwkt_port *port, const struct lwkt_msg *msg)
{
	return atomic_load(&msg->ms_flags) & MSGF_PRIORITY ? &port->mp_priq :
							     &port->mp_msgq;
}

void
lwkt_initport(struct lwkt_port *port)
{
	TAILQ_INIT(&port->mp_msgq);
	TAILQ_INIT(&port->mp_priq);
	TAILQ_INIT(&port->mp_transit);
	port->mp_closed = false;
	port->mp_outstanding = 0;
}

void
lwkt_initmsg(struct lwkt_msg *msg, struct lwkt_port *reply, uint32_t flags)
{
	memset(msg, 0, sizeof(*msg));
	msg->ms_reply_port = reply;
	msg->ms_flags = flags;
}

/* The first message queued on port, taken off; NULL: none.  Locked. */
static struct lwkt_msg *
port_pop(struct lwkt_port *port)
{
	struct lwkt_msg *msg = TAILQ_FIRST(&port->mp_priq);

	if (msg == NULL)
		msg = TAILQ_FIRST(&port->mp_msgq);
	if (msg == NULL)
		return NULL;
	TAILQ_REMOVE(port_queue(port, msg), msg, ms_node);
	atomic_clear(&msg->ms_flags, MSGF_QUEUED);
	return msg;
}

/* Lists msg with its reply port, if it has one; false when that is closed. */
static bool
msg_depart(struct lwkt_msg *msg)
{
	struct lwkt_port *reply = msg->ms_reply_port;
	struct spinlock *sl;
	bool open;

	atomic_clear(&msg->ms_flags, MSGF_DONE | MSGF_REPLY);
	if (reply != NULL) {
		sl = port_lock(reply);
		open = !reply->mp_closed;
		if (open)
			TAILQ_INSERT_TAIL(&reply->mp_transit, msg, ms_transit);
		spin_unlock(sl);
		if (!open)
			return false;
	}
	atomic_set(&msg->ms_flags, MSGF_INTRANSIT);
	return true;
}

/*
 * Takes msg off its reply port's list; returns that port, locked by *slp, or
 * NULL and no lock when there is none (any more).
 */
static struct lwkt_port *
msg_arrive(struct lwkt_msg *msg, struct spinlock **slp)
{
	struct lwkt_port *reply;

	while ((reply = atomic_load(&msg->ms_reply_port)) != NULL) {
		struct spinlock *sl = port_lock(reply);

		if (atomic_load(&msg->ms_reply_port) == reply) {
			TAILQ_REMOVE(&reply->mp_transit, msg, ms_transit);
			atomic_clear(&msg->ms_flags, MSGF_INTRANSIT);
			*slp = sl;
			return reply;
		}
		spin_unlock(sl);
	}
	atomic_clear(&msg->ms_flags, MSGF_INTRANSIT);
	return NULL;
}

int
lwkt_sendmsg(struct lwkt_port *port, struct lwkt_msg *msg)
{
	struct spinlock *sl;
	bool open;

	if (!msg_depart(msg))
		return ECONNREFUSED;
	msg->ms_target_port = port;
	sl = port_lock(port);
	open = !port->mp_closed;
	if (open) {
		atomic_set(&msg->ms_flags, MSGF_QUEUED);
		TAILQ_INSERT_TAIL(port_queue(port, msg), msg, ms_node);
	}
	spin_unlock(sl);
	if (open) {
		/* WAKES: lwkt_waitport().  msg is not ours any more. */
		wakeup(port);
		return 0;
	}
	if (msg_arrive(msg, &sl) != NULL)
		spin_unlock(sl);
	return ECONNREFUSED;
}

void
lwkt_replymsg(struct lwkt_msg *msg, int error)
{
	bool sync = atomic_load(&msg->ms_flags) & MSGF_SYNC;
	struct lwkt_port *reply;
	struct spinlock *sl;

	msg->ms_error = error;
	reply = msg_arrive(msg, &sl);
	if (reply == NULL) {
		atomic_set(&msg->ms_flags, MSGF_REPLY | MSGF_DONE);
		return;
	}
	if (sync) {
		atomic_set(&msg->ms_flags, MSGF_REPLY | MSGF_DONE);
	} else {
		atomic_set(&msg->ms_flags,
		    MSGF_REPLY | MSGF_DONE | MSGF_QUEUED);
		TAILQ_INSERT_TAIL(port_queue(reply, msg), msg, ms_node);
	}
	spin_unlock(sl);
	/* WAKES: lwkt_domsg(), or lwkt_waitport() on the reply port.  Neither
	 * need exist any more: the addresses are only compared. */
	wakeup(sync ? (const void *)msg : (const void *)reply);
}

void
lwkt_abortmsg(struct lwkt_msg *msg)
{
	struct lwkt_port *port = msg->ms_target_port;
	struct spinlock *sl = port_lock(port);
	bool queued = atomic_load(&msg->ms_flags) & MSGF_QUEUED;

	if (queued) {
		TAILQ_REMOVE(port_queue(port, msg), msg, ms_node);
		atomic_clear(&msg->ms_flags, MSGF_QUEUED);
	}
	spin_unlock(sl);
	if (queued)
		lwkt_replymsg(msg, EINTR);
	else if ((atomic_load(&msg->ms_flags) & MSGF_ABORTABLE) &&
	    msg->ms_abort != NULL)
		msg->ms_abort(msg);
}

/*
 * Sleeps until msg is done; true when it is.  False: perhaps not, or the
 * sleep was cut short (*error).
 */
static bool
msg_sleep(struct lwkt_msg *msg, struct lwkt_port *reply, int slpflags,
    int *error)
{
	struct spinlock *sl;
	bool done;

	tsleep_interlock(msg, 0);
	sl = port_lock(reply);
	done = atomic_load(&msg->ms_flags) & MSGF_DONE;
	spin_unlock(sl);
	*error = 0;
	if (done)
		tsleep_remove(curthread);
	else
		*error = tsleep(msg, PINTERLOCKED | slpflags, "domsg",
		    0); /* sleeps */
	return done;
}

int
lwkt_domsg(struct lwkt_port *port, struct lwkt_msg *msg, int slpflags)
{
	struct lwkt_port *reply = msg->ms_reply_port;
	int error;

	KKASSERT(reply != NULL);
	atomic_set(&msg->ms_flags, MSGF_SYNC);
	atomic_add(&reply->mp_outstanding, 1);
	error = lwkt_sendmsg(port, msg);
	if (error != 0) {
		msg->ms_error = error;
		atomic_set(&msg->ms_flags, MSGF_DONE);
	}
	while (!msg_sleep(msg, reply, slpflags, &error)) { /* sleeps */
		if (error == 0)
			continue;
		/* The request is ended early but still ended: the sender may
		 * be about to die with the memory of msg. */
		slpflags &= ~PCATCH;
		lwkt_abortmsg(msg);
	}
	atomic_clear(&msg->ms_flags, MSGF_SYNC);
	atomic_sub(&reply->mp_outstanding, 1);
	return msg->ms_error;
}

struct lwkt_msg *
lwkt_getport(struct lwkt_port *port)
{
	struct spinlock *sl = port_lock(port);
	struct lwkt_msg *msg = port_pop(port);

	spin_unlock(sl);
	return msg;
}

struct lwkt_msg *
lwkt_waitport(struct lwkt_port *port, int slpflags)
{
	struct lwkt_msg *msg;
	int error = 0;

	while (error == 0) {
		tsleep_interlock(port, 0);
		msg = lwkt_getport(port);
		if (msg != NULL) {
			tsleep_remove(curthread);
			return msg;
		}
		error = tsleep(port, PINTERLOCKED | slpflags, "waitport",
		    0); /* sleeps */
	}
	return lwkt_getport(port);
}

/* Detaches the requests that wait for a reply to port.  Locked. */
static void
port_orphan_requests(struct lwkt_port *port)
{
	struct lwkt_msg *msg;

	while ((msg = TAILQ_FIRST(&port->mp_transit)) != NULL) {
		TAILQ_REMOVE(&port->mp_transit, msg, ms_transit);
		atomic_store(&msg->ms_reply_port, NULL);
	}
}

void
lwkt_closeport(struct lwkt_port *port)
{
	struct lwkt_msg *msg;
	struct spinlock *sl;

	KASSERT(atomic_load(&port->mp_outstanding) == 0,
	    "a port is closed under its synchronous requests");
	sl = port_lock(port);
	port->mp_closed = true;
	port_orphan_requests(port);
	while ((msg = port_pop(port)) != NULL) {
		if (atomic_load(&msg->ms_flags) & MSGF_REPLY)
			continue;
		spin_unlock(sl);
		lwkt_replymsg(msg, ECONNABORTED);
		sl = port_lock(port);
	}
	spin_unlock(sl);
}
