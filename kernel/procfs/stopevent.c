/*
 * stopevent.c -- see stopevent.h.
 *
 * One thread of a process is stopped at a time; the next one that has
 * something to show waits for its turn.  Who waits for a stop sleeps on
 * st_why, and has the memory open; who is stopped, or waits for its turn, on
 * p_stopmask, for the record may go before it wakes.
 *
 * RACE, a debugger against the end of the process (D22): the stage sets
 * P_NODEBUG, then looks whether anybody has ever opened the memory; who opens
 * it enters the record, then looks at P_NODEBUG.  One sees the other.  From
 * there on both hold p_token.
 */
#include "kernel/procfs/stopevent.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/debug.h"
#include "kernel/proc/exit.h"
#include "kernel/signal/signal.h"

#define S_ALL (S_EXEC | S_SIG | S_SCE | S_SCX | S_CORE | S_EXIT)
#define S_SYSCALL (S_SCE | S_SCX)

static MALLOC_DEFINE(M_STOPS, "stops");

/*
 * The process.
 */

struct lwp *
stopped_lwp(const struct proc *p)
{
	return p->p_stops != NULL ? p->p_stops->st_lwp : NULL;
}

/* Lets the stopped thread go on. */
static void
stops_wake(struct proc *p) NEEDS(proc_token)
{
	p->p_stops->st_lwp = NULL;
	wakeup(&p->p_stopmask); /* WAKES: stopevent() */
}

/* Sleeps while that one is stopped; it may be lp itself, which ends. */
static void
stop_sleep(struct lwp *lp, struct lwp *stopped) NEEDS(proc_token)
{
	struct proc *p = lp->lwp_proc;

	/* Woken by stops_wake() and lwp_doom(). */
	while (stopped_lwp(p) == stopped &&
	    !(atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT))
		tsleep(&p->p_stopmask, PSTOP, "stopevent", 0); /* sleeps */
}

void
stopevent(struct lwp *lp, uint32_t event, uint64_t val)
{
	struct proc *p = lp->lwp_proc;
	struct lwp *other;

	proc_lock(p); /* sleeps */
	while ((other = stopped_lwp(p)) != NULL &&
	    (p->p_stopmask & event) &&
	    !(atomic_load(&lp->lwp_mpflags) & LWP_MP_WEXIT))
		stop_sleep(lp, other); /* sleeps */
	if (other == NULL && (p->p_stopmask & event)) {
		struct stops *st = p->p_stops;

		st->st_lwp = lp;
		st->st_why = (int)event;
		st->st_val = val;
		wakeup(&st->st_why); /* WAKES: stops_wait() */
		stop_sleep(lp, lp); /* sleeps */
		if (stopped_lwp(p) == lp)
			stops_wake(p);
	}
	proc_unlock(p);
}

static void
set_mask(struct proc *p, uint32_t mask) NEEDS(proc_token)
{
	struct lwp *lp;

	atomic_store(&p->p_stopmask, mask);
	RB_FOREACH(lp, lwp_tree, &p->p_lwps)
		stops_join(lp);
}

void
stops_join(struct lwp *lp)
{
	cpu_lwp_watch_syscalls(lp, lp->lwp_proc->p_stopmask & S_SYSCALL);
}

void
stops_kill(struct proc *p)
{
	set_mask(p, 0);
	stops_wake(p);
}

/* SPEC X22, X23, X26.  From here on no node of /proc stands for it. */
void
exit_debugger(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;

	if (unlikely(atomic_load(&p->p_stopmask) & S_EXIT)) {
		proc_lock(p); /* sleeps */
		stopevent(lp, S_EXIT, p->p_xstat); /* sleeps */
		proc_unlock(p);
	}
	atomic_set(&p->p_mpflags, P_NODEBUG);
	if (likely(atomic_load(&p->p_stops) == NULL))
		return;
	proc_lock(p); /* sleeps */
	set_mask(p, 0);
	if (p->p_stops != NULL)
		wakeup(&p->p_stops->st_why); /* WAKES: stops_wait() (D22) */
	proc_unlock(p);
}

/*
 * The debugger.
 */

int
stops_open(struct proc *p)
{
	struct stops *fresh = kmalloc(sizeof(*fresh), &M_STOPS, M_ZERO);
	int error = 0;

	if (fresh == NULL)
		return ENOMEM;
	proc_lock(p); /* sleeps */
	if (p->p_stops == NULL) {
		atomic_store(&p->p_stops, fresh);
		atomic_fence();
		fresh = NULL;
	}
	if (atomic_load(&p->p_mpflags) & P_NODEBUG)
		error = ENOENT;
	else
		p->p_stops->st_opens++;
	proc_unlock(p);
	kfree(fresh, &M_STOPS);
	return error;
}

