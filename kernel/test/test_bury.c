/*
 * test_bury.c -- the two sleeps of a burial, which user programs seldom bring
 * about: until the master is off its CPU (lwp_wait, D08), and until nobody
 * holds the process (proc_stall, D06).  Each is ended by a wakeup, and none
 * looks again by itself.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/chaos.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/thread.h"
#include "kernel/proc/exit.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/procs.h"
#include "kernel/test/ktest.h"

#define ROUNDS 200

static struct proc *corpse; /* STABLE during a test */
static struct lwp *master;  /* STABLE during a round */
static uint32_t turn;	    /* ATOMIC round that may begin */
static uint32_t over;	    /* ATOMIC rounds whose sleep has ended */

/* An embryo with one thread that never runs. */
static bool
setup(void)
{
	turn = over = 0;
	master = NULL;
	corpse = proc_alloc();
	if (!KT_CHECK(corpse != NULL))
		return false;
	master = lwp_alloc(corpse);
	if (!KT_CHECK(master != NULL)) {
		proc_free(corpse);
		return false;
	}
	master->lwp_is_master = true;
	return true;
}

static long
polls(void)
{
	long n = 0;

	for (int i = 0; i < ncpus; i++)
		n += (long)atomic_load(&globaldata[i]->gd_cnt_polls);
	return n;
}

/* Is td, which does not end meanwhile, asleep there, and off its CPU? */
static bool
sleeps_on(const struct thread *td, const void *ident)
{
	return atomic_load(&td->td_wchan) == ident &&
	    !(atomic_load(&td->td_flags) & (TDF_RUNNING | TDF_RUNQ));
}

static void
stalls(void *unused)
{
	(void)unused;
	proc_stall(corpse); /* sleeps */
	atomic_store(&over, 1);
}

static void
test_stall(void)
{
	struct thread *td;
	long before = polls();

	if (!setup())
		return;
	td = ktest_spawn(stalls, NULL, TDPRI_KERN_USER, ncpus - 1);
	if (!KT_WAIT(sleeps_on(td, &corpse->p_lock)))
		return;
	KT_EQUAL(polls(), before);
	KT_EQUAL(over, 0);
	/* The hold of an LWP whose memory is still there is the last. */
	lwp_discard(master);
	if (KT_WAIT(atomic_load(&over) == 1))
		proc_free(corpse);
}
KTEST(bury_stall, "E53 E72 D06", test_stall);

static void
waits(void *unused)
{
	(void)unused;
	lwp_wait(master); /* sleeps */
	atomic_store(&over, 1);
}

static void
test_wait(void)
{
	struct thread *td;
	long before = polls();

	if (!setup())
		return;
	td = ktest_spawn(waits, NULL, TDPRI_KERN_USER, ncpus - 1);
	if (!KT_WAIT(sleeps_on(td, &master->lwp_mpflags)))
		return;
	KT_EQUAL(polls(), before);
	KT_EQUAL(over, 0);
	lwkt_rele(master->lwp_thread);
	if (KT_WAIT(atomic_load(&over) == 1)) {
		lwp_free(master);
		proc_free(corpse);
	}
}
KTEST(bury_wait, "E71 D07 D08 D09", test_wait);

static uint32_t stalling; /* ATOMIC rounds that have come to proc_stall() */

static void
buries(void *unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		if (!KT_SPIN(atomic_load_acq(&turn) == i))
			return;
		lwp_wait(master); /* sleeps */
		lwp_free(master);
		atomic_store(&stalling, i);
		proc_stall(corpse); /* sleeps */
		atomic_store_rel(&over, i);
	}
}

/* The last reference and the last hold go while somebody is about to sleep. */
static void
test_race(void)
{
	if (!setup())
		return;
	lwp_discard(master);
	stalling = 0;
	ktest_spawn(buries, NULL, TDPRI_KERN_USER, ncpus - 1);
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		struct thread *td;

		master = lwp_alloc(corpse);
		if (!KT_CHECK(master != NULL))
			return;
		td = master->lwp_thread;
		master->lwp_is_master = true;
		PHOLD(corpse);
		atomic_store_rel(&turn, i);
		chaos_point();
		lwkt_rele(td);
		/* With the hold it goes on to sleep, or is about to. */
		for (int k = 0; k < 1000 && atomic_load(&stalling) != i; k++)
			cpu_pause();
		if (i % 2 != 0)
			chaos_point();
		PRELE(corpse);
		if (!KT_WAIT(atomic_load_acq(&over) == i))
			return;
	}
	ktest_join(); /* sleeps */
	proc_free(corpse);
}
KTEST(bury_race, "E53 E71 D06 D08", test_race);
