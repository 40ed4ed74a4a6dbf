/*
 * itimer.c -- interval timers: one of real time, two of used time; and the
 * limit of used time (RLIMIT_CPU), which is two more.
 *
 * p_token guards everything but the callouts, which guard themselves.  Who
 * changes a timer arms its callout in the same stretch; a callout that comes
 * looks at the timer and not at why it was armed, so one that is late or comes
 * for nothing does no harm.
 *
 * Real time: the callout comes when the timer expires, on softclock, posts the
 * signal and arms itself again.
 *
 * Used time is counted where threads cross the border to user mode, and a
 * thread that never does so, alone on its CPU, gets no tick that would make
 * it.  So a callout comes at the earliest time at which the process could have
 * used up what is left, with every thread on a CPU of its own, and sends the
 * threads across the border (itimer_border).  There a thread finds all the
 * usage up to now, and posts the signal, or arms the callout again.  The
 * callout does not: while all threads sleep nothing is used, and nothing comes
 * until one of them is at the border.
 *
 * The end (SPEC X30): the stage waits until no callout is pending, and no body
 * running, whether its timer is off by now or not.  Hence a body may use the
 * process without a hold.
 */
#include "kernel/proc/itimer.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/limit.h"
#include "kernel/proc/proc.h"
#include "kernel/signal/signal.h"

#define NTIMERS 3	/* that a process can set */
#define ITIMER_XCPU 3	/* the soft limit has been used up */
#define ITIMER_KILL 4	/* and the hard one, some time ago */
#define NTIMERS_ALL 5	/* all but that of real time are of used time */
#define KILL_GRACE_SEC 5
#define ITIMER_MAX_SEC 100000000
/* No timer expires again sooner, and used time is not looked at more often:
 * softclock must leave time for others. */
#define ITIMER_MIN_NS 200000

static MALLOC_DEFINE(M_ITIMER, "itimer");

struct itimer {
	uint64_t it_expiry;   /* GUARDED(proc_token) ns of its clock; 0: off */
	uint64_t it_interval; /* GUARDED(proc_token) ns; 0: once */
};

struct itimers {
	struct proc *its_proc;                /* STABLE */
	struct itimer its_timer[NTIMERS_ALL]; /* GUARDED(proc_token) */
	bool its_warned; /* GUARDED(proc_token) SIGXCPU has been sent */
	struct callout its_real, its_used; /* SELF */
};

static void
itimer_signal(struct proc *p, int which)
{
	static const int signals[NTIMERS_ALL] = { SIGALRM, SIGVTALRM, SIGPROF,
		SIGXCPU, SIGKILL };
	struct siginfo si = { .si_signo = signals[which],
		.si_code = which < NTIMERS ? SI_TIMER : 0 };

	ksignal_info(p, &si); /* sleeps */
}

/* The clock of each, now. */
struct clocks {
	uint64_t ck_ns[NTIMERS_ALL];
};

static struct clocks
clocks_read(struct proc *p) NEEDS(proc_token)
{
	struct usage us = usage_of_proc(p);
	uint64_t all = cpu_cycles_to_ns(us.us_uticks + us.us_sticks);

	return (struct clocks){ .ck_ns = {
		[ITIMER_REAL] = cpu_uptime_ns(),
		[ITIMER_VIRTUAL] = cpu_cycles_to_ns(us.us_uticks),
		[ITIMER_PROF] = all, [ITIMER_XCPU] = all, [ITIMER_KILL] = all,
	} };
}

static uint64_t
itimer_left(const struct itimer *it, uint64_t now)
{
	return it->it_expiry > now ? it->it_expiry - now : 0;
}

/* Has it expired?  Then it is off, or set to expire again; what has been
 * missed is over. */
static bool
itimer_expire(struct itimer *it, uint64_t now)
{
	uint64_t step = max(it->it_interval, (uint64_t)ITIMER_MIN_NS);

	if (it->it_expiry == 0 || now < it->it_expiry)
		return false;
	if (it->it_interval == 0)
		it->it_expiry = 0;
	else
		it->it_expiry += ((now - it->it_expiry) / step + 1) * step;
	return true;
}

