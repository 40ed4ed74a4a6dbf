/*
 * sys_time.c -- the border of time: nanosleep, clocks, and interval timers.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/sleep.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/proc.h"
#include "kernel/sys/syscalls.h"

static struct timespec
ns_to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (int64_t)(ns / NS_PER_SEC),
		.tv_nsec = (int64_t)(ns % NS_PER_SEC) };
}

/* Sleeps until uptime `until`; EINTR when a signal comes first. */
static int
sleep_until(uint64_t until)
{
	for (;;) {
		uint64_t now = cpu_uptime_ns();
		int error;

		if (now >= until)
			return 0;
		/* Nobody wakes it: on its own stack, only time and signals. */
		error = tsleep(&until, PCATCH | PASKED, "nanslp",
		    until - now); /* sleeps */
		if (error == EINTR || error == ERESTART)
			return EINTR;
	}
}

SYSCALL(nanosleep)
{
	struct timespec ts, *rem = (void *)args[1];
	uint64_t until, now;
	int error = copyin((void *)args[0], &ts, sizeof(ts)); /* sleeps */

	(void)lp;
	(void)rv;
	if (error != 0)
		return error;
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 ||
	    ts.tv_nsec >= (int64_t)NS_PER_SEC)
		return EINVAL;
	/* For ever, as far as anybody can tell: three hundred years. */
	ts.tv_sec = min(ts.tv_sec, (int64_t)(INT64_MAX / NS_PER_SEC / 2));
	until = cpu_uptime_ns() + (uint64_t)ts.tv_sec * NS_PER_SEC +
	    (uint64_t)ts.tv_nsec;
	error = sleep_until(until); /* sleeps */
	if (error == EINTR && rem != NULL) {
		now = cpu_uptime_ns();
		ts = ns_to_timespec(until > now ? until - now : 0);
		if (copyout(&ts, rem, sizeof(ts)) != 0) /* sleeps */
			error = EFAULT;
	}
	return error;
}

/* The time of a clock: spec 3.2 and kernel/abi/time.h. */
static int
clock_read(struct proc *p, uint64_t clock, uint64_t *ns)
{
	struct usage us;

	switch (clock) {
	case CLOCK_REALTIME:
		*ns = cpu_walltime_ns();
		return 0;
	case CLOCK_MONOTONIC:
		*ns = cpu_uptime_ns();
		return 0;
	case CLOCK_VIRTUAL:
	case CLOCK_PROF:
		proc_lock(p); /* sleeps */
		usage_settle(p);
		us = usage_of_proc(p);
		proc_unlock(p);
		*ns = cpu_cycles_to_ns(us.us_uticks +
		    (clock == CLOCK_PROF ? us.us_sticks : 0));
		return 0;
	default:
		return EINVAL;
	}
}

SYSCALL(clock_gettime)
{
	struct timespec ts;
	uint64_t ns;
	int error = clock_read(lp->lwp_proc, args[0], &ns); /* sleeps */

	(void)rv;
	if (error != 0)
		return error;
	ts = ns_to_timespec(ns);
	return copyout(&ts, (void *)args[1], sizeof(ts)); /* sleeps */
}

SYSCALL(gettimeofday)
{
	static const int zone[2]; /* minutes west, no daylight saving */
	uint64_t ns = cpu_walltime_ns();
	struct timeval tv = { .tv_sec = (int64_t)(ns / NS_PER_SEC),
		.tv_usec = (int64_t)(ns % NS_PER_SEC / NS_PER_US) };
	int error = 0;

	(void)lp;
	(void)rv;
	if (args[0] != 0)
		error = copyout(&tv, (void *)args[0], sizeof(tv)); /* sleeps */
	if (error == 0 && args[1] != 0)
		error = copyout(zone, (void *)args[1],
		    sizeof(zone)); /* sleeps */
	return error;
}

SYSCALL(getitimer)
{
	struct itimerval val;
	int error = kern_getitimer(lp->lwp_proc, (int)args[0],
	    &val); /* sleeps */

	(void)rv;
	if (error != 0)
		return error;
	return copyout(&val, (void *)args[1], sizeof(val)); /* sleeps */
}

SYSCALL(setitimer)
{
	struct proc *p = lp->lwp_proc;
	void *uval = (void *)args[1], *uold = (void *)args[2];
	int which = (int)args[0];
	struct itimerval val, old;
	int error = kern_getitimer(p, which, &old); /* sleeps */

	(void)rv;
	if (error == 0 && uval != NULL)
		error = copyin(uval, &val, sizeof(val)); /* sleeps */
	/* Before anything changes: may it be written at all? */
	if (error == 0 && uold != NULL)
		error = copyout(&old, uold, sizeof(old)); /* sleeps */
	if (error != 0 || uval == NULL)
		return error;
	error = kern_setitimer(p, which, &val, &old); /* sleeps */
	if (error == 0 && uold != NULL)
		error = copyout(&old, uold, sizeof(old)); /* sleeps */
	return error;
}
