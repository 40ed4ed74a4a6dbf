/*
 * wait.c -- room 5: the parent reads the will and buries the rest.
 *
 * A wait finds a zombie in its own lists, under its own token, and claims it
 * there and then, before its first sleep (law 1), so that other waits pass it
 * by (D04, E82).  Then, with the parent's token let go:
 *	wait until the last thread has counted itself out (p_nthreads),
 *	deliver the status; if that fails, give the claim back,
 *	finish the master thread (reap.c), bury.
 * A claimed child is on its list until it is buried, and counted in
 * p_nchildren, so that other waits block for it rather than fail.
 *
 * No lost wakeup (laws 5, 6): waits test their lists and sleep on their own
 * proc under one hold of their own token, and whoever makes the test come out
 * differently (exit_tell_parent, adoption, unclaim, the last burial) takes
 * that token to do it and wakes that address.
 *
 * Lists are kept by state and kind, last death first; so "any child" and "that
 * child" cost the same whatever the number of children (D55).  Selection by
 * group, session or user walks the lists.
 */
#include "kernel/proc/wait.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/family.h"
#include "kernel/proc/pgrp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/procs.h"
#include "kernel/proc/tracees.h"
#include "kernel/proc/ucred.h"
#include "kernel/sched/usched.h"

#define WAIT_OPTIONS                                                           \
	((int)(WNOHANG | WUNTRACED | WCONTINUED | WNOWAIT | WEXITED |          \
	    WTRAPPED | WLINUXCLONE))

static inline enum child_kind
wanted_kind(const struct wait_request *wr)
{
	return wr->wr_options & (int)WLINUXCLONE ? CHILD_CLONE : CHILD_PLAIN;
}

/* Does child match the request's idtype? */
static bool
selects(const struct wait_request *wr, const struct proc *child)
{
	switch (wr->wr_idtype) {
	case P_ALL:
		return true;
	case P_PID:
		return child->p_pid == wr->wr_id;
	case P_PGID:
		return atomic_load(&child->p_pgid) == wr->wr_id;
	case P_SID:
		return atomic_load(&child->p_sid) == wr->wr_id;
	case P_UID:
		return atomic_load(&child->p_uid) == wr->wr_id;
	case P_GID:
		return atomic_load(&child->p_gid) == wr->wr_id;
	default:
		return false;
	}
}

/* Its own that others trace can be waited for, but are not there yet. */
static __rare bool
orphans_select(struct proc *p, const struct wait_request *wr)
    NEEDS(parent_token)
{
	struct proc *child;

	LIST_FOREACH(child, &p->p_orphans, p_orphan)
		if ((child->p_osigparent == SIGCHLD) ==
			(wanted_kind(wr) == CHILD_PLAIN) &&
		    selects(wr, child))
			return true;
	return false;
}

/* The zombie that a search through the lists finds; NULL, and whether any
 * child could ever match. */
static __rare struct proc *
find_selected(struct proc *p, const struct wait_request *wr, bool *possible)
    NEEDS(parent_token)
{
	enum child_kind kind = wanted_kind(wr);
	struct proc *child;

	*possible = orphans_select(p, wr);
	TAILQ_FOREACH(child, &p->p_zombies[kind], p_sibling) {
		if (!selects(wr, child))
			continue;
		if (!child->p_claimed)
			return child;
		*possible = true; /* it may be given back */
	}
	TAILQ_FOREACH(child, &p->p_children, p_sibling)
		if ((child->p_sigparent == SIGCHLD) == (kind == CHILD_PLAIN) &&
		    selects(wr, child))
			*possible = true;
	return NULL;
}

/* MODEL: adoption.pml, handshake.pml. */
static inline struct proc *
find_any(struct proc *p, const struct wait_request *wr, bool *possible)
    NEEDS(parent_token)
{
	enum child_kind kind = wanted_kind(wr);
	struct proc *child = TAILQ_FIRST(&p->p_zombies[kind]);

	*possible = p->p_nchildren[kind] != 0;
	/* As many at the most as there are other threads that wait. */
	while (unlikely(child != NULL && child->p_claimed))
		child = TAILQ_NEXT(child, p_sibling);
	return child;
}

