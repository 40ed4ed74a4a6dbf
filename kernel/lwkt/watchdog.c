/*
 * watchdog.c -- see watchdog.h.
 *
 * Each CPU has a watch: a callout on its softclock, set when the CPU wakes from
 * a halt (by the idle loop), and set again by its own body for as long as
 * there is something to watch.  On a machine with nothing to do it is not: an
 * idle machine stays quiet.  The CPU that wakes sets the watch of its
 * neighbour too, who notices when it is lost.
 *
 * A suspicion must be the same one in LOOKS looks, at least half a period
 * apart, so that a machine that was stopped for a while and then sees the clock
 * jump does not count as one that stood still.
 *
 * Locks: a watch's callout and wa_set belong to its CPU, in a critical section.
 * All else belongs to the CPU that looks, one at a time (looking).
 */
#include "kernel/lwkt/watchdog.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/callout.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/ipiq.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/sched/usched.h"

#define LOOKS 4	      /* looks at one suspicion before it is a fact */
#define LOOKS_STILL 2 /* at a machine that cannot move: it is one already */
#define SPIN_LOOKS 64
#define TEXT 160

#ifdef INVARIANTS
#define DEFAULT_SECONDS 60
#else
#define DEFAULT_SECONDS 0
#endif

struct watch {
	struct callout wa_callout; /* SELF */
	bool wa_set;		   /* GUARDED(crit) */
	uint32_t wa_asked;	   /* OWNER who looks: questions sent */
	uint32_t wa_answered;	   /* ATOMIC and answered by this CPU */
	unsigned wa_rounds;	   /* OWNER who looks: looks without answer */
} __cachealigned;

/* The same thing seen again? */
struct suspicion {
	uint64_t su_what; /* OWNER who looks; 0: nothing */
	unsigned su_looks; /* OWNER who looks */
};

uint64_t watchdog_ns;
uint32_t watchdog_outside;
bool watchdog_barks;
static bool watchdog_panics; /* STABLE after boot */
static struct watch watches[MAXCPU];
static uint32_t looking;  /* ATOMIC 1: a CPU looks */
static uint64_t last_look; /* OWNER who looks: uptime */
static struct suspicion circle, sleeper, still; /* OWNER who looks */

static void watch_body(void *arg);

static bool
confirmed(struct suspicion *su, uint64_t what, unsigned looks)
{
	if (what == 0 || what != su->su_what)
		su->su_looks = 0;
	su->su_what = what;
	return what != 0 && ++su->su_looks >= looks;
}

/* Says it once. */
static void
bark(bool lost, const char *what)
{
	if (watchdog_panics || lost) {
		watchdog_barks = true;
		panic("watchdog: %s", what);
	}
	kprintf("\nwatchdog: %s\n", what);
	watchdog_dump();
	watchdog_ns = 0;
}

static void
watch_set(struct watch *wa) NEEDS(crit)
{
	wa->wa_set = true;
	callout_reset(&wa->wa_callout, watchdog_ns / LOOKS, watch_body, wa);
}

static void
set_message(void *unused, int unused2) NEEDS(crit)
{
	struct watch *wa = &watches[mycpu->gd_cpuid];

	(void)unused;
	(void)unused2;
	if (!wa->wa_set)
		watch_set(wa);
}

void
watchdog_start(void)
{
	int self;

	crit_enter();
	self = mycpu->gd_cpuid;
	if (!watches[self].wa_set) {
		watch_set(&watches[self]);
		if (ncpus > 1)
			(void)lwkt_send_ipiq_nowait(
			    globaldata[(self + 1) % ncpus], set_message, NULL,
			    0);
	}
	crit_exit();
}

static inline bool
is_idle(const struct globaldata *gd)
{
	return atomic_load(&gd->gd_curthread) == gd->gd_idletd;
}

static void
answer(void *arg, int unused) NEEDS(crit)
{
	struct watch *wa = arg;

	(void)unused;
	atomic_add(&wa->wa_answered, 1);
}

/* Asks a CPU that is at work whether it is still there; true while it owes an
 * answer.  A ring without room is no answer either. */
