/*
 * tty_session.c -- a terminal and the session that it controls.
 *
 * They name each other: t_session under t_token; s_ttyp, which holds a
 * reference, under s_spin, and changed with t_token held, too.  Only the
 * leader of a session makes a terminal its own (TIOCSCTTY), and it lets go of
 * it when it exits at the latest; it is a member of its session until it is
 * buried.  So t_session is never a session that is gone.
 *
 * A process has a controlling terminal when its session has one and it has
 * P_CONTROLT: the leader from TIOCSCTTY on, others from their birth, until
 * TIOCNOTTY or setsid().
 *
 * The foreground group is kept by a reference, so that its number does not
 * become another's.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/errors.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/lwkt/thread.h"
#include "kernel/md.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/jobs.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"
#include "kernel/tty/tty.h"

#define EXIT_DRAIN_NS 2000000000UL /* what a dead leader waits for its output  \
				    */

static void session_lock(struct session *sess) TAKES(leaf_spin) UNCHECKED;
static void
session_lock(struct session *sess)
{
	spin_lock(&sess->s_spin);
}

static void session_unlock(struct session *sess) DROPS(leaf_spin) UNCHECKED;
static void
session_unlock(struct session *sess)
{
	spin_unlock(&sess->s_spin);
}

/* The terminal of a session, with a reference, or NULL. */
static struct tty *
session_tty(struct session *sess)
{
	struct tty *tp;

	session_lock(sess);
	tp = sess->s_ttyp;
	if (tp != NULL)
		tty_hold(tp);
	session_unlock(sess);
	return tp;
}

/* The group of the current process, with a reference. */
static struct pgrp *
my_pgrp(void)
{
	struct proc *p = curproc;
	struct pgrp *pg;

	proc_lock(p); /* sleeps */
	pg = p->p_pgrp;
	pghold(pg);
	proc_unlock(p);
	return pg;
}

struct tty *
ctty_get(void)
{
	struct tty *tp = NULL;
	struct pgrp *pg;

	if (!(atomic_load(&curproc->p_flags) & P_CONTROLT))
		return NULL;
	pg = my_pgrp(); /* sleeps */
	tp = session_tty(pg->pg_session);
	pgrele(pg);
	return tp;
}

bool
tty_is_mine(const struct tty *tp)
{
	struct proc *p = curproc;

	return tp->t_session != NULL &&
	       tp->t_session->s_sid == atomic_load(&p->p_sid) &&
	       (atomic_load(&p->p_flags) & P_CONTROLT);
}

void
tty_detach(struct tty *tp)
{
	struct session *sess = tp->t_session;
	struct pgrp *pg = tp->t_pgrp;

	if (sess == NULL)
		return;
	session_lock(sess);
	sess->s_ttyp = NULL;
	session_unlock(sess);
	tp->t_session = NULL;
	tp->t_pgrp = NULL;
	if (pg != NULL)
		pgrele(pg);
	/* The session's reference; the caller has another. */
	atomic_sub(&tp->t_refs, 1);
}

/*
 * The calls.
 */

/* May the current process, whose group is pg, make tp its terminal? */
static int take_check(struct tty *tp, struct pgrp *pg)
    NEEDS(tty_token) UNCHECKED;
static int
take_check(struct tty *tp, struct pgrp *pg)
{
	struct session *sess = pg->pg_session;

	if (sess->s_sid != curproc->p_pid)
		return EPERM;
	if (tp->t_session != sess &&
	    (tp->t_session != NULL || sess->s_ttyp != NULL))
		return EPERM;
	return 0;
}

int
tty_take(struct tty *tp, const struct tty_file *tf)
{
	struct proc *p = curproc;
	struct pgrp *pg, *old = NULL;
	struct session *sess;
	int error;

	proc_lock(p); /* sleeps */
	pg = p->p_pgrp;
	sess = pg->pg_session;
	session_lock(sess);
	/* RACE: it may have been revoked in the sleep. */
	error = tty_alive(tp, tf);
	if (error == 0)
		error = take_check(tp, pg);
	if (error == 0 && sess->s_ttyp == NULL) {
		sess->s_ttyp = tp;
		tty_hold(tp);
	}
	session_unlock(sess);
	if (error == 0) {
		old = tp->t_pgrp;
		pghold(pg);
		tp->t_session = sess;
		tp->t_pgrp = pg;
		p->p_flags |= P_CONTROLT;
	}
	proc_unlock(p);
	if (error == 0 && old != NULL)
		pgrele(old);
	return error;
}

int
tty_give_up(void)
{
	struct proc *p = curproc;
	int error = 0;

	proc_lock(p); /* sleeps */
	/* SPEC 2.14: the leader keeps it until it exits. */
	if (p->p_pid == atomic_load(&p->p_sid))
		error = EINVAL;
	else
		p->p_flags &= ~(uint32_t)P_CONTROLT;
	proc_unlock(p);
	return error;
}