/* The child with that pid, by the table and not by the list.
 * MODEL: adoption.pml, handshake.pml. */
static struct proc *
find_by_pid(struct proc *p, const struct wait_request *wr, bool *possible)
    NEEDS(parent_token)
{
	struct proc *child = NULL;

	if (wr->wr_id == (int)wr->wr_id)
		child = pfind_child((int)wr->wr_id, p);
	if (child == NULL && unlikely(!LIST_EMPTY(&p->p_orphans))) {
		*possible = orphans_select(p, wr);
		return NULL;
	}
	*possible = child != NULL &&
	    (child->p_sigparent == SIGCHLD) ==
		(wanted_kind(wr) == CHILD_PLAIN);
	if (!*possible || child->p_claimed || child->p_stat != SZOMB)
		return NULL;
	return child;
}

static inline struct proc *
find(struct proc *p, const struct wait_request *wr, bool *possible)
    NEEDS(parent_token)
{
	if (wr->wr_idtype == P_ALL)
		return find_any(p, wr, possible);
	if (wr->wr_idtype == P_PID)
		return find_by_pid(p, wr, possible);
	return find_selected(p, wr, possible);
}

/* Has the zombie's last thread counted itself out?  Once true that stays, and
 * so does all that it left.
 * MODEL: handshake.pml. */
static inline bool
has_finished(const struct proc *child) UNCHECKED;
static inline bool
has_finished(const struct proc *child)
{
	return atomic_load_acq(&child->p_nthreads) == 0;
}

/* What a zombie that has finished left: the will, and its master for the
 * burial.  No token is needed.
 * MODEL: handshake.pml. */
static inline struct lwp *
read_will(struct proc *child, struct wait_result *ws) UNCHECKED;
static inline struct lwp *
read_will(struct proc *child, struct wait_result *ws)
{
	ws->ws_pid = child->p_pid;
	ws->ws_uid = child->p_ucred->cr_ruid;
	ws->ws_status = (int)child->p_xstat;
	ws->ws_exitval = atomic_load(&child->p_exitval);
	ws->ws_self = &child->p_ru;
	ws->ws_children = &child->p_cru;
	return child->p_master;
}

/* MODEL: handshake.pml. */
static __rare void
wait_finish(struct proc *child)
{
	proc_lock(child); /* sleeps */
	/* Woken by lwp_count_down(). */
	while (child->p_nthreads > 0)
		tsleep(&child->p_nthreads, 0, "lwpzomb", 0); /* sleeps */
	proc_unlock(child);
}

/* Waits until the child's own last thread has passed its last use of the
 * process, and reads what it left.
 * MODEL: adoption.pml, handshake.pml. */
static inline struct lwp *
wait_finished(struct proc *child, struct wait_result *ws)
{
	if (!has_finished(child))
		wait_finish(child); /* sleeps */
	return read_will(child, ws);
}

/* RACE: another thread may wait for the very child that it holds, by
 * /proc/PID/ctl, and have gone to sleep while the child was claimed.  It is to
 * see that there is no such child now, or it and we wait for each other. */
static __rare void
send_holders_away(struct proc *p)
{
	children_lock(p); /* sleeps */
	wakeup(p); /* WAKES: waits that find_by_pid() made sleep */
	children_unlock(p);
}

/* SPEC X84-X90: takes a claimed, finished zombie apart.  Nobody finds it by
 * number or group once it has left the table; then the last hold must go
 * (D48: looked at after it has left, not before).
 * MODEL: adoption.pml, handshake.pml. */
static void
bury(struct lwp *lp, struct proc *child, struct lwp *master)
{
	struct proc *p = lp->lwp_proc;

	lwp_wait(master); /* sleeps */
	usched_heuristic_exiting(lp, master);
	lwp_dispose(master);
	pid_leave(child);
	proc_lock(child); /* sleeps */
	pgrp_leave(child);
	proc_unlock(child);
	if (unlikely((atomic_load(&child->p_lock) & PLOCK_COUNT) != 0))
		send_holders_away(p); /* sleeps */
	proc_stall(child); /* sleeps */

	family_lock(p); /* sleeps */
	/* X85, E57: at the reap, with its descendants. */
	usage_add(&p->p_cru, &child->p_ru);
	/* Whoever has been reaped has spent time in the kernel. */
	if (child->p_cru.us_sticks != 0)
		usage_add(&p->p_cru, &child->p_cru);
	family_bury(child);
	family_unlock(p);
	proc_free(child);
}

