/*
 * peers.c -- chains made by rfork(RFTHREAD): a leader and its peers (spec
 * 2.12).
 *
 * The leader outlives its peers.  When it ends it kills them, by pointer and
 * without asking for permission (D18), and waits until the chain is empty.  A
 * peer that joins meanwhile is killed too, or does not come to join.  One token
 * guards all chains: only processes in one take it.
 */
#include "kernel/abi/signal.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/peers.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"

static struct lwkt_token peers_token = TOKEN_INITIALIZER("peers");

static void
peers_lock(void) TAKES(list_token) SLEEPS UNCHECKED
{
	lwkt_gettoken(&peers_token);
}

static void
peers_unlock(void) DROPS(list_token) UNCHECKED
{
	lwkt_reltoken(&peers_token);
}

void
peers_join(struct proc *p, struct proc *leader)
{
	peers_lock(); /* sleeps */
	p->p_leader = leader;
	/* RACE: exit_wait_peers() may be in its walk, which comes to this one
	 * at the end; or it has passed p's maker, a peer itself, who sees that
	 * it has been killed and takes p back (fork_enter). */
	TAILQ_INSERT_TAIL(&leader->p_peers, p, p_peer);
	peers_unlock();
}

void
peers_leave(struct proc *p)
{
	struct proc *leader = p->p_leader;

	peers_lock(); /* sleeps */
	/* RACE: a leader that finds its chain empty does not come for the
	 * token: it may end and be buried as soon as p is off the list. */
	PHOLD(leader);
	TAILQ_REMOVE(&leader->p_peers, p, p_peer);
	p->p_leader = p;
	/* WAKES: exit_wait_peers(). */
	if (TAILQ_EMPTY(&leader->p_peers))
		wakeup(&leader->p_peers);
	PRELE(leader);
	peers_unlock();
}

void
exit_wait_peers(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc, *peer;

	/* Without the token: whoever could join is a thread of ours, and those
	 * are dead, or a peer of ours, and then the list is not empty. */
	if (TAILQ_EMPTY(&p->p_peers))
		return;
	peers_lock(); /* sleeps */
	while (!TAILQ_EMPTY(&p->p_peers)) {
		/* RACE: ksignal() may sleep for the peer's token, and the list
		 * change.  Whoever joins comes to its end, and the walk goes
		 * on from the peer itself, or begins again when that has
		 * left: so nobody is passed by. */
		struct proc *next;

		for (peer = TAILQ_FIRST(&p->p_peers); peer != NULL;
		    peer = next) {
			PHOLD(peer);
			ksignal(peer, SIGKILL); /* sleeps */
			next = peer->p_leader == p ?
			    TAILQ_NEXT(peer, p_peer) :
			    TAILQ_FIRST(&p->p_peers);
			PRELE(peer);
		}
		if (!TAILQ_EMPTY(&p->p_peers))
			tsleep(&p->p_peers, 0, "exit1", 0); /* sleeps */
	}
	peers_unlock();
}

void
exit_leave_peers(struct lwp *lp)
{
	if (lp->lwp_proc->p_leader != lp->lwp_proc)
		peers_leave(lp->lwp_proc); /* sleeps */
}