int
tty_set_pgrp(struct tty *tp, int pgid)
{
	struct pgrp *pg, *old;

	if (!tty_is_mine(tp))
		return ENOTTY;
	if (pgid <= 0)
		return EINVAL;
	pg = pgfind(pgid);
	if (pg == NULL)
		return EPERM;
	if (pg->pg_session != tp->t_session) {
		pgrele(pg);
		return EPERM;
	}
	old = tp->t_pgrp;
	tp->t_pgrp = pg;
	if (old != NULL)
		pgrele(old);
	/* WAKES: readers who are in the background now. */
	tty_wake_all(tp);
	return 0;
}

/*
 * Signals.
 */

void
tty_signal(struct tty *tp, int sig, bool controlled)
{
	struct pgrp *pg = tp->t_pgrp;

	if (pg == NULL)
		return;
	pghold(pg);
	pgsignal(pg, sig, controlled); /* sleeps */
	pgrele(pg);
}

/* What a call gets whose thread may have been told to stop, or to enter a
 * handler; it begins again after that.  Nobody wakes the sleep, which is over
 * at once: it is asked for its error. */
static int
stop_error(void)
{
	int ident, error;

	error = tsleep(&ident, PCATCH | PASKED, "ttybg", 1); /* sleeps */
	return error == EINTR ? EINTR : ERESTART;
}

/* SPEC 2.13: in an orphaned group nobody would let it go on again. */
int
tty_background(struct tty *tp, int sig)
{
	struct proc *p = curproc;
	struct pgrp *pg;
	bool orphaned, discarded;

	if (likely(!tty_is_mine(tp) || tp->t_pgrp == NULL ||
		   tp->t_pgrp->pg_id == atomic_load(&p->p_pgid)))
		return 0;
	pg = my_pgrp();                            /* sleeps */
	discarded = sig_is_discarded(curlwp, sig); /* sleeps */
	orphaned = pgrp_is_orphaned(pg);
	if (discarded || orphaned || (atomic_load(&p->p_mpflags) & P_PPWAIT)) {
		pgrele(pg);
		return sig == SIGTTOU && (discarded || !orphaned) ? 0 : EIO;
	}
	pgsignal(pg, sig, true); /* sleeps */
	pgrele(pg);
	return stop_error(); /* sleeps */
}

/* The leader of the session that tp controls, held, or NULL. */
static struct proc *session_leader(struct tty *tp) NEEDS(tty_token) UNCHECKED;
static struct proc *
session_leader(struct tty *tp)
{
	struct session *sess = tp->t_session;
	struct proc *leader;

	if (sess == NULL)
		return NULL;
	session_lock(sess);
	leader = sess->s_leader;
	if (leader != NULL)
		PHOLD(leader);
	session_unlock(sess);
	return leader;
}

void
tty_hangup(struct tty *tp)
{
	struct proc *leader;

	tp->t_carrier = false;
	tty_flush(tp, FWRITE);
	tty_wake_all(tp);
	leader = session_leader(tp);
	if (leader != NULL) {
		ksignal(leader, SIGHUP); /* sleeps */
		PRELE(leader);
	}
}

/*
 * The end of a session's leader.
 */

static void
set_exitwait(struct proc *p, const void *ident)
{
	proc_lock(p); /* sleeps */
	p->p_exitwait = ident;
	proc_unlock(p);
}

/* D46, D47: for so long, until the output is out, or until SIGKILL comes; the
 * process is past all other signals, its own SIGHUP included. */
static void NEEDS(tty_token)
tty_drain_at_exit(struct tty *tp, struct proc *p, const struct session *sess)
{
	uint64_t until = cpu_uptime_ns() + EXIT_DRAIN_NS, now;

	while (tp->t_session == sess && tp->t_carrier && tty_outq(tp) > 0 &&
	       (now = cpu_uptime_ns()) < until) {
		tp->t_dwait = true;
		/* RACE: SIGKILL says so, then wakes; we queue, then look.
		 * Woken by wake_drainers(), kill_exiting(). */
		tsleep_interlock(&tp->t_opos, 0);
		if (atomic_load(&p->p_mpflags) & P_KILLED)
			break;
		tsleep(&tp->t_opos, PINTERLOCKED | PASKED, /* sleeps */
		    "ttydie", until - now);
	}
	tsleep_remove(curthread);
}

/* SPEC X39.  D45: sess is kept by p's own membership, tp by a reference. */
static __rare void
session_end(struct proc *p, struct session *sess)
{
	struct tty *tp = session_tty(sess);

	if (tp != NULL) {
		set_exitwait(p, &tp->t_opos);
		tty_lock(tp); /* sleeps */
		/* RACE: revoke(2) may take it away, before and in between. */
		if (tp->t_session == sess)
			tty_signal(tp, SIGHUP, true); /* sleeps */
		tty_drain_at_exit(tp, p, sess);       /* sleeps */
		if (tp->t_session == sess)
			tty_revoke(tp);
		tty_unlock(tp);
		set_exitwait(p, NULL);
		tty_rele(tp); /* sleeps */
	}
	session_lock(sess);
	sess->s_leader = NULL;
	session_unlock(sess);
}

void
exit_terminal(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct pgrp *pg;

	if (likely(p->p_pid != atomic_load(&p->p_sid)))
		return;
	pg = my_pgrp();                 /* sleeps */
	session_end(p, pg->pg_session); /* sleeps */
	pgrele(pg);
}