/* SPEC X79-X83 for a zombie just claimed.
 * MODEL: handshake.pml, tracing.pml. */
static int
collect(struct lwp *lp, struct proc *child, struct wait_result *ws,
    wait_deliver_t *deliver, void *arg)
{
	struct proc *p = lp->lwp_proc;
	struct lwp *master = wait_finished(child, ws); /* sleeps */
	int error;

	error = deliver != NULL ? deliver(ws, arg) : 0; /* sleeps */
	if (error != 0) {
		children_lock(p); /* sleeps */
		family_unclaim(child);
		children_unlock(p);
		return error;
	}
	if (likely(!is_orphan(child)) || !trace_give_back(child)) /* sleeps */
		bury(lp, child, master); /* sleeps */
	return 0;
}

/* WNOWAIT: reads the will of a zombie and leaves it for another wait.  False
 * when it was taken meanwhile.  Our token is held. */
static __rare bool
peek(struct proc *child, struct wait_result *ws, wait_deliver_t *deliver,
    void *arg, int *errorp) NEEDS(parent_token)
{
	bool ready;

	PHOLD(child);
	wait_finished(child, ws); /* sleeps */
	ready = !child->p_claimed && child->p_pptr == curproc;
	*errorp = 0;
	if (ready && deliver != NULL)
		*errorp = deliver(ws, arg); /* sleeps */
	PRELE(child);
	return ready;
}

/* Is the news of a living child what the request asks for?  RACE: who starts
 * or ends the tracing of a child holds our token. */
static bool
wants_news(const struct wait_request *wr, const struct proc *child)
    NEEDS(parent_token)
{
	if (WIFCONTINUED(child->p_report))
		return wr->wr_options & WCONTINUED;
	return (wr->wr_options & WUNTRACED) ||
	    ((wr->wr_options & WTRAPPED) &&
		(atomic_load(&child->p_flags) & P_TRACED));
}

/* The first living child with such news; NULL. */
static __rare struct proc *
find_changed(struct proc *p, const struct wait_request *wr)
    NEEDS(parent_token)
{
	struct proc *child;

	TAILQ_FOREACH(child, &p->p_changed, p_change)
		if ((child->p_sigparent == SIGCHLD) ==
			(wanted_kind(wr) == CHILD_PLAIN) &&
		    selects(wr, child) && wants_news(wr, child))
			return child;
	return NULL;
}

/* It could not be told: another wait shall.  RACE: the child may have ended or
 * have news by now, or have gone on, unreported, after its stop. */
static __rare void
give_back_change(struct proc *p, struct proc *child, int status)
{
	bool stopped;

	children_lock(p); /* sleeps */
	stopped = atomic_load(&child->p_flags) & P_STOPPED;
	if (child->p_pptr == p && child->p_report == 0 &&
	    atomic_load(&child->p_stat) == SACTIVE &&
	    stopped == !WIFCONTINUED(status)) {
		family_report(child, status);
		/* WAKES: other waits of p, which passed it by meanwhile. */
		wakeup(p);
	}
	children_unlock(p);
}

/* SPEC X92, X93: reports a stop or a continuation to this wait alone.  There
 * is no usage in it, and every byte of that is defined (D01, D02).  Drops our
 * token. */