static bool
ask(struct globaldata *gd)
{
	struct watch *wa = &watches[gd->gd_cpuid];
	char text[TEXT];

	if (wa->wa_asked == atomic_load(&wa->wa_answered)) {
		wa->wa_rounds = 0;
		if (is_idle(gd))
			return false;
		if (lwkt_send_ipiq_nowait(gd, answer, wa, 0) == 0)
			wa->wa_asked++;
		return true;
	}
	if (++wa->wa_rounds > LOOKS) {
		ksnprintf(text, sizeof(text), "CPU %d does not answer, in %s",
		    gd->gd_cpuid, gd->gd_curthread->td_comm);
		bark(true, text);
	}
	return true;
}

/* Nothing on this CPU can make anything happen.  The softclock on whose stack
 * this runs does not count. */
static bool
cpu_is_still(struct globaldata *gd)
{
	uint32_t mask = atomic_load(&gd->gd_runqmask);

	if (gd == mycpu)
		mask &= ~(1U << TDPRI_SOFT_TIMER);
	else if (!is_idle(gd))
		return false;
	return mask == 0 && atomic_load(&gd->gd_ipi_pending) == 0 &&
	    (gd->gd_reqflags & RQF_SPLZ) == 0 &&
	    callout_none_but(gd, watch_body);
}

/* Not 0 when the machine will never move again. */
static uint64_t
look_still(void)
{
	if (atomic_load(&watchdog_outside) != 0 || usched_queued() != 0 ||
	    deadlock_progress == NULL)
		return 0;
	for (int i = 0; i < ncpus; i++)
		if (!cpu_is_still(globaldata[i]))
			return 0;
	return deadlock_progress();
}

/* True when there is reason to look again. */
static bool
look_threads(void)
{
	char text[TEXT];
	uint64_t what;

	if (deadlock_circle == NULL)
		return false;
	what = deadlock_circle(text, sizeof(text));
	if (confirmed(&circle, what, LOOKS))
		bark(false, text);
	what = deadlock_sleeper(text, sizeof(text));
	if (confirmed(&sleeper, what, LOOKS))
		bark(false, text);
	if (confirmed(&still, look_still(), LOOKS_STILL))
		bark(false, "nothing can make progress any more");
	return circle.su_what != 0 || sleeper.su_what != 0 ||
	    still.su_what != 0;
}

static bool
look(void)
{
	uint64_t now = cpu_uptime_ns();
	bool again = atomic_load(&mycpu->gd_runqmask) &
	    ~(1U << TDPRI_SOFT_TIMER);

	if (now - last_look < watchdog_ns / LOOKS / 2)
		return true;
	last_look = now;
	for (int i = 0; i < ncpus; i++) {
		if (globaldata[i] == mycpu)
			continue;
		again |= ask(globaldata[i]);
		again |= !is_idle(globaldata[i]);
	}
	again |= look_threads();
	return again;
}

/* On this CPU's softclock. */
static void
watch_body(void *arg)
{
	struct watch *wa = arg;
	bool again = true;

	if (atomic_swap(&looking, 1) == 0) {
		again = look();
		atomic_store_rel(&looking, 0);
	}
	crit_enter();
	wa->wa_set = false;
	if (again && watchdog_ns != 0)
		watch_set(wa);
	crit_exit();
}

void
watchdog_spinning(const struct spinlock *sl, struct spin_wait *sw)
{
	uint64_t now = cpu_uptime_ns();

	if (sw->sw_since == 0)
		sw->sw_since = now;
	/* Another CPU comes first, if there is one: it can name the circle. */
	if (watchdog_ns == 0 || panicking || ++sw->sw_rounds < SPIN_LOOKS ||
	    now - sw->sw_since < 2 * watchdog_ns)
		return;
	watchdog_barks = true;
	panic("watchdog: %s spins for %s", curthread->td_comm, sl->sl_name);
}

/* After the in-kernel tests, which end the machine: they count timers. */
static void
watchdog_init(void)
{
	long seconds = cmdline_num("watchdog", DEFAULT_SECONDS);

	for (int i = 0; i < ncpus; i++)
		callout_init(&watches[i].wa_callout);
	if (seconds <= 0 || watchdog_dump == NULL)
		return;
	watchdog_panics = cmdline_get("exitdev") != NULL;
	watchdog_ns = (uint64_t)seconds * NS_PER_SEC;
	watchdog_start();
}
SYSINIT(watchdog, SI_SUB_KICK_SCHEDULER, SI_ORDER_FIRST, watchdog_init);
