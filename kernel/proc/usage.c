/*
 * usage.c -- see usage.h.
 */
#include "kernel/proc/usage.h"
#include "kernel/lib/cpumask.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/thread.h"
#include "kernel/mem/vm.h"
#include "kernel/proc/proc.h"

void
usage_add(struct usage *sum, const struct usage *us)
{
	sum->us_uticks += us->us_uticks;
	sum->us_sticks += us->us_sticks;
	sum->us_minflt += us->us_minflt;
	sum->us_nvcsw += us->us_nvcsw;
	sum->us_nivcsw += us->us_nivcsw;
	sum->us_nsignals += us->us_nsignals;
	sum->us_maxrss = max(sum->us_maxrss, us->us_maxrss);
}

/* An interrupt from user mode has charged the thread for that already. */
static void
charge_running(void *unused, int unused2)
{
	struct thread *td = curthread;
	uint64_t now = cpu_cycles();

	(void)unused;
	(void)unused2;
	td->td_sticks += now - td->td_mark;
	td->td_mark = now;
}

void
usage_settle(struct proc *p)
{
	struct cpumask running = { { 0 } };
	struct lwp *lp;

	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		const struct thread *td = lp->lwp_thread;

		if (td != curthread &&
		    (atomic_load(&td->td_flags) & TDF_RUNNING))
			cpumask_set(&running,
			    (unsigned)atomic_load(&td->td_gd)->gd_cpuid);
	}
	if (!cpumask_empty(&running))
		lwkt_ipiq_mask_sync(&running, charge_running, NULL, 0);
}

struct usage
usage_of_lwp(const struct lwp *lp)
{
	const struct thread *td = lp->lwp_thread;
	struct usage us;

	/* RACE: an interrupt thread that preempts us charges us, and moves the
	 * mark: between the two reads its share would be missed. */
	crit_enter();
	us = (struct usage){
		.us_uticks = td->td_uticks,
		.us_sticks = td->td_sticks,
		.us_minflt = td->td_minflt,
		.us_nvcsw = td->td_nvcsw,
		.us_nivcsw = td->td_nivcsw,
		.us_nsignals = lp->lwp_nsignals,
	};
	if (td == curthread)
		us.us_sticks += cpu_cycles() - td->td_mark;
	crit_exit();
	return us;
}

struct usage
usage_of_proc(struct proc *p)
{
	struct usage sum = p->p_ru;
	struct lwp *lp;

	RB_FOREACH(lp, lwp_tree, &p->p_lwps) {
		struct usage us = usage_of_lwp(lp);

		usage_add(&sum, &us);
	}
	if (p->p_vmspace != NULL)
		sum.us_maxrss = max(sum.us_maxrss,
		    (uint64_t)vmspace_peak(p->p_vmspace) / 1024);
	return sum;
}

static void
cycles_to_timeval(uint64_t cycles, struct timeval *tv)
{
	uint64_t us = cpu_cycles_to_ns(cycles) / NS_PER_US;

	tv->tv_sec = (int64_t)(us / 1000000);
	tv->tv_usec = (int64_t)(us % 1000000);
}

void
usage_to_rusage(const struct usage *us, struct rusage *ru)
{
	memset(ru, 0, sizeof(*ru));
	cycles_to_timeval(us->us_uticks, &ru->ru_utime);
	cycles_to_timeval(us->us_sticks, &ru->ru_stime);
	ru->ru_maxrss = (long)us->us_maxrss;
	ru->ru_minflt = (long)us->us_minflt;
	ru->ru_nsignals = (long)us->us_nsignals;
	ru->ru_nvcsw = (long)us->us_nvcsw;
	ru->ru_nivcsw = (long)us->us_nivcsw;
}