static __rare int
report_change(struct proc *p, struct proc *child,
    const struct wait_request *wr, struct wait_result *ws,
    wait_deliver_t *deliver, void *arg) DROPS(parent_token)
{
	static const struct usage none;
	int error = 0, status = child->p_report;

	ws->ws_pid = child->p_pid;
	ws->ws_uid = atomic_load(&child->p_uid);
	ws->ws_status = status;
	ws->ws_exitval = 0;
	ws->ws_self = ws->ws_children = &none;
	if (!(wr->wr_options & WNOWAIT))
		family_report(child, 0);
	PHOLD(child);
	children_unlock(p);
	if (deliver != NULL)
		error = deliver(ws, arg); /* sleeps */
	if (error != 0 && !(wr->wr_options & WNOWAIT))
		give_back_change(p, child, status); /* sleeps */
	PRELE(child);
	return error;
}

static int
check_request(const struct wait_request *wr)
{
	if (wr->wr_options & ~WAIT_OPTIONS)
		return EINVAL;
	if (!(wr->wr_options & (WEXITED | WUNTRACED | WCONTINUED | WTRAPPED)))
		return EINVAL;
	switch (wr->wr_idtype) {
	case P_ALL:
	case P_PID:
	case P_PGID:
	case P_SID:
	case P_UID:
	case P_GID:
		return 0;
	default:
		return EINVAL;
	}
}

/* Law 5: our token, under which the lists were just seen, is only lost in
 * the sleep itself.
 * MODEL: adoption.pml, handshake.pml. */
static __rare int
wait_sleep(struct proc *p) NEEDS(parent_token)
{
	int error;

	p->p_nwaiting++;
	error = tsleep(p, PCATCH, "wait", 0); /* sleeps */
	p->p_nwaiting--;
	return error;
}

/* MODEL: adoption.pml, handshake.pml, tracing.pml. */
int
kern_wait(struct lwp *lp, const struct wait_request *wr,
    struct wait_result *ws, wait_deliver_t *deliver, void *arg)
{
	struct proc *p = lp->lwp_proc, *child;
	int error = check_request(wr);
	bool possible = false;

	*ws = (struct wait_result){ 0 };
	if (error != 0)
		return error;
	children_lock(p); /* sleeps */
	for (;;) {
		child = find(p, wr, &possible);
		if (child != NULL && !(wr->wr_options & WEXITED))
			child = NULL;
		if (child != NULL && (wr->wr_options & WNOWAIT)) {
			if (!peek(child, ws, deliver, arg,
				&error)) /* sleeps */
				continue;
			children_unlock(p);
			return error;
		}
		if (child != NULL) {
			family_claim(child);
			children_unlock(p);
			return collect(lp, child, ws, deliver,
			    arg); /* sleeps */
		}
		if (unlikely(!TAILQ_EMPTY(&p->p_changed)) &&
		    (child = find_changed(p, wr)) != NULL)
			return report_change(p, child, wr, ws, deliver,
			    arg); /* sleeps */
		if (!possible)
			error = ECHILD;
		else if (wr->wr_options & WNOHANG)
			error = 0;
		else
			error = wait_sleep(p); /* sleeps */
		if (!possible || (wr->wr_options & WNOHANG) || error != 0)
			break;
	}
	children_unlock(p);
	return error;
}

void
status_to_siginfo(int status, int exitval, struct siginfo *si)
{
	memset(si, 0, sizeof(*si));
	si->si_signo = SIGCHLD;
	if (WIFCONTINUED(status)) {
		si->si_code = CLD_CONTINUED;
		si->si_status = SIGCONT;
	} else if (WIFSTOPPED(status)) {
		si->si_code = CLD_STOPPED;
		si->si_status = WSTOPSIG(status);
	} else if (WIFEXITED(status)) {
		si->si_code = CLD_EXITED;
		/* Unless a hook has said otherwise (O6). */
		si->si_status = WEXITSTATUS(status);
		if ((exitval & 0xff) == si->si_status)
			si->si_status = exitval;
	} else {
		si->si_code = WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
		si->si_status = WTERMSIG(status);
	}
}

void
wait_to_siginfo(const struct wait_result *ws, struct siginfo *si)
{
	memset(si, 0, sizeof(*si));
	if (ws->ws_pid == 0)
		return;
	status_to_siginfo(ws->ws_status, ws->ws_exitval, si);
	si->si_pid = ws->ws_pid;
	si->si_uid = ws->ws_uid;
}
