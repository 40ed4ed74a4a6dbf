/*
 * kqueue_filters.c -- what can be watched: descriptors, timers, and events
 * that programs make themselves.  Processes and signals: knote_proc.c.
 *
 * Entry points: filter_find, and the operations in its table.
 */
#include "kernel/abi/errno.h"
#include "kernel/file/file.h"
#include "kernel/ipc/kqueue.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/md.h"

/*
 * Descriptors.
 */

/* What has nothing to say about it never blocks. */
static int
file_attach(struct knote *kn)
{
	struct file *fp = kn->kn_fp;

	if (fp->f_ops->fo_kqfilter != NULL)
		return fp->f_ops->fo_kqfilter(fp, kn);
	return knote_attach(kn, NULL, 0, KL_READY);
}

/*
 * Timers: a callout each, on the CPU that armed it.  It is armed again when
 * the event has been told: what nobody reads costs no interrupts.
 */

static uint64_t
timer_period(const struct knote *kn) NEEDS(knote_spin)
{
	uint64_t most = INT64_MAX / NS_PER_MS / 2;
	/* None is too little: it would never be quiet. */
	uint64_t ms = max((uint64_t)kn->kn_sdata, 1UL);

	return min(ms, most) * NS_PER_MS;
}

static void
timer_fire(void *arg)
{
	struct knote *kn = arg;
	uint64_t now;

	knote_lock();
	now = cpu_uptime_ns();
	if (kn->kn_status & KN_DEAD) {
		/* Whoever has removed it waits for us. */
	} else if (now >= kn->kn_due) {
		kn->kn_kev.data = 1;
		knote_activate(kn);
	} else {
		/* RACE: a change has put it off since the callout ran out.  Or
		 * it is for longer than a callout can be. */
		callout_reset(
		    &kn->kn_callout, kn->kn_due - now, timer_fire, kn);
	}
	knote_unlock();
}

/* How often, when that is asked. */
static void
timer_look(struct knote *kn, int news) NEEDS(knote_spin)
{
	uint64_t now = cpu_uptime_ns();

	(void)news;
	if ((kn->kn_status & KN_READY) && now >= kn->kn_due &&
	    !(kn->kn_kev.flags & EV_ONESHOT))
		kn->kn_kev.data =
		    (int64_t)((now - kn->kn_due) / timer_period(kn) + 1);
}

static void
timer_told(struct knote *kn) NEEDS(knote_spin)
{
	uint64_t now = cpu_uptime_ns();

	kn->kn_due += (uint64_t)kn->kn_kev.data * timer_period(kn);
	callout_reset(&kn->kn_callout, kn->kn_due > now ? kn->kn_due - now : 0,
	    timer_fire, kn);
}

static void
timer_start(struct knote *kn) NEEDS(knote_spin)
{
	uint64_t period = timer_period(kn);

	kn->kn_due = cpu_uptime_ns() + period;
	callout_reset(&kn->kn_callout, period, timer_fire, kn);
}

static int
timer_attach(struct knote *kn)
{
	int error;

	kn->kn_look = timer_look;
	knote_lock();
	error = kn->kn_sdata < 0 ? EINVAL : knote_enter(kn, NULL);
	if (error == 0)
		timer_start(kn);
	knote_unlock();
	return error;
}

static int
timer_change(struct knote *kn, const struct kevent *kev) NEEDS(knote_spin)
{
	if (!(kev->flags & EV_ADD))
		return 0;
	if (kev->data < 0)
		return EINVAL;
	kn->kn_sdata = kev->data;
	knote_deactivate(kn);
	timer_start(kn);
	return 0;
}

static void
timer_end(struct knote *kn)
{
	callout_stop_sync(&kn->kn_callout); /* sleeps */
}

/*
 * Events of programs.
 */

static int
user_change(struct knote *kn, const struct kevent *kev) NEEDS(knote_spin)
{
	uint32_t flags = kev->fflags & NOTE_FFLAGSMASK;

	switch (kev->fflags & NOTE_FFCTRLMASK) {
	case NOTE_FFAND:
		kn->kn_sfflags &= flags;
		break;
	case NOTE_FFOR:
		kn->kn_sfflags |= flags;
		break;
	case NOTE_FFCOPY:
		kn->kn_sfflags = flags;
		break;
	}
	kn->kn_sdata = kev->data;
	kn->kn_kev.fflags = kn->kn_sfflags;
	kn->kn_kev.data = kn->kn_sdata;
	if (kev->fflags & NOTE_TRIGGER)
		knote_activate(kn);
	return 0;
}

static int
user_attach(struct knote *kn)
{
	int error;

	knote_lock();
	error = knote_enter(kn, NULL);
	if (error == 0) {
		kn->kn_kev.fflags = kn->kn_sfflags & NOTE_FFLAGSMASK;
		kn->kn_kev.data = kn->kn_sdata;
		if (kn->kn_sfflags & NOTE_TRIGGER)
			knote_activate(kn);
		kn->kn_sfflags &= NOTE_FFLAGSMASK;
	}
	knote_unlock();
	return error;
}

static const struct filterops file_filter = {
    .f_isfd = true,
    .f_attach = file_attach,
};
static const struct filterops proc_filter = {
    .f_set = EV_CLEAR,
    .f_attach = knote_proc_attach,
    .f_told = knote_proc_told,
};
static const struct filterops signal_filter = {
    .f_set = EV_CLEAR,
    .f_attach = knote_signal_attach,
    .f_told = knote_signal_told,
};
static const struct filterops timer_filter = {
    .f_set = EV_CLEAR,
    .f_attach = timer_attach,
    .f_change = timer_change,
    .f_told = timer_told,
    .f_end = timer_end,
};
static const struct filterops user_filter = {
    .f_attach = user_attach,
    .f_change = user_change,
};

const struct filterops *
filter_find(int16_t filter)
{
	switch (filter) {
	case EVFILT_READ:
	case EVFILT_WRITE:
		return &file_filter;
	case EVFILT_PROC:
		return &proc_filter;
	case EVFILT_SIGNAL:
		return &signal_filter;
	case EVFILT_TIMER:
		return &timer_filter;
	case EVFILT_USER:
		return &user_filter;
	default:
		return NULL;
	}
}
