/*
 * spin.c -- spin locks: see spin.h for who may take them.
 */
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/globaldata.h"
#include "kernel/lwkt/spin.h"
#include "kernel/lwkt/watchdog.h"

#define LOOK_AFTER 16384 /* pauses between two looks at the clock */

void
spin_init(struct spinlock *sl, const char *name, enum spin_rank rank)
{
	sl->sl_lock = 0;
	sl->sl_rank = rank;
	sl->sl_name = name;
}

#ifdef INVARIANTS
/* The ranks held by a CPU are a set of bits; a new one must be the highest. */
static inline void
spin_note(const struct spinlock *sl)
{
	struct globaldata *gd = mycpu;

	gd->gd_spinlocks++;
	if (unlikely(gd->gd_spinrank >> sl->sl_rank != 0 && !panicking))
		panic("spin lock %s taken against the order", sl->sl_name);
	gd->gd_spinrank |= 1U << sl->sl_rank;
	gd->gd_spinheld[sl->sl_rank] = sl;
}

static inline void
spin_forget(const struct spinlock *sl)
{
	struct globaldata *gd = mycpu;

	KKASSERT(sl->sl_lock != 0 && gd->gd_spinlocks > 0);
	gd->gd_spinlocks--;
	gd->gd_spinrank &= ~(1U << sl->sl_rank);
	gd->gd_spinheld[sl->sl_rank] = NULL;
	if (gd->gd_spinlocks == 0)
		LATENCY_SPIN_FREE();
}

/* The first one is held: the CPU's last is to follow. */
static inline void
spin_begin(void)
{
	if (mycpu->gd_spinlocks == 1)
		LATENCY_SPIN_LOCKED();
}

/* Until it is let go of; says whom this CPU waits for, and for how long. */
static __attribute__((noinline)) void
spin_wait(const struct spinlock *sl)
{
	struct globaldata *gd = mycpu;
	struct spin_wait sw = { 0 };

	atomic_store(&gd->gd_spinwanted, sl);
	for (unsigned n = 1; atomic_load(&sl->sl_lock) != 0; n++) {
		cpu_pause();
		if (n % LOOK_AFTER == 0)
			watchdog_spinning(sl, &sw);
	}
	atomic_store(&gd->gd_spinwanted, NULL);
}
#else
static inline void
spin_wait(const struct spinlock *sl)
{
	while (atomic_load(&sl->sl_lock) != 0)
		cpu_pause();
}

#define spin_note(sl) ((void)(sl))
#define spin_begin() ((void)0)
#define spin_forget(sl) ((void)(sl))
#endif

inline void
spin_lock(struct spinlock *sl)
{
	crit_enter();
	spin_note(sl);
	while (unlikely(atomic_swap(&sl->sl_lock, 1) != 0))
		spin_wait(sl);
	spin_begin();
}

bool
spin_trylock(struct spinlock *sl)
{
	crit_enter();
	if (atomic_swap(&sl->sl_lock, 1) != 0) {
		crit_exit();
		return false;
	}
	spin_note(sl);
	spin_begin();
	return true;
}

inline void
spin_unlock(struct spinlock *sl)
{
	spin_forget(sl);
	atomic_store_rel(&sl->sl_lock, 0);
	crit_exit();
}