void
stops_close(struct proc *p)
{
	struct stops *st;

	proc_lock(p); /* sleeps */
	st = p->p_stops;
	if (--st->st_opens == 0 && !(st->st_flags & PF_LINGER)) {
		set_mask(p, 0);
		stops_wake(p);
		p->p_stops = NULL;
		kfree(st, &M_STOPS);
	}
	proc_unlock(p);
}

void
stops_free(struct proc *p)
{
	kfree(p->p_stops, &M_STOPS);
}

static void
stops_status(struct proc *p, struct procfs_status *ps) NEEDS(proc_token)
{
	const struct stops *st = p->p_stops;

	memset(ps, 0, sizeof(*ps));
	ps->state = st->st_lwp == NULL;
	ps->flags = (int32_t)st->st_flags;
	ps->events = p->p_stopmask;
	if (st->st_lwp != NULL) {
		ps->why = st->st_why;
		ps->val = st->st_val;
	}
}

/* EINVAL: the process has come to its end without another stop. */
static int
stops_wait(struct proc *p, struct procfs_status *ps) NEEDS(proc_token)
{
	struct stops *st = p->p_stops;
	int error = 0;

	/* Woken by stopevent() and exit_debugger(). */
	while (st->st_lwp == NULL && error == 0) {
		if (atomic_load(&p->p_mpflags) & P_NODEBUG)
			return EINVAL;
		error = tsleep(&st->st_why, PCATCH, "piocwait",
		    0); /* sleeps */
	}
	if (error == 0) {
		stops_status(p, ps);
		ps->state = 1;
	}
	return error;
}

static int
stops_cont(struct proc *p, unsigned sig) NEEDS(proc_token)
{
	struct stops *st = p->p_stops;
	struct lwp *lp = st->st_lwp;

	if (lp == NULL || sig > SIG_MAXSIG)
		return EINVAL;
	if (sig != 0)
		ksignal(p, (int)sig); /* sleeps */
	if (st->st_lwp == lp)
		stops_wake(p);
	return 0;
}

static int
stops_set(struct proc *p, unsigned long cmd, uintptr_t arg) NEEDS(proc_token)
{
	if (cmd == PIOCSFL && (arg & ~(uintptr_t)PF_LINGER) == 0)
		p->p_stops->st_flags = (uint32_t)arg;
	else if (cmd == PIOCBIS && (arg & ~(uintptr_t)S_ALL) == 0)
		set_mask(p, p->p_stopmask | (uint32_t)arg);
	else if (cmd == PIOCBIC)
		set_mask(p, p->p_stopmask & ~(uint32_t)arg);
	else
		return EINVAL;
	return 0;
}

int
stops_ioctl(struct proc *p, unsigned long cmd, void *arg)
{
	struct procfs_status ps;
	uint32_t flags = 0;
	int error;

	proc_lock(p); /* sleeps */
	error = proc_candebug(curlwp, p);
	if (error == 0 && (p->p_flags & P_SINGLE))
		error = EAGAIN;
	/* RACE: it has come to its end since it was found. */
	if (error == 0 && (atomic_load(&p->p_mpflags) & P_NODEBUG))
		error = ENOTTY;
	if (error == 0) {
		switch (cmd) {
		case PIOCBIS:
		case PIOCBIC:
		case PIOCSFL:
			error = stops_set(p, cmd, (uintptr_t)arg);
			break;
		case PIOCCONT:
			error = stops_cont(p, (unsigned)(uintptr_t)arg);
			break;
		case PIOCWAIT:
			error = stops_wait(p, &ps); /* sleeps */
			break;
		case PIOCSTATUS:
			stops_status(p, &ps);
			break;
		case PIOCGFL:
			flags = p->p_stops->st_flags;
			break;
		default:
			error = ENOTTY;
			break;
		}
	}
	proc_unlock(p);
	if (error == 0 && (cmd == PIOCWAIT || cmd == PIOCSTATUS))
		error = copyout(&ps, arg, sizeof(ps)); /* sleeps */
	else if (error == 0 && cmd == PIOCGFL)
		error = copyout(&flags, arg, sizeof(flags)); /* sleeps */
	return error;
}
