/*
 * knote_proc.c -- EVFILT_PROC and EVFILT_SIGNAL: events of processes (spec
 * 2.26).
 *
 * Both kinds are in p_knotes.  A knote is attached under p_token to a process
 * that is no zombie; exit publishes the zombie under p_token, and its stage
 * exit_knotes() then empties the list: so no knote is missed, and none comes
 * after.  From there on a knote of EVFILT_PROC stands alone, with the status in
 * it, until it is read; one of EVFILT_SIGNAL is of a process that is gone and
 * says nothing more (D37), whoever shares the kqueue.
 *
 * Entry points: knote_proc, knote_fork, knote_signal, exit_knotes and the two
 * attach functions.
 */
#include "kernel/abi/errno.h"
#include "kernel/ipc/kqueue.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/proc/proc.h"

#define FOLLOW_COST 3 /* a new knote takes as long as a look at so many */

static bool
is_proc(const struct knote *kn) NEEDS(knote_spin)
{
	return kn->kn_kev.filter == EVFILT_PROC;
}

/* It tells of `note` if that was asked for. */
static void
tell(struct knote *kn, uint32_t note) NEEDS(knote_spin)
{
	if (!(kn->kn_sfflags & note))
		return;
	kn->kn_kev.fflags |= note;
	knote_activate(kn);
}

/* The end is told even if it was not asked for, and is the last: behind an
 * unread NOTE_CHILD, whose data is another. */
static void
tell_exit(struct knote *kn, uint32_t status) NEEDS(knote_spin)
{
	if (kn->kn_kev.fflags & NOTE_CHILD) {
		kn->kn_status |= KN_EXITED;
		kn->kn_xstat = status;
		return;
	}
	kn->kn_kev.fflags |= kn->kn_sfflags & NOTE_EXIT;
	kn->kn_kev.data = status;
	kn->kn_kev.flags |= EV_EOF | EV_ONESHOT;
	knote_activate(kn);
}

void
knote_proc_told(struct knote *kn)
{
	kn->kn_kev.data = 0;
	kn->kn_kev.fflags = 0;
	if (kn->kn_status & KN_EXITED)
		tell_exit(kn, kn->kn_xstat);
}

void
knote_signal_told(struct knote *kn)
{
	kn->kn_kev.data = 0;
}

int
knote_proc_attach(struct knote *kn)
{
	uintptr_t pid = kn->kn_kev.ident;
	struct proc *p = pid <= INT32_MAX ? pfind_any((int)pid) : NULL;
	bool zombie;
	int error;

	if (p == NULL)
		return ESRCH;
	proc_lock(p); /* sleeps */
	zombie = atomic_load(&p->p_stat) == SZOMB;
	knote_lock();
	if (zombie && !(kn->kn_sfflags & NOTE_EXIT))
		error = ESRCH;
	else
		error = knote_enter(kn, zombie ? NULL : &p->p_knotes);
	if (error == 0 && zombie)
		tell_exit(kn, p->p_xstat);
	knote_unlock();
	proc_unlock(p);
	PRELE(p);
	return error;
}

int
knote_signal_attach(struct knote *kn)
{
	struct proc *p = curproc;
	int error = EINVAL;

	proc_lock(p); /* sleeps */
	knote_lock();
	if (kn->kn_kev.ident > 0 && kn->kn_kev.ident < NSIG)
		error = knote_enter(kn, &p->p_knotes);
	knote_unlock();
	if (error == 0)
		atomic_set(&p->p_mpflags, P_CARES);
	proc_unlock(p);
	return error;
}

void
knote_proc(struct proc *p, uint32_t note)
{
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, &p->p_knotes, KN_OBJECT);
	while ((kn = knote_next(&kw)) != NULL)
		if (is_proc(kn))
			tell(kn, note);
	knote_unlock();
}

void
knote_signal(struct proc *p, int sig)
{
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, &p->p_knotes, KN_OBJECT);
	while ((kn = knote_next(&kw)) != NULL) {
		if (is_proc(kn) || kn->kn_kev.ident != (uintptr_t)sig)
			continue;
		kn->kn_kev.data++;
		knote_activate(kn);
	}
	knote_unlock();
}

/* A knote like kn for the child, in the same kqueue.  False: no memory, or the
 * kqueue still has one of an earlier process of that number. */
static bool
follow(struct knote *kn, struct proc *p, struct proc *child) NEEDS(knote_spin)
{
	struct kevent kev = kn->kn_kev;
	struct knote *ckn;

	kev.ident = (uintptr_t)child->p_pid;
	kev.fflags = kn->kn_sfflags;
	kev.data = kn->kn_sdata;
	ckn = knote_alloc(kn->kn_kq, &kev, kn->kn_ops);
	if (ckn == NULL)
		return false;
	if (knote_enter(ckn, &child->p_knotes) != 0) {
		knote_free(ckn);
		return false;
	}
	ckn->kn_kev.fflags = NOTE_CHILD;
	ckn->kn_kev.data = p->p_pid;
	knote_activate(ckn);
	return true;
}

void
knote_fork(struct proc *p, struct proc *child)
{
	struct knote_walk kw;
	struct knote *kn;

	knote_lock();
	knote_walk(&kw, &p->p_knotes, KN_OBJECT);
	while ((kn = knote_next(&kw)) != NULL) {
		if (!is_proc(kn))
			continue;
		tell(kn, NOTE_FORK);
		if (!(kn->kn_sfflags & NOTE_TRACK))
			continue;
		kw.kw_left -= FOLLOW_COST;
		if (!follow(kn, p, child)) {
			kn->kn_kev.fflags |= NOTE_TRACKERR;
			knote_activate(kn);
		}
	}
	knote_unlock();
}

static __rare void
tell_watchers(struct proc *p)
{
	struct knote_walk kw;
	struct knote *kn;
	uint32_t status;

	proc_lock(p); /* sleeps */
	status = p->p_xstat;
	proc_unlock(p);
	knote_lock();
	knote_walk(&kw, &p->p_knotes, KN_OBJECT);
	while ((kn = knote_next(&kw)) != NULL) {
		knote_detach(kn);
		if (is_proc(kn))
			tell_exit(kn, status);
	}
	knote_unlock();
}

void
exit_knotes(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	if (!klist_empty(&p->p_knotes))
		tell_watchers(p); /* sleeps */
}