static void
real_expire(void *arg)
{
	struct itimers *its = arg;
	struct proc *p = its->its_proc;
	struct itimer *it = &its->its_timer[ITIMER_REAL];
	uint64_t now;

	proc_lock(p); /* sleeps */
	now = cpu_uptime_ns();
	if (p->p_itimers == its) {
		bool due = itimer_expire(it, now);

		if (it->it_expiry != 0)
			callout_reset(&its->its_real, itimer_left(it, now),
			    real_expire, its);
		if (due)
			itimer_signal(p, ITIMER_REAL); /* sleeps */
	}
	proc_unlock(p);
}

/* The threads shall look, those that sleep when they wake. */
static void
used_look(void *arg)
{
	struct itimers *its = arg;
	struct proc *p = its->its_proc;
	struct lwp *lp;

	proc_lock(p); /* sleeps */
	if (p->p_itimers == its)
		RB_FOREACH(lp, lwp_tree, &p->p_lwps)
			lwp_notify(lp, 0);
	proc_unlock(p);
}

/* Arms the callout of used time, or stops it. */
static void
used_arm(struct itimers *its, const struct clocks *now) NEEDS(proc_token)
{
	uint64_t least = UINT64_MAX, n;
	int running;

	for (int i = ITIMER_VIRTUAL; i < NTIMERS_ALL; i++)
		if (its->its_timer[i].it_expiry != 0)
			least = min(least,
			    itimer_left(&its->its_timer[i], now->ck_ns[i]));
	if (least == UINT64_MAX) {
		callout_stop(&its->its_used);
		return;
	}
	running = min(its->its_proc->p_nlive, ncpus);
	n = (uint64_t)max(running, 1);
	callout_reset(&its->its_used, max(least / n, (uint64_t)ITIMER_MIN_NS),
	    used_look, its);
}

static bool
counts_used_time(const struct itimers *its)
{
	for (int i = ITIMER_VIRTUAL; i < NTIMERS_ALL; i++)
		if (its->its_timer[i].it_expiry != 0)
			return true;
	return false;
}

void
itimer_border(struct lwp *lp)
{
	struct proc *p = lp->lwp_proc;
	struct itimers *its;

	proc_lock(p); /* sleeps */
	its = p->p_itimers;
	if (its != NULL && counts_used_time(its)) {
		struct clocks now = clocks_read(p);
		bool due[NTIMERS_ALL] = { false };

		for (int i = ITIMER_VIRTUAL; i < NTIMERS_ALL; i++)
			due[i] =
			    itimer_expire(&its->its_timer[i], now.ck_ns[i]);
		its->its_warned |= due[ITIMER_XCPU];
		used_arm(its, &now);
		for (int i = ITIMER_VIRTUAL; i < NTIMERS_ALL; i++)
			if (due[i])
				itimer_signal(p, i); /* sleeps */
	}
	proc_unlock(p);
}

/* p's timers, made if there are none; NULL without memory. */
static struct itimers *
itimers_get(struct proc *p) NEEDS(proc_token)
{
	struct itimers *its = p->p_itimers;

	if (its != NULL)
		return its;
	its = kmalloc(sizeof(*its), &M_ITIMER, M_ZERO);
	if (its == NULL)
		return NULL;
	its->its_proc = p;
	callout_init(&its->its_real);
	callout_init(&its->its_used);
	return p->p_itimers = its;
}

static struct timeval
ns_to_timeval(uint64_t ns)
{
	uint64_t us = (ns + NS_PER_US - 1) / NS_PER_US;

	return (struct timeval){ .tv_sec = (long)(us / 1000000),
		.tv_usec = (long)(us % 1000000) };
}

static uint64_t
timeval_to_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * NS_PER_SEC +
	       (uint64_t)tv->tv_usec * NS_PER_US;
}

static bool
timeval_is_sane(const struct timeval *tv)
{
	return tv->tv_sec >= 0 && tv->tv_sec <= ITIMER_MAX_SEC &&
	       tv->tv_usec >= 0 && tv->tv_usec < 1000000;
}

/* *val is all zeros for a timer that is off. */
static void
itimer_read(const struct itimer *it, uint64_t now, struct itimerval *val)
{
	memset(val, 0, sizeof(*val));
	if (it->it_expiry == 0)
		return;
	val->it_interval = ns_to_timeval(it->it_interval);
	/* One that expires this very moment is still armed (D26). */
	val->it_value = ns_to_timeval(max(itimer_left(it, now), 1UL));
}

int
kern_getitimer(struct proc *p, int which, struct itimerval *val)
{
	if (which < 0 || which >= NTIMERS)
		return EINVAL;
	memset(val, 0, sizeof(*val));
	proc_lock(p); /* sleeps */
	if (p->p_itimers != NULL && which != ITIMER_REAL)
		usage_settle(p);
	if (p->p_itimers != NULL)
		itimer_read(&p->p_itimers->its_timer[which],
		    clocks_read(p).ck_ns[which], val);
	proc_unlock(p);
	return 0;
}

static void
itimer_set(struct itimers *its, int which, const struct itimerval *val,
    struct itimerval *old) NEEDS(proc_token)
{
	struct itimer *it = &its->its_timer[which];
	uint64_t left = timeval_to_ns(&val->it_value);
	struct clocks now;

	if (which != ITIMER_REAL)
		usage_settle(its->its_proc);
	now = clocks_read(its->its_proc);
	itimer_read(it, now.ck_ns[which], old);
	it->it_expiry = left != 0 ? now.ck_ns[which] + left : 0;
	it->it_interval = left != 0 ? timeval_to_ns(&val->it_interval) : 0;
	if (which != ITIMER_REAL)
		used_arm(its, &now);
	else if (left != 0)
		callout_reset(&its->its_real, left, real_expire, its);
	else
		callout_stop(&its->its_real);
}

int
kern_setitimer(struct proc *p, int which, const struct itimerval *val,
    struct itimerval *old)
{
	struct itimers *its;
	int error = 0;

	if (which < 0 || which >= NTIMERS || !timeval_is_sane(&val->it_value) ||
	    !timeval_is_sane(&val->it_interval))
		return EINVAL;
	memset(old, 0, sizeof(*old));
	proc_lock(p); /* sleeps */
	if (p->p_itimers != NULL || timeval_to_ns(&val->it_value) != 0) {
		its = itimers_get(p);
		if (its != NULL)
			itimer_set(its, which, val, old);
		else
			error = ENOMEM;
	}
	proc_unlock(p);
	return error;
}

/* The time of its clock after so many seconds; 0: never. */
static uint64_t
limit_ns(int64_t sec)
{
	return sec >= ITIMER_MAX_SEC ? 0 : max((uint64_t)sec * NS_PER_SEC, 1UL);
}

int
itimer_limit(struct proc *p, const struct rlimit *rl)
{
	uint64_t soft = limit_ns(rl->rlim_cur);
	uint64_t hard = limit_ns(rl->rlim_max);
	struct itimers *its;
	struct clocks now;

	if (p->p_itimers == NULL && soft == 0)
		return 0;
	its = itimers_get(p);
	if (its == NULL)
		return ENOMEM;
	its->its_timer[ITIMER_XCPU].it_expiry = its->its_warned ? 0 : soft;
	its->its_timer[ITIMER_KILL].it_expiry =
	    hard != 0 ? hard + KILL_GRACE_SEC * NS_PER_SEC : 0;
	usage_settle(p);
	now = clocks_read(p);
	used_arm(its, &now);
	return 0;
}

int
itimer_fork(struct proc *child)
{
	int error;

	proc_lock(child); /* sleeps */
	error = itimer_limit(child, &child->p_limit->pl_rlimit[RLIMIT_CPU]);
	proc_unlock(child);
	return error;
}

void
exit_itimers(struct lwp *lp)
{
	if (unlikely(lp->lwp_proc->p_itimers != NULL))
		itimers_free(lp->lwp_proc); /* sleeps */
}

__rare void
itimers_free(struct proc *p)
{
	struct itimers *its = p->p_itimers;

	proc_lock(p); /* sleeps */
	p->p_itimers = NULL;
	proc_unlock(p);
	callout_stop_sync(&its->its_real); /* sleeps */
	callout_stop_sync(&its->its_used); /* sleeps */
	kfree(its, &M_ITIMER);
}
